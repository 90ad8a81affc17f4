"""Directory synchronization as a whole: off and on, what counts as an accident, switches that do what they say."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from ropeway.control.in_process import open_database
from ropeway.control.protocol import SynchronizationChange
from ropeway.control.switches import guard_of
from ropeway.model.job import Guard
from ropeway.model.problems import RopewayError
from ropeway.store.tenants import HOME
from tests.fixtures.tenants import filled, second
from tests.unit.graph_office import GraphOffice, office

__all__ = ["office"]

PATH = "/v1.0/directory/onPremisesSynchronization"


def one(office: GraphOffice) -> str:
    (found,) = office.get(PATH)["value"]
    return f"{PATH}/{found['id']}"


def prevention(type_: str, threshold: int | None = None) -> dict[str, object]:
    said = {"synchronizationPreventionType": type_} | ({} if threshold is None else {"alertThreshold": threshold})
    return {"configuration": {"accidentalDeletionPrevention": said}}


def test_a_job_of_a_tenant_that_is_deactivated_says_so_and_how_to_go_on(office: GraphOffice) -> None:
    (organization,) = office.get("/v1.0/organization")["value"]
    assert organization["onPremisesSyncEnabled"] is True
    path = f"/v1.0/organization/{organization['id']}"
    office.patch(path, {"onPremisesSyncEnabled": False})
    assert office.get(path)["onPremisesSyncEnabled"] is False
    office.company.person("Zoe Ek")
    with pytest.raises(RopewayError) as raised:
        office.run()
    assert raised.value.problem.code == "synchronization-off"
    assert [p.code for p in office.control.job("Contoso").problems] == ["synchronization-off"]
    with pytest.raises(RopewayError, match="deactivated"):
        office.control.provision("Contoso", "Anna Berg")
    office.patch(path, {"onPremisesSyncEnabled": True})
    office.run()
    assert office.control.job("Contoso").problems == ()
    assert office.get("/v1.0/users?$filter=displayName eq 'Zoe Ek'")["value"][0]["displayName"] == "Zoe Ek"


def test_more_deletions_than_the_threshold_wait_for_approval(office: GraphOffice) -> None:
    office.patch(one(office), prevention("enabledForCount", 1))
    told = office.get(one(office))["configuration"]["accidentalDeletionPrevention"]
    assert told == {"synchronizationPreventionType": "enabledForCount", "alertThreshold": 1}
    people = [office.company.person(f"Person {n}") for n in range(3)]
    office.run()
    for person in people[:2]:
        office.company.remove(person)
    office.run()
    (hold,) = office.control.holds("Contoso")
    assert hold.count == 2
    office.patch(one(office), prevention("disabled"))
    office.control.approve("Contoso", hold.number)
    office.company.remove(people[2])
    office.run()
    names = [one["displayName"] for one in office.get("/v1.0/users?$select=displayName")["value"]]
    assert not any(name.startswith("Person") for name in names)


def test_a_new_job_is_guarded_as_the_tenant_says(office: GraphOffice) -> None:
    office.control.change_synchronization(SynchronizationChange(prevention="enabledForPercentage", alert_threshold=5))
    settings = office.control.job("Contoso").settings
    office.control.delete_job("Contoso", keep=True)
    import msgspec

    from ropeway.model.job import Guards

    made = office.control.create_job(msgspec.structs.replace(settings, guards=Guards()))
    assert made.settings.guards.deletes.percent == 5
    assert made.settings.guards.members == Guard()


@pytest.mark.parametrize(
    ("type_", "threshold", "count", "total", "trips"),
    [
        ("disabled", 1, 10_000, 10_000, False),
        ("enabledForCount", 5, 5, 10, False),
        ("enabledForCount", 5, 6, 10_000, True),
        ("enabledForPercentage", 10, 1, 10, False),
        ("enabledForPercentage", 10, 2, 10, True),
        ("enabledForPercentage", 10, 999, 10_000, False),
    ],
)
def test_what_counts_as_an_accident(type_: str, threshold: int, count: int, total: int, trips: bool) -> None:
    assert guard_of(type_, threshold).trips(count, total) == trips  # pyright: ignore[reportArgumentType] - as written


def test_switches_are_set_and_others_say_what_they_always_are(office: GraphOffice) -> None:
    office.patch(one(office), {"features": {"blockSoftMatchEnabled": True, "passwordSyncEnabled": False}})
    office.patch(one(office), {"features": {"softMatchOnUpnEnabled": False, "blockSoftMatchEnabled": None}})
    features = office.get(one(office).replace("/v1.0/", "/beta/"))["features"]
    assert (features["blockSoftMatchEnabled"], features["softMatchOnUpnEnabled"]) == (True, False)
    for name in ("passwordWritebackEnabled", "userWritebackEnabled"):
        assert office.refused("PATCH", one(office), {"features": {name: True}})[2] == "not-offered"
    assert office.refused("PATCH", one(office), {"features": {"flying": True}})[:2] == (400, "Request_BadRequest")
    assert office.refused("PATCH", one(office), prevention("enabledForPercentage", 101))[2] == "threshold-invalid"
    assert office.refused("PATCH", one(office), prevention("enabledForCount", 0))[2] == "threshold-invalid"
    assert office.refused("PATCH", one(office), prevention("sometimes"))[:2] == (400, "Request_BadRequest")
    assert office.refused("PATCH", f"{PATH}/x", {})[0] == 404


def test_what_one_tenant_switches_concerns_no_other(tmp_path: Path) -> None:
    with closing(open_database(f"sqlite:///{tmp_path / 'ropeway.db'}")) as database:
        ours = filled(database, HOME, tmp_path)
        theirs = filled(database, second(database)[0], tmp_path)
        theirs.change_synchronization(SynchronizationChange(prevention="enabledForCount", alert_threshold=7))
        guards = [one.job("Contoso").settings.guards.deletes for one in (ours, theirs)]
        assert [guard.most for guard in guards] == [Guard().most, 7]
        theirs.change_synchronization(SynchronizationChange(enabled=False))
        assert [one.synchronization().enabled for one in (ours, theirs)] == [True, False]
        ours.run_job("Contoso")
        with pytest.raises(RopewayError, match="deactivated"):
            theirs.run_job("Contoso")
        person = ours.list_objects("users", limit=1)[0]
        ours.assign_role("Reports Reader", person["id"])
        with pytest.raises(RopewayError):
            theirs.assign_role("Reports Reader", person["id"])
        assert [len([r for r in one.roles() if r.members]) for one in (ours, theirs)] == [1, 0]
