"""References of several rules for one type: each flows for those in the scope of a rule that maps it."""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ropeway.engine.records import Imported
from ropeway.model.job import Guards
from ropeway.store.state import SqlState
from tests.unit.engine_company import HOUR, Company, Job, Thing, Trial, company, trial
from tests.unit.test_default_schema_members import run_with
from tests.unit.test_rules_together import BASIC, UNGUARDED, clause, direct, rule, schema

__all__ = ["company", "trial"]

LED = direct("manager", "manager")
EVERYBODY = rule(1, *BASIC, clauses=[clause("department", "NOT EQUALS", "Gone")])
LEADING = rule(2, LED, linkType="Join", clauses=[clause("title", "EQUALS", "Lead")])
CLERKS = rule(3, LED, linkType="Join", clauses=[clause("title", "EQUALS", "Clerk")])
DELEGATES = "extension_d7a1f3b2c4e64c0f9a58b6e1207f4d93_publicDelegates"
DELEGATING = rule(5, direct(DELEGATES, "manager"), linkType="Join", clauses=[clause("title", "EQUALS", "Clerk")])
ALL = rule(4, LED, linkType="Join")
SCHEMAS = {
    "leads": schema(EVERYBODY, LEADING),
    "clerks": schema(EVERYBODY, CLERKS),
    "both": schema(EVERYBODY, LEADING, CLERKS),
    "all": schema(EVERYBODY, LEADING, ALL),
    "nobody": schema(EVERYBODY),
    "delegates": schema(EVERYBODY, DELEGATING),
}
TITLES = {
    "leads": {"Lead"},
    "clerks": {"Clerk"},
    "both": {"Lead", "Clerk"},
    "all": {"Lead", "Clerk", "Guest"},
    "nobody": set[str](),
    "delegates": {"Clerk"},
}
"""Whose manager flows, in the last to another attribute."""


def led(job: Job, name: str) -> str:
    """The manager that the directory shows, or nothing."""
    found: dict[str, Any] = job.trial.user(name) or {}
    manager: dict[str, str] = found.get("manager") or {}
    return manager.get("displayName", "")


@pytest.fixture
def job(trial: Trial, company: Company) -> Job:
    """Bob leads Ann, who is a lead herself, and Cid, who is none."""
    bob = company.person("Bob")
    company.person("Ann", manager=bob, title="Lead")
    company.person("Cid", manager=bob, title="Clerk")
    made = trial.job(company, schema=SCHEMAS["leads"], guards=UNGUARDED)
    made.run()
    return made


def named(job: Job, name: str) -> Thing:
    return next(thing for thing in job.company.things.values() if thing.name == name)


def forget(job: Job, *, targets: bool) -> None:
    """As after a restart of the job: read everything, and perhaps find every target object anew."""
    state = job.state
    state.acquire("this test", [])
    if targets:
        state.forget_targets()
    state.forget_watermark()
    state.release()


def test_a_reference_flows_for_those_alone_whom_a_rule_that_maps_it_is_about(job: Job) -> None:
    assert (led(job, "Ann"), led(job, "Cid")) == ("Bob", "")


def test_a_reference_comes_with_the_scope_and_goes_with_it(job: Job) -> None:
    named(job, "Cid").values["title"] = "Lead"
    named(job, "Ann").values["title"] = "Clerk"
    assert job.run().exported == {"links": 2}
    assert (led(job, "Ann"), led(job, "Cid")) == ("", "Bob")
    assert job.run(full=True).exported == {}


def test_what_changes_of_a_reference_that_does_not_flow_is_no_change(job: Job) -> None:
    named(job, "Cid").links["manager"] = [named(job, "Ann").number]
    outcome = job.run()
    assert (outcome.exported, job.state.any_sendable()) == ({}, False)
    del named(job, "Cid").links["manager"]
    assert job.run().exported == {}
    named(job, "Cid").values["title"] = "Lead"
    named(job, "Cid").links["manager"] = [named(job, "Ann").number]
    assert job.run().exported == {"links": 1}
    assert led(job, "Cid") == "Ann"


def test_a_rule_that_no_longer_maps_a_reference_takes_it_from_those_it_alone_was_about(job: Job) -> None:
    job.set(schema=SCHEMAS["both"])
    job.run()
    assert (led(job, "Ann"), led(job, "Cid")) == ("Bob", "Bob")
    job.set(schema=SCHEMAS["clerks"])
    assert job.run().exported == {"links": 1}
    assert (led(job, "Ann"), led(job, "Cid")) == ("", "Bob")


def test_the_last_reference_that_is_no_longer_mapped_takes_its_links_along(job: Job) -> None:
    job.set(schema=SCHEMAS["nobody"])
    assert job.run().exported == {"links": 1}
    assert led(job, "Ann") == ""


def test_too_many_who_would_lose_their_reference_wait_for_approval(trial: Trial, company: Company) -> None:
    bob = company.person("Bob")
    for number in range(60):
        company.person(f"Lead {number}", manager=bob, title="Lead")
    job = trial.job(company, schema=SCHEMAS["leads"], guards=Guards())
    job.run()
    job.set(schema=SCHEMAS["clerks"])
    outcome = job.run()
    assert (outcome.result, outcome.exported) == ("held", {})
    assert led(job, "Lead 7") == "Bob"
    job.set(schema=SCHEMAS["leads"])
    assert (job.run().exported, job.state.held(), led(job, "Lead 7")) == ({}, 0, "Bob")


