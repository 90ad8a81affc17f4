"""What goes wrong rarely and costs accounts: crashes between two writes, two processes, doubtful sources, many rows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, update

from ropeway.control.heartbeat import heartbeat
from ropeway.control.in_process import open_control
from ropeway.control.protocol import EventFilter
from ropeway.directory import tables as directory_tables
from ropeway.engine.cycle import Cycle
from ropeway.engine.intake import Intake
from ropeway.engine.records import Escrow, Imported
from ropeway.engine.work import Work
from ropeway.model.anchors import Anchor
from ropeway.model.changes import Change, Kind
from ropeway.model.job import JobSettings, Scope, SourceSettings
from ropeway.model.pages import Gone, Item, LinkAdded, LinkRemoved, LinksReplaced, Page, Whole
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.watermark import Wanted
from ropeway.store import holding, looking, worklist
from ropeway.store.rows import Key
from ropeway.store.state import SqlState
from tests.unit.engine_company import HOUR, Company, Job, Thing, Trial, company, trial

__all__ = ["company", "trial"]


class Died(Exception):
    """The process is gone at this very moment."""


def ran(job: Job, change: Callable[[Work, SqlState], None], *, write: bool = True) -> None:
    """A cycle in which something was made otherwise."""
    if write:
        job.company.write()
    job.trial.now += 1
    state = job.state
    state.acquire("this test", [])
    work = job.work(state)
    change(work, state)
    try:
        Cycle(work).run()
    finally:
        work.source.close()
        state.release()


def dies_when(name: str) -> Callable[[Work, SqlState], None]:
    def change(_work: Work, state: SqlState) -> None:
        def die(*_: Any, **__: Any) -> None:
            raise Died

        setattr(state, name, die)

    return change


def holds(job: Job) -> list[tuple[str, str, int, str]]:
    with job.trial.db.read() as c:
        found = looking.holds(c, {"tenant": 1, "job": job.number})
    return [(h.what, h.subject, h.count, h.cause.code) for h in found]


def approve(job: Job, subject: str) -> None:
    key: Key = {"tenant": 1, "job": job.number}
    with job.trial.db.write() as c:
        number = next(h.number for h in looking.holds(c, key) if h.subject == subject and h.approved is None)
        holding.approve(c, key, number, job.trial.now)


# a crash between the target's answer and its record, then a look at the plan


def test_somebody_deleted_in_a_crash_and_back_before_a_look_at_the_plan_has_an_account(
    trial: Trial, company: Company
) -> None:
    people = company.people(5)
    job = trial.job(company)
    job.run()
    company.remove(people[0])
    with pytest.raises(Died):
        ran(job, dies_when("confirm"))
    company.things[people[0].number] = people[0]
    job.run(export=False)
    job.run()
    assert people[0].name in trial.users()


def test_a_title_written_in_a_crash_and_taken_back_before_a_look_at_the_plan_is_taken_back(
    trial: Trial, company: Company
) -> None:
    ada = company.person("Ada", title="Engineer")
    job = trial.job(company)
    job.run()
    ada.values["title"] = "Director"
    with pytest.raises(Died):
        ran(job, dies_when("confirm"))
    ada.values["title"] = "Engineer"
    job.run(export=False)
    job.run()
    user = trial.user("Ada")
    assert user
    assert user["jobTitle"] == "Engineer"


def test_what_was_sent_is_not_put_on_hold_by_a_look_at_the_plan(trial: Trial, company: Company) -> None:
    people = company.people(100)
    job = trial.job(company)
    job.run()
    for person in people[:15]:
        company.remove(person)
    with pytest.raises(Died):
        ran(job, dies_when("confirm"))
    for person in people[15:25]:
        company.remove(person)
    assert job.run(export=False).held == 10
    assert job.run().exported == {"delete": 15}


# whoever lost the job writes nothing any more


def test_a_process_that_stood_still_and_lost_the_job_cannot_delete_an_account(trial: Trial, company: Company) -> None:
    ada = company.person("Ada")
    job = trial.job(company)
    job.run()
    frozen = job.state
    frozen.acquire("machine one", [])
    target = trial.directory.target(job.number, precedence=100, fence=frozen.fence)
    job.state.acquire("machine two", ["machine one"])
    user = trial.user("Ada")
    assert user
    with pytest.raises(RopewayError) as told:
        target.write([Change(Kind.DELETE, "user", ada.anchor, "", user["id"])])
    assert told.value.problem.code == "lease-lost"
    assert trial.users() == {"Ada"}


def test_a_job_keeps_its_lease_while_it_waits_for_a_slow_source() -> None:
    beats: list[float] = []
    with heartbeat(lambda: beats.append(1), every=0.01):
        deadline = time.monotonic() + 10
        while len(beats) < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
    assert len(beats) >= 3


def test_a_lost_lease_ends_the_heartbeat_and_database_trouble_does_not() -> None:
    from sqlalchemy.exc import OperationalError

    answers = [OperationalError("", {}, Exception("away")), RopewayError(Problem("lease-lost"))]
    beats: list[str] = []

    def renew() -> None:
        beats.append("beat")
        raise answers.pop(0)

    with heartbeat(renew, every=0.01):
        deadline = time.monotonic() + 10
        while any(t.name == "lease" for t in threading.enumerate()) and time.monotonic() < deadline:
            time.sleep(0.01)
    assert len(beats) == 2


# guards


def test_the_guard_of_emptied_attributes_sees_every_row(trial: Trial, company: Company, monkeypatch: Any) -> None:
    monkeypatch.setattr("ropeway.engine.guards.BATCH", 10)
    people = [company.person(f"Person {n}", title="Clerk") for n in range(35)]
    job = trial.job(company)
    job.run()
    for person in people:
        del person.values["title"]
    assert job.run().held == 35
    assert holds(job) == [("emptied", "jobTitle", 35, "hold-many-changes")]


def test_a_row_that_empties_two_attributes_is_approved_for_both_or_not_at_all(trial: Trial, company: Company) -> None:
    people = [company.person(f"Person {n}", title="Clerk", department="Law") for n in range(30)]
    job = trial.job(company)
    job.run()
    for person in people:
        del person.values["title"]
        del person.values["department"]
    assert job.run().held == 30
    assert [subject for _, subject, _, _ in holds(job)] == ["department, jobTitle"]


def test_an_empty_source_takes_nobody_however_few_they_are(trial: Trial, company: Company) -> None:
    people = company.people(3)
    job = trial.job(company)
    job.run()
    for person in people:
        company.remove(person)
    assert job.run().held == 3
    assert holds(job) == [("deletes", "", 3, "hold-empty-source")]
    company.things |= {person.number: person for person in people}
    assert (job.run().held, len(trial.users())) == (0, 3)


def test_many_who_lose_their_manager_and_many_small_groups_that_lose_everybody_are_kept(
    trial: Trial, company: Company
) -> None:
    boss = company.person("Boss")
    people = [company.person(f"Person {n}", manager=boss) for n in range(100)]
    teams = [company.group(f"Team {n}", people[n * 4 : n * 4 + 4]) for n in range(25)]
    job = trial.job(company)
    job.run()
    for thing in (*people, *teams):
        thing.links = {}
    people[0].values["department"] = "Law"
    outcome = job.run()
    assert (outcome.held, outcome.exported) == (200, {"update": 1})
    assert sorted(holds(job)) == [
        ("emptied", "manager", 100, "hold-many-changes"),
        ("emptied", "member", 100, "hold-many-changes"),
    ]
    assert len(trial.members("Team 3")) == 4
    approve(job, "manager")
    assert job.run().exported == {"links": 100}
    approve(job, "member")
    assert job.run().exported == {"links": 25}
    assert (job.run().held, trial.members("Team 3")) == (0, set())


def test_what_one_of_two_holds_on_a_group_lets_go_does_not_wait_for_the_other(trial: Trial, company: Company) -> None:
    people = company.people(60)
    teams = [company.group(f"Team {n}", people[n * 2 : n * 2 + 2]) for n in range(24)]
    big = company.group("Everybody", people[:30])
    for team in (*teams, big):
        team.links["managedBy"] = [people[50].number]
    job = trial.job(company)
    job.run()
    for team in (*teams, big):
        team.links.pop("managedBy")
    big.links["member"] = [p.number for p in people[:1]]
    assert job.run().held == 25 + 29
    approve(job, big.anchor)
    assert job.run().exported == {"links": 1}
    assert (len(trial.members("Everybody")), job.run().held) == (1, 25)


def test_a_boss_who_leaves_takes_no_approval_for_those_who_reported_to_her(trial: Trial, company: Company) -> None:
    boss = company.person("Boss")
    for n in range(30):
        company.person(f"Person {n}", manager=boss)
    job = trial.job(company)
    job.run()
    company.remove(boss)
    assert job.run().held == 0


def test_one_job_cannot_drop_the_hold_of_another(trial: Trial, company: Company, tmp_path: Path) -> None:
    people = company.people(30)
    job = trial.job(company)
    job.run()
    for person in people[1:]:
        company.remove(person)
    assert job.run().held == 29
    with trial.db.write() as c:
        holding.recount(c, {"tenant": 1, "job": job.number + 1}, 1)
    assert len(holds(job)) == 1


def test_the_number_of_a_hold_is_never_used_again(trial: Trial, company: Company) -> None:
    def number() -> int:
        with trial.db.read() as c:
            return looking.holds(c, {"tenant": 1, "job": job.number})[0].number

    people = company.people(30)
    job = trial.job(company)
    job.run()
    for person in people[1:]:
        company.remove(person)
    job.run()
    first = number()
    company.things |= {person.number: person for person in people}
    assert job.run().held == 0
    for person in people[1:]:
        company.remove(person)
    job.run()
    assert number() > first


# scope


def test_a_job_goes_on_when_a_container_that_it_excludes_is_deleted(trial: Trial, company: Company) -> None:
    guests = company.unit("Guests")
    company.person("Gus", guests)
    ada = company.person("Ada")
    job = trial.job(company, Scope(excluded_containers=(guests.anchor,)))
    job.run()
    for thing in [t for t in company.things.values() if t.parent == guests.number]:
        company.remove(thing)
    company.remove(guests)
    ada.values["title"] = "Engineer"
    assert job.run().exported == {"update": 1}


# reading


def test_a_source_that_cannot_say_who_is_there_is_compared_once_an_hour(trial: Trial, company: Company) -> None:
    company.person("Ada")
    company.write()
    company.path.write_text(company.path.read_text() + NAMELESS)
    job = trial.job(company)
    asked: list[float] = []

    def counting(work: Work, _state: SqlState) -> None:
        enumerate_ = work.source.anchors  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]

        def anchors(wanted: Wanted) -> Any:
            asked.append(trial.now)
            return enumerate_(wanted)  # pyright: ignore[reportUnknownVariableType]

        work.source.anchors = anchors  # pyright: ignore[reportAttributeAccessIssue]

    for _ in range(4):
        ran(job, counting, write=False)
    assert len(asked) == 1
    trial.now += HOUR
    ran(job, counting, write=False)
    assert len(asked) == 2


NAMELESS = """\
dn: CN=Bad,DC=contoso,DC=test
objectClass: top
objectClass: person
objectClass: organizationalPerson
objectClass: user
cn: Bad
objectGUID:: AAAA

