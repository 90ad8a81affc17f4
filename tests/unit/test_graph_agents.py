"""Agents in Graph's shape: which there are, what they serve, and an end to one."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import select

from ropeway.control.in_process import TENANT
from ropeway.store import tokens
from ropeway.store.service_tables import agent
from tests.unit.graph_office import GraphOffice, office

__all__ = ["office"]

PROFILE = "/beta/onPremisesPublishingProfiles/provisioning"


@pytest.fixture(autouse=True)
def agents(office: GraphOffice) -> None:
    """Two agents of contoso.test, of which one is silent, and one of fabrikam.test."""
    now = time.time()
    rows = [("a-1", "contoso.test", now), ("a-2", "contoso.test", now - 3600), ("a-3", "fabrikam.test", now)]
    with office.database.write() as c:
        for id_, domain, seen in rows:
            c.execute(
                agent.insert().values(
                    id=id_, tenant=TENANT, name=f"dc-{id_}", domain=domain, certificate="", fingerprint=id_,
                    address="192.0.2.7", registered=now, seen=seen,
                )
            )  # fmt: skip


def test_agents_are_active_or_inactive(office: GraphOffice) -> None:
    found = office.get(f"{PROFILE}/agents")["value"]
    assert {one["id"]: one["status"] for one in found} == {"a-1": "active", "a-2": "inactive", "a-3": "active"}
    assert found[0]["machineName"] == "dc-a-1"
    assert found[0]["supportedPublishingTypes"] == ["provisioning"]


def test_agents_of_one_domain_are_one_group(office: GraphOffice) -> None:
    groups = office.get(f"{PROFILE}/agentGroups?$expand=agents,publishedResources")["value"]
    told = {one["displayName"]: [a["id"] for a in one["agents"]] for one in groups}
    assert told == {"contoso.test": ["a-1", "a-2"], "fabrikam.test": ["a-3"]}
    (resource,) = office.get(f"{PROFILE}/agentGroups/{groups[0]['id']}/publishedResources")["value"]
    assert office.get(f"{PROFILE}/publishedResources/{resource['id']}?$expand=agentGroups")["agentGroups"]


def test_an_agent_tells_its_group_where_that_is_asked(office: GraphOffice) -> None:
    (group,) = office.get(f"{PROFILE}/agents/a-1?$expand=agentGroups")["agentGroups"]
    assert group["displayName"] == "contoso.test"
    assert office.get(f"{PROFILE}/agents/a-1/agentGroups")["value"] == [group]
    assert "agentGroups" not in office.get(f"{PROFILE}/agents/a-1")


def test_a_removed_agent_is_gone_and_its_session_is_over(office: GraphOffice) -> None:
    with office.database.write() as c:
        session = tokens.issue(c, TENANT, "agent-session", "a-1 contoso.test", now=time.time(), lifetime=600)
    office.delete(f"{PROFILE}/agents/a-1")
    assert office.refused("GET", f"{PROFILE}/agents/a-1")[0] == 404
    assert office.refused("DELETE", f"{PROFILE}/agents/a-1")[0] == 404
    with office.database.read() as c:
        assert tokens.find(c, session.reveal(), ("agent-session",), time.time()) is None
        assert c.scalar(select(agent.c.removed).where(agent.c.id == "a-1"))


def test_links_follow_from_the_domain(office: GraphOffice) -> None:
    groups = {g["displayName"]: g["id"] for g in office.get(f"{PROFILE}/agentGroups")["value"]}
    place = f"{PROFILE}/agents/a-1/agentGroups"
    own = {"@odata.id": f"https://ropeway.contoso.test:8443{PROFILE}/agentGroups/{groups['contoso.test']}"}
    other = {"@odata.id": f"https://ropeway.contoso.test:8443{PROFILE}/agentGroups('{groups['fabrikam.test']}')"}
    office.post(f"{place}/$ref", own)
    assert office.refused("POST", f"{place}/$ref", other)[2] == "not-offered"
    assert office.refused("POST", f"{place}/$ref", {"id": "x"})[2] == "body-invalid"
    assert office.refused("DELETE", f"{place}/{groups['contoso.test']}/$ref")[2] == "not-offered"
    assert office.refused("DELETE", f"{place}/{groups['fabrikam.test']}/$ref")[0] == 404


def test_groups_and_resources_are_not_made_by_hand(office: GraphOffice) -> None:
    assert office.refused("POST", f"{PROFILE}/agentGroups", {"displayName": "New Group"})[2] == "not-offered"
    assert office.refused("POST", f"{PROFILE}/publishedResources", {"displayName": "x"})[2] == "not-offered"


def test_other_profiles_are_not_there(office: GraphOffice) -> None:
    assert [one["id"] for one in office.get("/beta/onPremisesPublishingProfiles")["value"]] == ["provisioning"]
    assert office.get(PROFILE)["isEnabled"]
    assert office.refused("GET", "/beta/onPremisesPublishingProfiles/applicationProxy/agents")[0] == 404


def test_pages_of_agents_follow_each_other(office: GraphOffice) -> None:
    found = office.get(f"{PROFILE}/agents?$count=true&$top=2")
    assert (found["@odata.count"], [a["id"] for a in found["value"]]) == (3, ["a-1", "a-2"])
    assert [a["id"] for a in office.follow(f"{PROFILE}/agents?$top=1")] == ["a-1", "a-2", "a-3"]
    active = office.follow(f"{PROFILE}/agents?$filter=status eq 'active'&$orderby=machineName desc")
    assert [a["id"] for a in active] == ["a-3", "a-1"]


def test_an_agent_is_found_by_the_name_of_its_machine_and_told_after_its_end_where_that_is_asked(
    office: GraphOffice,
) -> None:
    assert office.get(f"{PROFILE}/agents('dc-a-3')")["id"] == "a-3"
    office.delete(f"{PROFILE}/agents/a-3")
    assert office.refused("GET", f"{PROFILE}/agents/a-3") == (404, "Request_ResourceNotFound", "agent-unknown")
    found = office.get(f"{PROFILE}/agents?ropeway-removed=true", Prefer='odata.include-annotations="ropeway.agent"')
    assert {one["id"]: one["@ropeway.agent"]["status"] for one in found["value"]} == {
        "a-1": "active", "a-2": "inactive", "a-3": "removed",
    }  # fmt: skip