def test_a_state_that_was_lost_still_takes_back_what_no_longer_flows(job: Job) -> None:
    named(job, "Ann").values["title"] = "Clerk"
    forget(job, targets=True)
    job.run()
    assert led(job, "Ann") == ""


def test_a_group_whose_members_do_not_flow_is_not_too_large(trial: Trial, company: Company) -> None:
    members = rule(2, direct("members", "member"), linkType="Join", clauses=[clause("info", "EQUALS", "listed")])
    groups = rule(1, direct("displayName", "cn"))
    for one in (members, groups):
        one["objectMappings"][0] |= {"sourceObjectName": "group", "targetObjectName": "group"}
    people = rule(3, *BASIC)
    team = company.group("Team", company.people(3))
    job = trial.job(company, schema=schema(groups, members, people), guards=UNGUARDED)
    assert (run_with(job, 2), trial.members("Team")) == (0, set())
    team.values["info"] = "listed"
    assert (run_with(job, 2), trial.members("Team")) == (1, set())
    trial.now += 24 * HOUR
    assert (run_with(job, 3), len(trial.members("Team"))) == (0, 3)


NUMBERS = st.integers(0, 3)
WRITES = ["decide", "remap_links_of", "keep_links_of", "links_in_step", "recall", "confirm_links", "finish_links"]
"""Methods of the state before which a cycle is cut short."""
STEPS = st.one_of(
    st.tuples(st.just("title"), NUMBERS, st.sampled_from(["Lead", "Clerk", "Guest"])),
    st.tuples(st.just("department"), NUMBERS, st.sampled_from(["Gone", "Here"])),
    st.tuples(st.just("manager"), NUMBERS, st.integers(-1, 3)),
    st.tuples(st.sampled_from(sorted(SCHEMAS)), st.just(0), st.just("")),
    st.tuples(st.sampled_from(["cut short", "lose one"]), NUMBERS, st.sampled_from(WRITES)),
    st.tuples(
        st.sampled_from(["run", "full run", "decide", "purge", "lose targets", "lose watermark"]),
        st.just(0),
        st.just(""),
    ),
)
Step = tuple[str, int, Any]


@settings(max_examples=20)
@given(st.lists(STEPS, min_size=4, max_size=24))
def test_whatever_happened_the_directory_has_the_references_of_today(steps: list[Step]) -> None:
    with TemporaryDirectory() as folder:
        trial = Trial(f"sqlite:///{folder}/state.sqlite")
        try:
            history = History(trial, Company(Path(folder) / "contoso.ldif"))
            for step in steps:
                history.take(*step)
            history.check()
        finally:
            trial.db.close()


class History:
    """Four people, what happens to them, and what the directory must have in the end."""

    def __init__(self, trial: Trial, company: Company) -> None:
        self.people: list[Thing] = [company.person(f"P{number}", title="Lead") for number in range(4)]
        self.rules = "leads"
        self.taken: list[Step] = []
        self.job = trial.job(company, schema=SCHEMAS[self.rules], guards=UNGUARDED)
        self.job.run()

    def take(self, what: str, number: int, value: Any) -> None:
        """One step."""
        self.taken.append((what, number, value))
        person: Thing = self.people[number]
        if what == "manager":
            person.links["manager"] = [self.people[int(value)].number] if value >= 0 else []
        elif what in ("title", "department"):
            person.values[what] = value
        elif what in SCHEMAS:
            self.rules = what
            self.job.set(schema=SCHEMAS[what])
        elif what == "purge":
            directory = self.job.trial.directory
            for one in directory.list_objects("users", deleted=True, limit=9):
                directory.purge_object(one["id"])
        elif what == "cut short":
            self.cut_short(number, value)
        elif what == "lose one":
            self.lose(person)
        elif what.startswith("lose"):
            forget(self.job, targets=what == "lose targets")
        else:
            self.job.run(full=what == "full run", export=what != "decide")

    def cut_short(self, after: int, method: str) -> None:
        """A run that ends when it has called a method of its state that often."""
        calls, once = count(), getattr(SqlState, method)

        def ends(state: SqlState, *args: Any) -> None:
            if next(calls) == after:
                raise ConnectionAbortedError
            once(state, *args)

        with pytest.MonkeyPatch.context() as patch, suppress(ConnectionAbortedError):
            patch.setattr(SqlState, method, ends)
            self.job.run()

    def lose(self, person: Thing) -> None:
        """Nobody knows any more which target object that is, and it is decided anew."""
        state = self.job.state
        state.acquire("this test", [])
        if entry := state.known([person.anchor]).get(person.anchor):
            state.forget_targets_of([entry.number])
            state.store(Imported(generation=state.record().generation, due={person.anchor: 1}))
        state.release()

    def check(self) -> None:
        """After one run more, and nothing is left to be told."""
        self.job.run()
        assert (self.job.run(full=True).exported, self.job.state.any_sendable()) == ({}, False), self.taken
        here: dict[int, Thing] = {
            person.number: person for person in self.people if person.values.get("department") != "Gone"
        }
        assert self.job.trial.users() == {person.name for person in here.values()}
        for person in here.values():
            flows = person.values["title"] in TITLES[self.rules]
            led_by: list[int] = person.links.get("manager", []) if flows else []
            bosses = [here[number].name for number in led_by if number in here]
            manager, delegates = ([], bosses) if self.rules == "delegates" else (bosses, [])
            found: dict[str, Any] = self.job.trial.user(person.name) or {}
            delegated = [one["displayName"] for one in found.get(DELEGATES, ())]
            assert (led(self.job, person.name), delegated) == ("".join(manager), delegates), self.taken
