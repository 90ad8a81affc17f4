"""A group that grows beyond what a cloud takes, one change at a time."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.hub_group import working
from benchmarks.members import GROUP, Members, anchor
from ropeway.directory import Directory
from ropeway.engine.cycle import Cycle
from ropeway.engine.records import Outcome
from ropeway.engine.work import Work
from ropeway.model.anchors import Anchor
from ropeway.model.definition import DirectoryDefinition
from ropeway.model.pages import LinkRemoved, Page, Whole
from ropeway.model.watermark import Wanted, Watermark
from ropeway.store.database import Database

MOST = 4


@pytest.fixture
def source() -> Members:
    """A company of ten, three of them in the group of everybody."""
    return Members(10, 3)


@pytest.fixture
def office(tmp_path: Path, source: Members) -> Generator[tuple[Work, Database]]:
    with working(tmp_path / "state.db", source) as (work, database):
        yield work, database


def cycle(work: Work) -> Outcome:
    """A cycle of its own number, into a cloud that takes groups of four."""
    mine = Work(work.settings, work.rules, work.source, work.target, work.state, work.clock)
    mine.most_members = MOST
    return Cycle(mine).run()


def members(database: Database) -> int:
    directory = Directory(database, 1, clock=time.time)
    (group,) = directory.list_objects("groups")
    return directory.show_object("groups", group["id"])["membersCount"]


def test_a_group_that_grows_too_large_stays_as_it_is_and_says_so(
    office: tuple[Work, Database], source: Members
) -> None:
    work, database = office
    assert cycle(work).failed == 0
    for now, (failed, shown) in {4: (0, 4), 5: (1, 4), 6: (1, 4)}.items():
        source.members = now
        assert (cycle(work).failed, members(database)) == (failed, shown)
    (escrow,) = work.state.escrowed([GROUP]).values()
    assert (escrow.problem.code, escrow.problem.details["most"]) == ("group-too-large", "4")


@dataclass
class Leavers:
    """The same company, some members of whose group leave now."""

    company: Members
    leaving: Sequence[int]

    def describe(self) -> DirectoryDefinition:
        return self.company.describe()

    def read(self, watermark: Watermark | None, wanted: Wanted) -> Iterator[Page]:
        yield from self.company.read(watermark, wanted)
        yield Page(tuple(LinkRemoved(GROUP, "member", anchor(n)) for n in self.leaving))

    def read_one(self, anchor: Anchor, wanted: Wanted) -> Whole | None:
        return self.company.read_one(anchor, wanted)

    def close(self) -> None:
        self.company.close()


def test_a_group_that_is_smaller_again_gets_all_its_changes(office: tuple[Work, Database], source: Members) -> None:
    work, database = office
    cycle(work)
    source.members = 6
    assert cycle(work).failed == 1
    work.source = Leavers(source, (0, 1, 2))
    assert (cycle(work).failed, members(database)) == (0, 3)
    assert work.state.escrowed([GROUP]) == {}
