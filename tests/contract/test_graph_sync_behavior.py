"""Who is master of a synchronised object: its job, or the cloud once an administrator says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.engine_company import Thing
from tests.unit.graph_office import GraphOffice, opened


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[GraphOffice]:
    with opened(tmp_path, database_url) as found:
        yield found


def anna(office: GraphOffice) -> str:
    found = office.get("/v1.0/users?$filter=displayName eq 'Anna Berg'")["value"][0]["id"]
    return f"/v1.0/users/{found}"


def there(office: GraphOffice) -> Thing:
    """Anna on premises."""
    return next(one for one in office.company.things.values() if one.name == "Anna Berg")


def test_a_person_is_converted_changed_and_given_back(office: GraphOffice) -> None:
    path = anna(office)
    behavior = f"{path}/onPremisesSyncBehavior"
    assert office.get(behavior)["isCloudManaged"] is False
    assert office.refused("PATCH", path, {"jobTitle": "Head"})[2] == "mastered-on-premises"

    office.patch(behavior, {"isCloudManaged": True})
    office.patch(path, {"jobTitle": "Head"})
    there(office).values["title"] = "Director"
    office.run()
    seen = office.get(f"{path}?$select=jobTitle,onPremisesSyncEnabled")
    assert (seen["jobTitle"], seen["onPremisesSyncEnabled"]) == ("Head", False)
    line = office.get("/v1.0/auditLogs/provisioning?$top=1")["value"][0]
    assert line["provisioningStatusInfo"]["status"] == "warning"

    office.patch(behavior, {"isCloudManaged": False})
    assert office.get(f"{path}?$select=jobTitle")["jobTitle"] == "Director"
    assert office.get(behavior)["isCloudManaged"] is False
    there(office).values["title"] = "Chair"
    office.run()
    assert office.get(f"{path}?$select=jobTitle")["jobTitle"] == "Chair"


def test_a_person_who_is_the_clouds_own_outlives_the_account(office: GraphOffice) -> None:
    path = anna(office)
    office.patch(f"{path}/onPremisesSyncBehavior", {"isCloudManaged": True})
    office.company.remove(there(office))
    office.run()
    assert office.get(f"{path}?$select=displayName")["displayName"] == "Anna Berg"
    refused = office.refused("PATCH", f"{path}/onPremisesSyncBehavior", {"isCloudManaged": False})
    assert refused[2] == "nobody-to-master"
    office.delete(path)


def test_the_members_of_a_group_are_the_clouds_until_it_is_given_back(office: GraphOffice) -> None:
    group = f"/v1.0/groups/{office.get('/v1.0/groups')['value'][0]['id']}"
    who = anna(office).rpartition("/")[2]
    office.patch(f"{group}/onPremisesSyncBehavior", {"isCloudManaged": True})
    office.delete(f"{group}/members/{who}/$ref")
    office.run()
    assert office.get(f"{group}/members")["value"] == []
    office.patch(f"{group}/onPremisesSyncBehavior", {"isCloudManaged": False})
    office.run()
    assert [one["id"] for one in office.get(f"{group}/members")["value"]] == [who]


def test_a_group_that_is_given_back_has_the_members_of_premises_and_nothing_else_is_read_anew(
    office: GraphOffice,
) -> None:
    group = f"/v1.0/groups/{office.get('/v1.0/groups')['value'][0]['id']}"
    team = next(one for one in office.company.things.values() if one.name == "Team")
    bjorn = next(one for one in office.company.things.values() if one.name == "Björn Ek")
    made = office.control.create_object("users", {"displayName": "Eva", "userPrincipalName": "eva@contoso.test"})
    office.patch(f"{group}/onPremisesSyncBehavior", {"isCloudManaged": True})
    team.links["member"] = [bjorn.number]
    office.run()
    office.post(f"{group}/members/$ref", {"@odata.id": f"https://x/v1.0/directoryObjects/{made['id']}"})
    assert sorted(one["displayName"] for one in office.get(f"{group}/members")["value"]) == ["Anna Berg", "Eva"]
    office.patch(f"{group}/onPremisesSyncBehavior", {"isCloudManaged": False})
    decided = office.control.run_job("Contoso").decided
    assert sorted(one["displayName"] for one in office.get(f"{group}/members")["value"]) == ["Björn Ek", "Eva"]
    assert decided == 1


def test_a_manager_who_changed_meanwhile_counts_when_a_person_is_given_back(office: GraphOffice) -> None:
    boss = office.company.person("Carl Dahl")
    (bjorn,) = (one for one in office.company.things.values() if one.name == "Björn Ek")
    office.run()
    (found,) = office.get("/v1.0/users?$filter=displayName eq 'Björn Ek'")["value"]
    path = f"/v1.0/users/{found['id']}"
    office.patch(f"{path}/onPremisesSyncBehavior", {"isCloudManaged": True})
    bjorn.links["manager"] = [boss.number]
    office.run()
    assert office.get(f"{path}/manager")["displayName"] == "Anna Berg"
    office.patch(f"{path}/onPremisesSyncBehavior", {"isCloudManaged": False})
    office.run()
    assert office.get(f"{path}/manager")["displayName"] == "Carl Dahl"


def test_the_clouds_own_object_has_nobody_to_be_given_to(office: GraphOffice) -> None:
    made = office.control.create_object("users", {"displayName": "Eva", "userPrincipalName": "eva@contoso.test"})
    path = f"/v1.0/users/{made['id']}/onPremisesSyncBehavior"
    assert office.get(path)["isCloudManaged"] is True
    office.patch(path, {"isCloudManaged": True})
    assert office.refused("PATCH", path, {"isCloudManaged": False})[2] == "nobody-to-master"
    assert office.refused("PATCH", path, {})[:2] == (400, "Request_BadRequest")
    assert office.refused("GET", "/v1.0/users/nobody/onPremisesSyncBehavior")[0] == 404
