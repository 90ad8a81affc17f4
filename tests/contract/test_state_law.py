"""Whatever happens to links and the work list, they are as in a model of two dictionaries."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ropeway.engine.records import Decided, Due, Imported, LinkKey, LinksPart
from tests.contract.state_job import Office, a, person

OWNERS = st.sampled_from(["Team", "Board"])
ENDS = st.sampled_from(["Zoe", "Ann", "Bob", "Eve"])


class Links(RuleBasedStateMachine):
    """A few owners and ends; `told` is what the target knows."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.office = Office(f"sqlite:///{Path(self.folder.name)}/state.sqlite")
        self.office.read(person("Team", "group"), person("Board", "group"), person("Zoe"))
        self.office.settle()
        self.present: dict[str, set[str]] = {"Team": set(), "Board": set()}
        self.told: dict[str, set[str]] = {"Team": set(), "Board": set()}
        self.due: set[str] = set()
        self.reading: list[Due] = []
        self.again: set[str] = set()
        self.stamp = 0

    def teardown(self) -> None:
        self.office.db.close()
        self.folder.cleanup()

    def touch(self, name: str) -> None:
        self.due.add(name)
        self.again.add(name)

    @rule(owner=OWNERS, end=ENDS)
    def add(self, owner: str, end: str) -> None:
        self.office.link(owner, end)
        self.present[owner].add(end)
        self.touch(owner)

    @rule(owner=OWNERS, end=ENDS)
    def remove(self, owner: str, end: str) -> None:
        self.office.link(owner, gone=[end])
        self.present[owner].discard(end)
        self.touch(owner)

    @rule(owner=OWNERS, first=st.sets(ENDS), last=st.sets(ENDS))
    def replace_in_parts(self, owner: str, first: set[str], last: set[str]) -> None:
        self.stamp += 1
        for others, end in ((first, False), (last, True)):
            part = LinksPart(a(owner), "member", tuple(map(a, sorted(others))), self.stamp, end)
            self.office.state.store(Imported(generation=1, replaced=[part]))
        self.present[owner] = first | last

    @rule(end=ENDS, named_again=st.sets(OWNERS))
    def reanimate(self, end: str, named_again: set[str]) -> None:
        added = [LinkKey(a(owner), "member", a(end)) for owner in sorted(named_again)]
        self.office.state.store(Imported(generation=1, revived={a(end)}, added=added))
        for owner, present in self.present.items():
            if end in present | self.told[owner]:
                self.touch(owner)
            present.discard(end)
        for owner in named_again:
            self.present[owner].add(end)

    @rule(owner=OWNERS)
    def send(self, owner: str) -> None:
        sent = self.office.send_links(owner)
        assert sent == {end: end in self.present[owner] for end in self.present[owner] ^ self.told[owner]}
        self.told[owner] = set(self.present[owner])

    @rule(owner=OWNERS)
    def gone_from_the_target(self, owner: str) -> None:
        number = self.office.state.known([a(owner)])[a(owner)].number
        self.office.state.forget_exported_links([number])
        self.told[owner] -= self.present[owner]

    @rule()
    def begin_deciding(self) -> None:
        self.reading = self.office.state.due(self.office.now, 100)
        self.again = set()

    @rule()
    def end_deciding(self) -> None:
        self.office.state.decide(Decided(done=self.reading))
        self.due -= {line.entry.anchor for line in self.reading} - self.again
        self.reading = []

    @invariant()
    def links_are_those_of_the_model(self) -> None:
        assert {owner: self.office.links(owner) for owner in self.present} == self.present

    @invariant()
    def the_work_list_is_that_of_the_model(self) -> None:
        assert set(self.office.due()) == self.due


TestLinks = Links.TestCase
TestLinks.settings = settings(max_examples=25, stateful_step_count=25)
