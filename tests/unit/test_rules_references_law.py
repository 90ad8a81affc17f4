"""Whatever happened, the directory has the references of today: of those who are here, of groups, of another forest."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from ropeway.engine.on_demand import provision
from ropeway.engine.records import Imported
from ropeway.model.job import Departure, Guard, Guards
from ropeway.model.problems import RopewayError
from ropeway.store.state import SqlState
from ropeway.store.tables import hold
from tests.unit.engine_company import Company, Thing, Trial
from tests.unit.test_rules_references import ALL, CLERKS, DELEGATES, DELEGATING, LEADING, TITLES, forget, led
from tests.unit.test_rules_together import BASIC, UNGUARDED, clause, direct, rule, schema


def of(type_: str, *rules: dict[str, Any]) -> list[dict[str, Any]]:
    """Rules about another type than users."""
    return [
        one | {"objectMappings": [one["objectMappings"][0] | {"sourceObjectName": type_, "targetObjectName": type_}]}
        for one in rules
    ]


NAMED = (direct("displayName", "cn"), direct("mailNickname", "cn"))
MAIL = direct("proxyAddresses", "proxyAddresses")
LISTED = clause("info", "EQUALS", "listed")
PEOPLE = rule(1, *BASIC, MAIL, clauses=[clause("department", "NOT EQUALS", "Gone")])
TEAM, MEMBERS, OWNERS = of(
    "group",
    rule(6, *NAMED, clauses=[clause("department", "NOT EQUALS", "Gone")]),
    rule(7, direct("members", "member"), linkType="Join", clauses=[LISTED]),
    rule(8, direct("owners", "member"), linkType="Join", clauses=[LISTED]),
)
LED_BY = {
    "leads": [LEADING],
    "clerks": [CLERKS],
    "both": [LEADING, CLERKS],
    "all": [LEADING, ALL],
    "nobody": [],
    "delegates": [DELEGATING],
}
IN_TEAM = {"members": [MEMBERS], "owners": [OWNERS], "neither": []}
PARTNERS = schema(*of("contact", rule(1, *NAMED, MAIL)), *of("group", rule(2, *NAMED, direct("members", "member"))))
NOBODY = Guard(0, 100, 9999)
CAUTIOUS = Guards(NOBODY, NOBODY, NOBODY, NOBODY)
"""Nothing goes without approval."""

NUMBERS = st.integers(0, 3)
WRITES = ["decide", "remap_links_of", "keep_links_of", "links_in_step", "recall", "confirm_links", "finish_links"]
"""Methods of the state before which a cycle is cut short."""
STEPS = st.one_of(
    st.tuples(st.just("title"), NUMBERS, st.sampled_from(["Lead", "Clerk", "Guest"])),
    st.tuples(st.just("department"), st.integers(0, 4), st.sampled_from(["Gone", "Here"])),
    st.tuples(st.just("manager"), NUMBERS, st.integers(-1, 3)),
    st.tuples(st.just("member"), NUMBERS, st.booleans()),
    st.tuples(st.just("info"), st.just(4), st.sampled_from(["listed", "not listed"])),
    st.tuples(st.just("rules"), st.sampled_from(sorted(LED_BY)), st.sampled_from(sorted(IN_TEAM))),
    st.tuples(st.sampled_from(["cut short", "lose one"]), NUMBERS, st.sampled_from(WRITES)),
    st.tuples(st.just("on demand"), st.integers(0, 4), st.just("")),
    st.tuples(
        st.sampled_from(["run", "full run", "decide", "approve", "partner", "purge", "lose targets", "lose watermark"]),
        st.just(3),
        st.just(""),
    ),
)
Step = tuple[str, Any, Any]


@settings(max_examples=12)
@given(
    st.sampled_from(list(Departure)), st.sampled_from([UNGUARDED, CAUTIOUS]), st.lists(STEPS, min_size=4, max_size=20)
)
def test_whatever_happened_the_directory_has_the_references_of_today(
    departure: Departure, guards: Guards, steps: list[Step]
) -> None:
    with TemporaryDirectory() as folder:
        trial = Trial(f"sqlite:///{folder}/state.sqlite")
        try:
            history = History(trial, Path(folder), departure, guards)
            for step in steps:
                history.take(*step)
            history.check()
        finally:
            trial.db.close()


class History:
    """Four people and their team, a contact of another forest who may be one of them, and what happens to them."""

    def __init__(self, trial: Trial, folder: Path, departure: Departure, guards: Guards) -> None:
        self.trial, self.departure = trial, departure
        company, other = Company(folder / "contoso.ldif"), Company(folder / "fabrikam.ldif", last=1000)
        self.people: list[Thing] = [company.person(f"P{number}", title="Lead") for number in range(4)]
        self.team = company.group("Team", self.people[:2])
        self.team.values["info"] = "listed"
        contact = other.contact("Xaver", proxyAddresses=["SMTP:p3@contoso.test"])
        other.group("List", [contact])
        policy = {"user": departure, "group": departure}
        self.taken: list[Any] = [departure.value]
        self.job = trial.job(company, guards=guards, departure=policy)
        self.other = trial.job(other, name="Fabrikam", schema=PARTNERS, guards=UNGUARDED)
        self.rule("leads", "members")
        self.job.run()
        self.other.run()

    def rule(self, people: str, team: str) -> None:
        """Other rules."""
        self.rules = people, team
        self.job.set(schema=schema(PEOPLE, *LED_BY[people], TEAM, *IN_TEAM[team]))

    def take(self, what: str, which: Any, value: Any) -> None:
        """One step."""
        self.taken.append((what, which, value))
        if what == "rules":
            self.rule(which, value)
        else:
            self.change(what, self.things()[int(which)], which, value)

    def things(self) -> list[Thing]:
        found: list[Thing] = [*self.people, self.team]
        return found

    def change(self, what: str, thing: Thing, which: int, value: Any) -> None:
        """Something in the source."""
        if what in ("title", "department", "info"):
            thing.values[what] = value
        elif what == "manager":
            thing.links["manager"] = [self.people[int(value)].number] if value >= 0 else []
        elif what == "member":
            rest: list[int] = [number for number in self.team.links["member"] if number != thing.number]
            self.team.links["member"] = [*rest, thing.number] if value else rest
        elif what == "partner":
            thing.values["proxyAddresses"] = ["SMTP:p3@contoso.test"]
        else:
            self.happen(what, thing, which, value)

    def happen(self, what: str, thing: Thing, which: int, method: str) -> None:
        """Something that does not come from the source."""
        happens: dict[str, Callable[[], object]] = {
            "purge": self.purge,
            "approve": self.approve,
            "cut short": lambda: self.cut_short(which, method),
            "lose one": lambda: self.lose(thing),
            "on demand": lambda: self.provision(thing),
            "lose targets": lambda: forget(self.job, targets=True),
            "lose watermark": lambda: forget(self.job, targets=False),
            "run": self.job.run,
            "full run": lambda: self.job.run(full=True),
            "decide": lambda: self.job.run(export=False),
        }
        happens[what]()

    def purge(self) -> None:
        directory = self.trial.directory
        for one in directory.list_objects("users", deleted=True, limit=9):
            directory.purge_object(one["id"])

    def approve(self) -> None:
        with self.trial.db.write() as c:
            c.execute(update(hold).where(hold.c.approved.is_(None)).values(approved=self.trial.now))

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

    @contextmanager
    def leased(self) -> Generator[SqlState]:
        state = self.job.state
        state.acquire("this test", [])
        yield state
        state.release()

    def lose(self, person: Thing) -> None:
        """Nobody knows any more which target object that is, and it is decided anew."""
        with self.leased() as state:
            if entry := state.known([person.anchor]).get(person.anchor):
                state.forget_targets_of([entry.number])
                state.store(Imported(generation=state.record().generation, due={person.anchor: 1}))

    def provision(self, thing: Thing) -> None:
        """One object alone, of the team the first two members."""
        self.job.company.write()
        self.trial.now += 1
        with self.leased() as state:
            work = self.job.work(state)
            with suppress(RopewayError):  # too early, where the watermark was lost
                provision(work, thing.anchor, [person.anchor for person in self.people[:2]])
            work.source.close()

    def check(self) -> None:
        """As it is, and when everybody is back."""
        self.settle()
        self.compare()
        for thing in self.things():
            thing.values["department"] = "Here"
        self.taken.append("everybody back")
        self.settle()
        self.compare()

    def settle(self) -> None:
        """Runs until everything is approved; then nothing is left to be told."""
        for _ in range(4):
            self.job.run()
            self.approve()
        self.other.run()
        self.job.run()
        found = (self.job.run(full=True).exported, self.job.state.any_sendable(), self.job.state.held())
        assert found == ({}, False, 0), self.taken

    def compare(self) -> None:
        here = [person for person in self.people if person.values.get("department") != "Gone"]
        there = here if self.departure is Departure.DELETE else self.people
        assert self.trial.users() == {person.name for person in there}, self.taken
        names = {person.number: person.name for person in there}
        for person in here:
            flows = person.values["title"] in TITLES[self.rules[0]]
            bosses = [names[number] for number in person.links.get("manager", ()) if number in names] if flows else []
            manager, delegates = ([], bosses) if self.rules[0] == "delegates" else (bosses, [])
            found: dict[str, Any] = self.trial.user(person.name) or {}
            delegated = [one["displayName"] for one in found.get(DELEGATES, ())]
            assert (led(self.job, person.name), delegated) == ("".join(manager), delegates), self.taken
        for person in there:
            leaver = self.departure is Departure.DISABLE and person not in here
            found = self.trial.user(person.name) or {}
            assert found["accountEnabled"] is not leaver, self.taken
        self.compare_groups(names)

    def compare_groups(self, names: dict[int, str]) -> None:
        team = self.trial.group("Team") or {}
        if self.team.values.get("department") != "Gone":
            listed = self.team.values["info"] == "listed"
            ends = {names[number] for number in self.team.links["member"] if number in names} if listed else set[str]()
            for name in ("members", "owners"):
                told = {one["displayName"] for one in team.get(name, ())}
                assert told == (ends if self.rules[1] == name else set()), self.taken
        promoted = "proxyAddresses" in self.people[3].values and self.people[3].number in names
        if promoted == (self.people[3].values.get("department") != "Gone"):
            assert self.trial.members("List") == {"P3" if promoted else "Xaver"}, self.taken
