"""Paths as scripts write them, and the smaller resources that scripts of administrators ask for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ropeway.rules.extensions import PREFIX
from tests.unit.graph_office import GraphOffice, opened

ADVANCED = {"ConsistencyLevel": "eventual"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphOffice]:
    """Eva reports to Max O'Neil, and he to Zoë, who owns a computer that Eva uses."""
    with opened(tmp_path_factory.mktemp("paths")) as office:

        def made(type_: Any, name: str, **more: Any) -> str:
            return office.control.create_object(type_, {"displayName": name, **more})["id"]

        zoe = made("users", "Zoë", userPrincipalName="zoe@contoso.test", mail="zoe@contoso.test")
        maximilian = made("users", "Max", userPrincipalName="max.o'neil@contoso.test", manager=[zoe])
        eva = made("users", "Eva", userPrincipalName="eva@contoso.test", manager=[maximilian])
        made("devices", "PC-1", deviceId="d-1", registeredOwners=[zoe], registeredUsers=[eva])
        yield office


def names(found: Any) -> list[str]:
    return [one["displayName"] for one in found["value"]]


@pytest.mark.parametrize(
    "path",
    [
        "/v1.0/users/max.o'neil@contoso.test",
        "/v1.0/users('max.o''neil@contoso.test')",
        "/v1.0/users(userPrincipalName='max.o''neil@contoso.test')",
        "/v1.0/Users/max.o%27neil@contoso.test",
        "/v1.0/USERS('MAX.O''NEIL@contoso.test')/",
        "/V1.0/users/eva@contoso.test/Manager",
    ],
)
def test_a_path_may_be_written_in_several_ways(office: GraphOffice, path: str) -> None:
    assert (
        office.http.get(path, headers={"Authorization": f"Bearer {office.token.reveal()}"}).json()["displayName"]
        == "Max"
    )


def test_a_batch_takes_them_too(office: GraphOffice) -> None:
    urls = ["/Users('max.o''neil@contoso.test')?$select=id", "/users/eva@contoso.test/?$select=id", "/USERS/$count"]
    requests = [
        {"id": str(n), "method": "GET", "url": url, "headers": {"ConsistencyLevel": "eventual"}}
        for n, url in enumerate(urls)
    ]
    answers = office.post("/v1.0/$batch", {"requests": requests}, status=200)["responses"]
    assert [one["status"] for one in answers] == [200, 200, 200]


def test_a_slash_at_the_end_sends_nobody_elsewhere(office: GraphOffice) -> None:
    headers = {"Authorization": f"Bearer {office.token.reveal()}", "Host": "evil.test"}
    for path in ("/v1.0/users/", "/v1.0/organization/", "/v1.0/ropeway/service/status/", "/login/", "/healthz/"):
        assert "location" not in office.http.get(path, headers=headers, follow_redirects=False).headers


def test_what_is_expanded_may_be_selected(office: GraphOffice) -> None:
    """As PowerShell's -Property and -ExpandProperty do."""
    query = "$select=displayName,manager&$expand=manager($select=displayName)&$orderby=displayName"
    found = {one["displayName"]: one.get("manager") for one in office.get(f"/v1.0/users?{query}")["value"]}
    assert found["Eva"]["displayName"] == "Max"
    assert office.get("/v1.0/groups?$select=displayName,members")["value"] == [{"displayName": "Team"}]


def test_the_managers_address_is_read(office: GraphOffice) -> None:
    found = office.get("/v1.0/users/eva@contoso.test/manager/$ref")["@odata.id"]
    assert found.endswith(f"/v1.0/directoryObjects/{office.get('/v1.0/users/eva@contoso.test/manager')['id']}")
    assert office.refused("GET", "/v1.0/users/zoe@contoso.test/manager/$ref")[:2] == (404, "Request_ResourceNotFound")


def test_whoever_reports_to_somebody_by_however_many_steps(office: GraphOffice) -> None:
    zoe = "/v1.0/users/zoe@contoso.test"
    assert names(office.get(f"{zoe}/transitiveReports?$select=displayName")) == ["Eva", "Max"]
    assert (
        office.http.get(
            f"{zoe}/transitiveReports/$count", headers={**ADVANCED, "Authorization": f"Bearer {office.token.reveal()}"}
        ).text
        == "2"
    )


def test_the_devices_of_somebody(office: GraphOffice) -> None:
    assert names(office.get("/v1.0/users/zoe@contoso.test/ownedDevices")) == ["PC-1"]
    assert names(office.get("/v1.0/users/eva@contoso.test/registeredDevices/microsoft.graph.device")) == ["PC-1"]
    assert names(office.get("/v1.0/users/eva@contoso.test/ownedDevices")) == []


def test_lists_that_have_nothing(office: GraphOffice) -> None:
    every = office.get("/v1.0/users?$select=id&$count=true", **ADVANCED)["@odata.count"]
    without = office.get("/v1.0/users?$filter=proxyAddresses/$count eq 0&$count=true&$select=id", **ADVANCED)
    having = office.get("/v1.0/users?$filter=proxyAddresses/$count ne 0&$count=true&$select=id", **ADVANCED)
    assert without["@odata.count"] + having["@odata.count"] == every
    assert "Zoë" in names(office.get("/v1.0/users?$filter=proxyAddresses/$count ne 0&$count=true", **ADVANCED))
    unlicensed = office.get("/v1.0/users?$filter=assignedLicenses/$count eq 0&$count=true&$select=id", **ADVANCED)
    assert unlicensed["@odata.count"] == every
    assert office.refused("GET", "/v1.0/users?$filter=assignedLicenses/$count eq 0")[1] == "Request_UnsupportedQuery"
    assert office.refused("GET", "/v1.0/users?$filter=mail/$count eq 0&$count=true", **ADVANCED)[0] == 400


def test_what_has_a_name_in_a_domain(office: GraphOffice) -> None:
    found = names(office.get("/v1.0/domains/contoso.test/domainNameReferences?$top=999"))
    assert {"Zoë", "Max", "Eva", "Anna Berg"} <= set(found)
    office.post("/v1.0/domains", {"id": "empty.test"}, status=201)
    assert office.get("/v1.0/domains/empty.test/domainNameReferences")["value"] == []
    assert office.get("/v1.0/domains/empty.test/serviceConfigurationRecords")["value"] == []
    assert office.refused("GET", "/v1.0/domains/nowhere.test/domainNameReferences")[0] == 404


def test_there_are_no_licences(office: GraphOffice) -> None:
    assert office.get("/v1.0/subscribedSkus")["value"] == []
    assert office.get("/v1.0/users/eva@contoso.test/licenseDetails")["value"] == []
    assert office.refused("GET", "/v1.0/users/nobody/licenseDetails")[0] == 404


def test_extensions_that_jobs_bring_are_told(office: GraphOffice) -> None:
    path = "/v1.0/directoryObjects/getAvailableExtensionProperties"
    found = office.post(path, {"isSyncedFromOnPremises": True}, status=200)["value"]
    assert found
    assert all(one["name"].startswith(PREFIX) and one["targetObjects"] for one in found)
    assert office.post(path, {"isSyncedFromOnPremises": False}, status=200)["value"] == []
