"""How a job is, kept on both databases."""

from __future__ import annotations

import threading

import msgspec
import pytest
from sqlalchemy import update

from ropeway.engine.exporting import REFERENCES
from ropeway.engine.lifecycle.notices import Event, Notice
from ropeway.engine.lifecycle.quarantine import Tally
from ropeway.engine.lifecycle.standing import Quarantine, Reason, Standing
from ropeway.engine.records import Decided, Escrow
from ropeway.model.job import JobStatus
from ropeway.model.problems import Problem
from ropeway.store import jobs, leases, lifecycle, outbox
from ropeway.store.comparing import pictures
from ropeway.store.rows import Key
from ropeway.store.tables import entry
from tests.contract.state_job import Office, a, office, person

__all__ = ["office"]
LONG = Problem("value-too-long")
QUARANTINE = Quarantine(Reason.BASE, 1.0, 1.0, 1, 2.0)


def key(office: Office) -> Key:
    return Key(tenant=1, job=office.number)


def aside(office: Office, *names: str, stage: str = "map", when: float = 0.0) -> None:
    escrows = [Escrow(a(name), stage, LONG, 1, when, when) for name in names]
    office.state.decide(Decided(escrows=escrows))


def in_the_directory(office: Office, *names: str) -> None:
    with office.db.write() as c:
        c.execute(update(entry).where(entry.c.anchor.in_(names)).values(target=entry.c.anchor, target_type="user"))


def status(office: Office) -> str:
    return office.state.record().status


def test_two_who_change_the_standing_at_once_lose_nothing(office: Office) -> None:
    def one_more(now: Standing) -> Standing:
        return msgspec.structs.replace(now, failures_in_row=now.failures_in_row + 1)

    def often() -> None:
        for _ in range(10):
            with office.db.write() as c:
                lifecycle.change_standing(c, office.number, one_more, 0.0)

    threads = [threading.Thread(target=often) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert office.state.record().standing.failures_in_row == 30


def test_the_status_follows_quarantine_and_end(office: Office) -> None:
    told: list[str] = []
    for standing in (Standing(QUARANTINE), Standing(), Standing(QUARANTINE, disabled=3.0), Standing()):
        office.state.stand(lambda _, standing=standing: standing)
        told.append(status(office))
    assert told == ["Quarantine", "Active", "Paused", "Active"]


def test_a_pause_outlasts_a_quarantine(office: Office) -> None:
    with office.db.write() as c:
        jobs.set_status(c, office.number, JobStatus.PAUSED)
    office.state.stand(lambda _: Standing(QUARANTINE))
    office.state.stand(lambda _: Standing())
    assert status(office) == "Paused"


def test_failures_are_counted_apart_from_those_of_links_and_from_who_is_in_step(office: Office) -> None:
    office.read(*(person(name) for name in ("Ann", "Bob", "Cyd", "Dan")))
    in_the_directory(office, "Ann", "Bob", "Cyd")
    aside(office, "Dan", "Cyd")
    aside(office, "Bob", stage=REFERENCES)
    assert office.state.tally() == Tally(failures=2, references=1, successes=2)


def test_forgotten_escrows_are_due_at_once_and_unread_objects_are_asked_for(office: Office) -> None:
    office.read(person("Ann"), person("Bob"))
    office.settle()
    aside(office, "Ann", when=office.now)
    aside(office, "Bob", stage="import", when=office.now)
    assert (office.due(), office.state.to_be_asked(office.now, 10)) == ([], [])
    office.state.forget_escrows()
    assert (office.due(), office.state.to_be_asked(office.now, 10)) == (["Ann"], ["Bob"])


def test_whoever_failed_for_28_days_is_counted_and_begins_anew_with_the_next_failure(office: Office) -> None:
    office.read(person("Ann"))
    month = 28 * 86400.0
    aside(office, "Ann", when=1.0)
    aside(office, "Ann", when=1.0 + month)
    with office.db.read() as c:
        assert lifecycle.retries_ended(c, key(office), month) == 1
    aside(office, "Ann", when=9 * month)
    found = office.state.escrowed([a("Ann")])[a("Ann")]
    assert (found.attempts, found.first) == (1, 9 * month)


def test_forgotten_targets_leave_nothing_exported(office: Office) -> None:
    office.read(person("Ann"), person("Sales", "group"))
    office.link("Sales", "Ann")
    in_the_directory(office, "Ann", "Sales")
    office.state.forget_targets()
    known = office.state.known([a("Ann"), a("Sales")])
    assert {e.target for e in known.values()} == {None}


def test_the_machine_that_ran_a_job_last_is_known_with_the_time_since_it_does(office: Office) -> None:
    office.open("dc1 process 1", dead=["first"])
    office.now += 100
    office.open("dc1 process 2", dead=["dc1 process 1"])
    with office.db.read() as c:
        assert leases.active(c, key(office)) == leases.Active("dc1", 1_000_000.0)
    office.open("dc2 process 1", dead=["dc1 process 2"])
    with office.db.read() as c:
        assert leases.active(c, key(office)) == leases.Active("dc2", office.now)


def test_a_message_is_claimed_by_one_and_comes_back_if_it_is_not_sent(office: Office) -> None:
    with office.db.write() as c:
        outbox.put(c, key(office), [Notice(Event.JOB_STOPPED, LONG)], 10.0)
    with office.db.write() as c:
        first = outbox.claim(c, 1, 10.0, 70.0)
        assert outbox.claim(c, 1, 11.0, 71.0) is None
    assert first
    with office.db.write() as c:
        assert outbox.claim(c, 1, 70.0, 130.0) == first
        outbox.again(c, first, ["mail"], LONG, 90.0)
        assert outbox.failing(c, office.number) == (1, LONG)
        again = outbox.claim(c, 1, 90.0, 150.0)
    assert again
    assert (again.arrived, again.attempts, again.event) == (("mail",), 1, Event.JOB_STOPPED)


@pytest.mark.parametrize("number", [3, 1700])
def test_the_picture_of_a_job_is_read_in_the_order_of_anchors(office: Office, number: int) -> None:
    names = [f"P{n:05}" for n in range(number)]
    for start in range(0, number, 450):
        office.read(*(person(name) for name in reversed(names[start : start + 450])))
    with office.db.write() as c:
        c.exec_driver_sql("UPDATE entry SET exported = attributes")
    assert [p.entry.anchor for p in pictures(office.db, key(office))] == names
