"""Directory synchronization is deactivated and activated again, on every database: nobody is lost or twice there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ropeway.control.in_process import TENANT
from ropeway.directory import Directory, releasing
from ropeway.directory.features import Features
from ropeway.model.changes import Kind, Then
from ropeway.store.database import Database
from tests.unit.directory_company import Company, person, update
from tests.unit.engine_company import Thing
from tests.unit.graph_office import GraphOffice, opened

ALL = "?$select=id,displayName,jobTitle,onPremisesSyncEnabled,onPremisesImmutableId"


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[GraphOffice]:
    with opened(tmp_path, database_url) as found:
        yield found


def switch(office: GraphOffice, *, on: bool) -> None:
    (organization,) = office.get("/v1.0/organization")["value"]
    office.patch(f"/v1.0/organization/{organization['id']}", {"onPremisesSyncEnabled": on})


def people(office: GraphOffice) -> dict[str, Any]:
    return {one["displayName"]: one for one in office.get(f"/v1.0/users{ALL}")["value"]}


def there(office: GraphOffice, name: str) -> Thing:
    return next(one for one in office.company.things.values() if one.name == name)


def members(office: GraphOffice) -> tuple[str, list[str]]:
    (group,) = office.get("/v1.0/groups")["value"]
    path = f"/v1.0/groups/{group['id']}/members"
    return path, [one["displayName"] for one in office.get(path)["value"]]


def test_what_a_job_brought_is_the_clouds_own_and_can_be_changed(office: GraphOffice) -> None:
    before = people(office)
    switch(office, on=False)
    after = people(office)
    assert {one["onPremisesSyncEnabled"] for one in after.values()} == {False}
    assert [one["onPremisesImmutableId"] for one in after.values()] == [
        one["onPremisesImmutableId"] for one in before.values()
    ]
    anna = f"/v1.0/users/{after['Anna Berg']['id']}"
    office.patch(anna, {"jobTitle": "Head"})
    office.delete(f"/v1.0/users/{after['Björn Ek']['id']}")
    assert office.get(anna)["jobTitle"] == "Head"
    path, named = members(office)
    assert named == ["Anna Berg"]
    office.delete(f"{path}/{after['Anna Berg']['id']}/$ref")
    assert members(office)[1] == []


def test_on_again_everybody_is_matched_and_premises_are_master(office: GraphOffice) -> None:
    before = people(office)
    switch(office, on=False)
    office.patch(f"/v1.0/users/{before['Anna Berg']['id']}", {"jobTitle": "Head"})
    office.delete(f"{members(office)[0]}/{before['Anna Berg']['id']}/$ref")
    office.company.person("Zoe Ek")
    switch(office, on=True)
    office.run()
    after = people(office)
    assert sorted(after) == ["Anna Berg", "Björn Ek", "Zoe Ek"]
    assert after["Anna Berg"] == before["Anna Berg"]
    assert after["Björn Ek"] == before["Björn Ek"]
    assert members(office)[1] == ["Anna Berg"]
    assert office.get("/v1.0/groups?$select=onPremisesSyncEnabled")["value"][0]["onPremisesSyncEnabled"] is True
    refused = office.refused("PATCH", f"/v1.0/users/{after['Anna Berg']['id']}", {"jobTitle": "Head"})
    assert refused[2] == "mastered-on-premises"
    manager = office.get(f"/v1.0/users/{after['Björn Ek']['id']}/manager")
    assert manager["displayName"] == "Anna Berg"


def test_who_left_meanwhile_stays_in_the_cloud_and_who_left_a_group_leaves_it(office: GraphOffice) -> None:
    switch(office, on=False)
    office.company.remove(there(office, "Björn Ek"))
    there(office, "Team").links["member"] = []
    switch(office, on=True)
    office.run()
    after = people(office)
    assert (after["Björn Ek"]["onPremisesSyncEnabled"], after["Anna Berg"]["onPremisesSyncEnabled"]) == (False, True)
    assert members(office)[1] == []


def test_whoever_was_in_the_recycle_bin_comes_back_as_the_same_person(office: GraphOffice) -> None:
    anna = people(office)["Anna Berg"]["id"]
    switch(office, on=False)
    office.delete(f"/v1.0/users/{anna}")
    switch(office, on=True)
    office.run()
    assert people(office)["Anna Berg"]["id"] == anna


def test_a_cycle_that_is_under_way_writes_nothing_more(database_url: str) -> None:
    company = Company(Database(database_url))
    company.done(person("ann"))
    target = company.directory.target(1, precedence=100)
    company.directory.set_features(Features(off=True, releasing=True))
    (outcome,) = target.write([update("ann", jobTitle="Head")])
    assert (outcome.then, outcome.problem and outcome.problem.code) == (Then.STOP, "synchronization-off")
    company.database.close()


def test_one_cut_short_is_gone_on_with(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releasing, "AT_ONCE", 2)
    company = Company(Database(database_url))
    ids = company.done(*(person(f"p{n}") for n in range(5)))
    company.done(msgspec.structs.replace(person("p1", Kind.ADOPT, jobTitle="Clerk"), target=ids[1]), job=2)
    company.directory.set_features(Features(off=True, releasing=True))
    with company.directory._session.writing() as work:  # pyright: ignore[reportPrivateUsage] - one portion
        assert releasing.release_some(work, releasing.BEGIN) is not None
    told = [company.user(id_)["onPremisesSyncEnabled"] for id_ in ids]
    assert True in told
    assert False in told
    company.directory.purge(company.clock())
    assert [company.user(id_)["onPremisesSyncEnabled"] for id_ in ids] == [False] * 5
    assert company.user(ids[1])["userPrincipalName"] == "p1@contoso.test"
    assert not company.directory.features().releasing
    company.database.close()


def test_a_job_whose_objects_were_taken_from_it_matches_them_anew(office: GraphOffice) -> None:
    """As where a change was sent when synchronization went off, and is sent again when it is on."""
    directory = Directory(office.database, TENANT, clock=time.time)
    directory.set_features(Features(off=True, releasing=True))
    directory.release()
    directory.set_features(Features())
    there(office, "Anna Berg").values["title"] = "Director"
    office.run()
    assert people(office)["Anna Berg"]["onPremisesSyncEnabled"] is False
    office.run()
    anna = people(office)["Anna Berg"]
    assert (anna["jobTitle"], anna["onPremisesSyncEnabled"]) == ("Director", True)
