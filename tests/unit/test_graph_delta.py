"""What changed since the last time, as scripts that follow the directory ask it."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import delete

from ropeway.directory import tables
from ropeway.service.app import application
from ropeway.service.graph import routes
from tests.unit.graph_office import GraphOffice, office, served

__all__ = ["office"]

GROUP = {"displayName": "Makers", "mailEnabled": False, "mailNickname": "makers", "securityEnabled": True}


def path_of(link: str) -> str:
    """What a link asks, of the service of this test."""
    there = urlsplit(link)
    return f"{there.path}?{there.query}"


def a_round(office: GraphOffice, path: str, **headers: str) -> tuple[list[Any], str]:
    """Everything that a round tells, and where the next one begins."""
    found: list[Any] = []
    for _ in range(200):
        page = office.get(path, **headers)
        found += page["value"]
        if "@odata.deltaLink" in page:
            return found, path_of(page["@odata.deltaLink"])
        path = path_of(page["@odata.nextLink"])
    raise AssertionError("a round without an end")


def person(office: GraphOffice, name: str) -> str:
    body = {
        "accountEnabled": True,
        "displayName": name,
        "mailNickname": name,
        "userPrincipalName": f"{name}@contoso.test",
    }
    return office.post("/v1.0/users", body, 201)["id"]


def test_a_first_round_tells_everything_and_the_next_only_what_changed(office: GraphOffice) -> None:
    everybody, link = a_round(office, "/v1.0/users/delta", Prefer="odata.maxpagesize=1")
    assert {one["displayName"] for one in everybody} == {"Anna Berg", "Björn Ek"}
    assert a_round(office, link)[0] == []
    zoe, max_ = person(office, "zoe"), person(office, "max")
    told, link = a_round(office, link)
    assert {one["id"] for one in told} == {zoe, max_}
    office.patch(f"/v1.0/users/{zoe}", {"jobTitle": "Lead"})
    office.delete(f"/v1.0/users/{max_}")
    told, link = a_round(office, link, Prefer="return=minimal")
    assert told == [{"id": zoe, "jobTitle": "Lead"}, {"id": max_, "@removed": {"reason": "changed"}}]
    office.delete(f"/v1.0/directory/deletedItems/{max_}")
    told, link = a_round(office, link)
    assert told == [{"id": max_, "@removed": {"reason": "deleted"}}]
    office.delete(f"/v1.0/users/{zoe}")
    office.post(f"/v1.0/directory/deletedItems/{zoe}/restore", status=200)
    assert [one["id"] for one in a_round(office, link)[0]] == [zoe]


def test_every_preference_that_was_followed_is_told(office: GraphOffice) -> None:
    for said in ("return=minimal", "odata.maxpagesize=1", "return=minimal, odata.maxpagesize=1"):
        answer = office.send("GET", "/v1.0/users/delta", Prefer=said)
        assert answer.headers["preference-applied"] == said


def test_a_selection_is_what_is_followed(office: GraphOffice) -> None:
    zoe = person(office, "zoe")
    _, link = a_round(office, "/v1.0/users/delta?$select=jobTitle,manager")
    office.patch(f"/v1.0/users/{zoe}", {"city": "Oslo"})
    told, link = a_round(office, link)
    assert told == []
    anna = office.get("/v1.0/users/anna.berg@contoso.test")["id"]
    office.put(f"/v1.0/users/{zoe}/manager/$ref", {"@odata.id": f"https://x/v1.0/users/{anna}"})
    (told,), link = a_round(office, link)
    assert told == {
        "id": zoe,
        "jobTitle": None,
        "manager@delta": [{"@odata.type": "#microsoft.graph.user", "id": anna}],
    }
    office.delete(f"/v1.0/users/{zoe}/manager/$ref")
    (told,), _ = a_round(office, link)
    assert told["manager@delta"][0]["@removed"] == {"reason": "deleted"}


@pytest.mark.parametrize("plural", ["users", "contacts"])
def test_a_manager_who_goes_and_comes_back_is_a_change_of_whom_they_managed(office: GraphOffice, plural: str) -> None:
    boss = person(office, "boss")
    clerks = {
        "users": person(office, "clerk"),
        "contacts": office.post("/v1.0/contacts", {"displayName": "K"}, 201)["id"],
    }
    for kind, clerk in clerks.items():
        office.put(f"/v1.0/{kind}/{clerk}/manager/$ref", {"@odata.id": f"https://x/v1.0/users/{boss}"})
    end = {"@odata.type": "#microsoft.graph.user", "id": boss}
    _, link = a_round(office, f"/v1.0/{plural}/delta?$select=displayName,manager")
    for removed in (True, False):
        if removed:
            office.delete(f"/v1.0/users/{boss}")
        else:
            office.post(f"/v1.0/directory/deletedItems/{boss}/restore", status=200)
        found, link = a_round(office, link)
        told = {one["id"]: one for one in found}
        assert told.keys() == {clerks[plural], *([boss] if plural == "users" else [])}
        expected = end | {"@removed": {"reason": "deleted"}} if removed else end
        assert told[clerks[plural]]["manager@delta"] == [expected]
    assert a_round(office, link)[0] == []


@pytest.mark.parametrize(
    ("plural", "select", "change", "named"),
    [
        ("users", "employeeOrgData", {"employeeOrgData": {"division": "North"}}, "employeeOrgData"),
        ("users", "onPremisesExtensionAttributes", {"onPremisesExtensionAttributes": {"extensionAttribute9": "x"}},
         "onPremisesExtensionAttributes"),
        ("contacts", "", {"addresses": [{"city": "Rome"}]}, "addresses"),
        ("contacts", "addresses", {"addresses": [{"street": "Via 1"}]}, "addresses"),
        ("contacts", "", {"phones": [{"type": "mobile", "number": "1"}]}, "phones"),
        ("directoryObjects", "", {"phones": [{"type": "business", "number": "1"}]}, "phones"),
    ],
)  # fmt: skip
def test_a_part_of_a_property_is_a_change_of_it(
    office: GraphOffice, plural: str, select: str, change: Any, named: str
) -> None:
    if plural == "users":
        path = f"/v1.0/users/{person(office, 'zoe')}"
    else:
        path = f"/v1.0/contacts/{office.post('/v1.0/contacts', {'displayName': 'Kim'}, 201)['id']}"
    _, link = a_round(office, f"/v1.0/{plural}/delta{f'?$select={select}' if select else ''}")
    office.patch(path, change)
    (told,), _ = a_round(office, link, Prefer="return=minimal")
    assert (told["id"], set(told) - {"@odata.type"}) == (path.rpartition("/")[2], {"id", named})
    (told,), _ = a_round(office, link)
    assert told[named]


def test_members_are_told_as_they_come_and_go(office: GraphOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ropeway.service.graph.objects.delta.MEMBERS", 2)
    people = [person(office, f"p{n}") for n in range(5)]
    bound = [f"https://x/v1.0/directoryObjects/{one}" for one in people]
    group = office.post("/v1.0/groups", {**GROUP, "members@odata.bind": bound}, 201)["id"]
    told, link = a_round(office, "/v1.0/groups/delta?$select=displayName,members")
    portions = [one["members@delta"] for one in told if one["id"] == group]
    assert sorted(one["id"] for part in portions for one in part) == sorted(people)
    assert max(len(part) for part in portions) <= 2
    office.delete(f"/v1.0/groups/{group}/members/{people[0]}/$ref")
    office.delete(f"/v1.0/users/{people[1]}")
    (told,), link = a_round(office, link)
    assert {one["id"]: "@removed" in one for one in told["members@delta"]} == {people[0]: True, people[1]: True}
    office.post(f"/v1.0/directory/deletedItems/{people[1]}/restore", status=200)
    office.control.update_object("groups", group, {"members": people[1:3]})
    (told,), _ = a_round(office, link)
    changed = {one["id"]: "@removed" not in one for one in told["members@delta"]}
    assert changed == {people[1]: True, people[2]: True, people[3]: False, people[4]: False}


def test_what_a_job_changes_is_told_too(office: GraphOffice) -> None:
    _, link = a_round(office, "/v1.0/directoryObjects/delta")
    office.company.person("Carla Diaz")
    office.run()
    told, _ = a_round(office, link)
    assert [(one["displayName"], one["@odata.type"]) for one in told] == [("Carla Diaz", "#microsoft.graph.user")]


def test_from_now_on_and_of_some_alone(office: GraphOffice) -> None:
    told, link = a_round(office, "/v1.0/users/delta()?$deltatoken=latest")
    assert told == []
    zoe = person(office, "zoe")
    assert [one["id"] for one in a_round(office, link)[0]] == [zoe]
    some, link = a_round(office, f"/v1.0/users/microsoft.graph.delta?$filter=id eq '{zoe}'&$select=id")
    assert some == [{"id": zoe}]
    person(office, "max")
    assert a_round(office, link)[0] == []


def test_after_seven_days_or_a_forgotten_log_one_begins_anew(office: GraphOffice) -> None:
    _, link = a_round(office, "/v1.0/users/delta")
    later = replace(office.parts, clock=lambda: time.time() + 8 * 86400)
    told = {"Authorization": f"Bearer {office.token.reveal()}"}
    with office.database.write() as c:
        c.execute(tables.metadata.tables["token"].update().values(expires=time.time() + 30 * 86400))
    with served(application(routes(later))) as url:
        in_beta = office.http.get(f"{url}{link.replace('/v1.0/', '/beta/')}", headers=told)
        answer = office.http.get(f"{url}{link}", headers=told)
    assert path_of(in_beta.headers["location"]).startswith("/beta/users/delta?")
    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "syncStateNotFound")
    again = path_of(answer.headers["location"])
    assert len(a_round(office, again)[0]) == 2
    zoe = person(office, "zoe")
    office.patch(f"/v1.0/users/{zoe}", {"city": "Oslo"})
    with office.database.write() as c:
        c.execute(delete(tables.change))
    assert office.send("GET", link).status_code == 410


@pytest.mark.parametrize(
    "query", ["$deltatoken=x", "$top=1", "$filter=displayName eq 'a'", "$select=nothing", "$skiptoken=AA"]
)
def test_what_a_delta_is_not_asked_is_refused(office: GraphOffice, query: str) -> None:
    assert office.refused("GET", f"/v1.0/users/delta?{query}")[0] == 400
