"""Credentials and what is saved for jobs to come."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.graph_office import GraphOffice, office

__all__ = ["office"]

DOMAIN = {"key": "Domain", "value": '{"domain":"contoso.com"}'}


def test_what_is_saved_is_shown_hidden_and_kept_when_sent_back(office: GraphOffice) -> None:
    office.put(f"{office.principal}/secrets", {"value": [DOMAIN]})
    shown = office.get(f"{office.principal}/secrets")["value"]
    assert shown == [{"key": "Domain", "value": "********"}]
    office.put(f"{office.principal}/secrets", {"value": shown})
    assert office.get(office.principal)["secrets"] == shown
    office.put(f"{office.principal}/secrets", {"value": []})
    assert office.get(f"{office.principal}/secrets")["value"] == []


def test_passwords_are_refused_and_are_nowhere(office: GraphOffice, tmp_path: Path) -> None:
    body = {"value": [{"key": "Password", "value": "Pa$$w0rd-of-AD"}]}
    answer = office.send("PUT", f"{office.principal}/secrets", body)
    assert answer.status_code == 400
    assert "Pa$$w0rd" not in answer.text
    assert not any(b"Pa$$w0rd" in file.read_bytes() for file in tmp_path.iterdir())


@pytest.mark.parametrize(
    "pair",
    [
        {"key": "Domain", "value": "contoso.com"},
        {"key": "Domain", "value": "{}"},
        {"key": "SyncNotificationSettings", "value": '{"Enabled":true,"Recipients":"ada@contoso.com"}'},
        {"key": "None", "value": "x"},
    ],
)
def test_what_would_have_no_effect_is_refused(office: GraphOffice, pair: dict[str, str]) -> None:
    assert office.refused("PUT", f"{office.principal}/secrets", {"value": [pair]})[0] == 400


def test_a_saved_threshold_counts_for_new_jobs(office: GraphOffice) -> None:
    notices = {"key": "SyncNotificationSettings", "value": '{"Enabled":false,"DeleteThresholdValue":20}'}
    office.put(f"{office.principal}/secrets", {"value": [notices]})
    settings = [{"name": "Name", "value": "Second"}, {"name": "Path", "value": str(office.company.path)}]
    office.post(
        f"{office.principal}/jobs", {"templateId": "LDIF2AADProvisioning", "synchronizationJobSettings": settings}, 201
    )
    assert office.control.job("Second").settings.guards.deletes.most == 20


def test_the_source_of_a_job_is_tried(office: GraphOffice) -> None:
    office.post(f"{office.job}/validateCredentials", {"useSavedCredentials": True})
    office.post(f"{office.job}/validateCredentials")
    office.company.path.unlink()
    assert office.refused("POST", f"{office.job}/validateCredentials", {"useSavedCredentials": True})[0] == 400


def test_a_domain_is_tried_through_its_agents_before_there_is_a_job(office: GraphOffice) -> None:
    path = f"{office.principal}/jobs/validateCredentials"
    body = {"templateId": "AD2AADProvisioning", "credentials": [DOMAIN]}
    assert office.refused("POST", path, body)[2] == "source-through-agents"
    assert office.refused("POST", path, {"templateId": "AD2AADProvisioning"})[2] == "body-invalid"
    assert office.refused("POST", path, {"templateId": "scim", "credentials": [DOMAIN]})[2] == "body-invalid"