"""


def test_people_who_come_back_in_a_whole_read_are_not_asked_for_one_by_one(trial: Trial, company: Company) -> None:
    people = company.people(5)
    job = trial.job(company)
    job.run()
    company.remove(people[0])
    job.run()
    company.things[people[0].number] = people[0]

    def busy(work: Work, _state: SqlState) -> None:
        def read_one(*_: Any) -> None:
            raise AssertionError("the source is busy reading")

        work.source.read_one = read_one  # pyright: ignore[reportAttributeAccessIssue]

    ran(job, busy)
    assert people[0].name in trial.users()


def test_a_cycle_that_fails_leaves_no_thread_reading(trial: Trial, company: Company) -> None:
    company.people(3000)
    job = trial.job(company)
    with pytest.raises(Died) as told:
        ran(job, dies_when("store"))
    assert told
    assert not [t for t in threading.enumerate() if t.name == "reading ahead"]


ADA, TEAM = Anchor("ada"), Anchor("team")


@pytest.mark.parametrize(
    ("items", "members"),
    [
        ((LinkRemoved(TEAM, "member", ADA), Whole(TEAM, "group", "CN=Team", None, {}, {"member": (ADA,)})), {ADA}),
        ((LinkAdded(TEAM, "member", ADA), Whole(TEAM, "group", "CN=Team", None, {}, {})), set[Anchor]()),
        ((LinkRemoved(TEAM, "member", ADA), LinksReplaced(TEAM, "member", (ADA,))), {ADA}),
        ((LinkAdded(TEAM, "member", ADA), LinksReplaced(TEAM, "member", ())), set[Anchor]()),
        ((Whole(TEAM, "group", "CN=Team", None, {}, {}), LinkAdded(TEAM, "member", ADA)), {ADA}),
    ],
)
@pytest.mark.parametrize("before", [(), (ADA,)])
def test_within_a_page_the_last_word_on_a_membership_counts(
    trial: Trial, company: Company, items: tuple[Item, ...], members: set[Anchor], before: tuple[Anchor, ...]
) -> None:
    company.write()
    job = trial.job(company)
    state = job.state
    state.acquire("this test", [])
    work = job.work(state)
    for page in (Page((Whole(TEAM, "group", "CN=Team", None, {}, {"member": before}),)), Page(items)):
        state.store(Intake(work, 1).take(page))
    work.source.close()
    assert {key.other for key in state.links_of([TEAM])} == members


@pytest.mark.parametrize("team_first", [True, False])
def test_who_was_gone_and_is_back_is_in_the_groups_that_are_told_in_the_same_page(
    trial: Trial, company: Company, team_first: bool
) -> None:
    ada = company.person("Ada")
    team = company.group("Team", [ada])
    job = trial.job(company)
    job.run()
    state = job.state
    state.acquire("this test", [])
    work = job.work(state)
    gone, back = Gone(ada.anchor), Whole(ada.anchor, "user", company.dn(ada), None, {"cn": "Ada"})
    group = Whole(team.anchor, "group", company.dn(team), None, {"cn": "Team"}, {"member": (ada.anchor,)})
    state.store(Intake(work, 1).take(Page((group, gone, back) if team_first else (gone, back, group))))
    work.source.close()
    assert {key.other for key in state.links_of([team.anchor])} == {ada.anchor}


def set_aside(job: Job, person: Thing) -> None:
    """As if the person could not be understood when last read."""
    state = job.state
    state.acquire("this test", [])
    now = job.trial.now
    escrow = Escrow(person.anchor, "import", Problem("mapping-failed"), 1, now, now)
    state.store(Imported(generation=1, escrows=[escrow]))
    state.release()


def in_escrow(job: Job) -> int:
    with job.trial.db.read() as c:
        return len(worklist.escrowed(c, {"tenant": 1, "job": job.number}))


def test_somebody_who_could_not_be_read_is_asked_for_again_after_six_hours(trial: Trial, company: Company) -> None:
    ada = company.person("Ada")
    job = trial.job(company)
    job.run()
    set_aside(job, ada)
    trial.now += 5 * HOUR
    job.run()
    assert in_escrow(job) == 1
    trial.now += HOUR
    job.run()
    assert in_escrow(job) == 0


def test_somebody_who_could_not_be_read_and_is_gone_is_set_aside_no_more(trial: Trial, company: Company) -> None:
    ada, _ = company.person("Ada"), company.person("Ben")
    job = trial.job(company)
    job.run()
    set_aside(job, ada)
    company.remove(ada)
    job.run()
    assert (in_escrow(job), trial.users()) == (0, {"Ben"})


# what people type


def test_text_that_is_no_text_is_refused_with_a_sentence(tmp_path: Path) -> None:
    control = open_control(f"sqlite:///{tmp_path}/control.sqlite")
    calls: list[Callable[[], object]] = [
        lambda: control.job("\udcff"),
        lambda: control.explain("\udcff@contoso.test"),
        lambda: control.events(EventFilter(object="\udcff")),
        lambda: control.show_object("users", "\udcff"),
    ]
    for call in calls:
        with pytest.raises(RopewayError) as told:
            call()
        assert told.value.problem.code in ("text-unreadable", "object-unknown")
    control.close()


def test_an_address_with_an_odd_port_is_refused_without_its_password() -> None:
    with pytest.raises(RopewayError) as told:
        open_control("postgresql://ropeway:swordfish@127.0.0.1:port/state")
    assert told.value.problem.code == "state-cannot-open"
    assert "swordfish" not in str(told.value)


# the process that stays


def test_after_thirty_days_a_run_empties_the_recycle_bin(tmp_path: Path, company: Company) -> None:
    company.person("Ada")
    company.write()
    control = open_control(f"sqlite:///{tmp_path}/control.sqlite")
    try:
        settings = JobSettings("Contoso", SourceSettings("ldif", {"path": str(company.path)}))
        control.create_job(settings)
        old = control.create_object("groups", {"displayName": "Old", "mailNickname": "old"})
        control.delete_object("groups", old["id"])
        with control._db.write() as c:  # pyright: ignore[reportPrivateUsage]
            thirty_one_days_ago(c)
        assert control.list_objects("groups", deleted=True)
        control.run_job("Contoso")
        assert not control.list_objects("groups", deleted=True)
    finally:
        control.close()


def thirty_one_days_ago(c: Connection) -> None:
    table = directory_tables.object_
    c.execute(update(table).where(table.c.deleted.is_not(None)).values(deleted=time.time() - 31 * 86400))
