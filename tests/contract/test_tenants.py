"""Tenants on both databases: made at once, apart from each other, removed without a trace."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from ropeway.control.in_process import InProcess, open_database
from ropeway.control.protocol import EventFilter
from ropeway.control.sources import FromHere
from ropeway.control.tenants import Tenants
from ropeway.model.problems import RopewayError
from ropeway.store import tenants as stored
from ropeway.store.database import Database
from ropeway.store.tenants import HOME
from tests.fixtures.tenants import JOB, filled, rows_of, second


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(open_database(database_url)) as opened:
        yield opened


def code_of(error: pytest.ExceptionInfo[RopewayError]) -> str:
    return error.value.problem.code


def test_a_new_tenant_has_an_initial_domain_of_its_own(database: Database) -> None:
    _, made = second(database)
    _, other = second(database, "fabrikam!")
    assert made.domains == ("fabrikam.ropeway.internal",)
    assert other.domains[0].startswith("fabrikam-")
    assert [t.name for t in Tenants(database).every()] == ["Ropeway", "Fabrikam", "fabrikam!"]
    assert [t.is_home for t in Tenants(database).every()] == [True, False, False]


@pytest.mark.parametrize("name", ["", "  ", "a/b", "a\nb", "x" * 65])
def test_a_name_that_nobody_can_read_or_type_is_refused(database: Database, name: str) -> None:
    with pytest.raises(RopewayError) as refused:
        Tenants(database).create(name, "Zoë")
    assert code_of(refused) == "tenant-name-invalid"


def test_of_many_who_make_the_same_tenant_at_once_one_does(database: Database) -> None:
    def attempt(_: int) -> str:
        try:
            return Tenants(database).create("Fabrikam", "Zoë").id
        except RopewayError as error:
            return error.problem.code

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(attempt, range(6)))
    assert sorted(answers)[1:] == ["tenant-name-taken"] * 5


def test_jobs_objects_and_logs_of_one_tenant_are_unknown_in_the_other(database: Database, tmp_path: Path) -> None:
    number, _ = second(database)
    ours, theirs = filled(database, HOME, tmp_path), filled(database, number, tmp_path)
    theirs_job = theirs.job(JOB).id
    for control, own in ((ours, "tenant1.test"), (theirs, f"tenant{number}.test")):
        assert [job.name for job in control.jobs()] == [JOB]
        assert own in [domain.name for domain in control.domains()]
        assert len(control.list_objects("users")) == 4
        assert {event.job for event in control.events(EventFilter())} == {JOB}
    for call in (ours.job, ours.holds, ours.pause_job, ours.live, ours.schema, ours.restart_job):
        with pytest.raises(RopewayError) as refused:
            call(theirs_job)
        assert code_of(refused) == "job-unknown"
    ids = {control: {user["id"] for user in control.list_objects("users")} for control in (ours, theirs)}
    assert not ids[ours] & ids[theirs]
    for id_ in ids[theirs]:
        with pytest.raises(RopewayError) as refused:
            ours.show_object("users", id_)
        assert code_of(refused) == "object-not-found"


def test_a_verified_domain_belongs_to_one_tenant(database: Database) -> None:
    number, _ = second(database)
    ours, theirs = InProcess(database, FromHere()), InProcess(database, FromHere(), number)
    for control in (ours, theirs):
        control.add_domain("contoso.test")
    ours.verify_domain("contoso.test")
    with pytest.raises(RopewayError) as refused:
        theirs.verify_domain("contoso.test")
    assert code_of(refused) == "domain-taken"
    assert [d.verified for d in theirs.domains() if d.name == "contoso.test"] == [False]


def test_a_removed_tenant_leaves_nothing_and_takes_nothing_of_others(database: Database, tmp_path: Path) -> None:
    number, made = second(database)
    filled(database, HOME, tmp_path)
    filled(database, number, tmp_path, people=30)
    before = rows_of(database, HOME)
    assert len(rows_of(database, number)) > 15
    gone = Tenants(database).remove("Fabrikam", "Zoë")
    assert (gone.id, gone.jobs) == (made.id, 1)
    assert rows_of(database, number) == {}
    assert rows_of(database, HOME) == before
    assert [act.action for act in Tenants(database).acts()] == ["create_tenant", "remove_tenant"]
    assert InProcess(database, FromHere()).audit() == []
    with pytest.raises(RopewayError) as refused:
        Tenants(database).one(made.id)
    assert code_of(refused) == "tenant-unknown"


def test_a_tenant_whose_removal_was_interrupted_is_nobody_and_goes_later(database: Database, tmp_path: Path) -> None:
    number, made = second(database)
    filled(database, number, tmp_path)
    with database.write() as c:
        stored.mark_removed(c, stored.find(c, made.id), 1_800_000_000.0)
    with pytest.raises(RopewayError) as refused:
        Tenants(database).number("Fabrikam")
    assert code_of(refused) == "tenant-unknown"
    assert Tenants(database).every()[1].removed == "2027-01-15T08:00:00Z"
    assert Tenants(database).create("Fabrikam", "Zoë").id != made.id
    assert Tenants(database, lambda: 1_800_000_061.0).go_on() == 1
    assert rows_of(database, number) == {}


def test_the_first_tenant_stays(database: Database) -> None:
    with pytest.raises(RopewayError) as refused:
        Tenants(database).remove("Ropeway", "Zoë")
    assert code_of(refused) == "tenant-is-home"
