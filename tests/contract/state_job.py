"""A job's state in a fresh database, and the shortest ways to put things into it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
import pytest

from ropeway.control.in_process import open_control
from ropeway.engine.intake import entry_of
from ropeway.engine.records import Confirmed, Decided, Entry, Imported, LinkKey, Planned
from ropeway.model.anchors import Anchor, TargetId
from ropeway.model.changes import Kind
from ropeway.model.job import JobSettings, SourceSettings
from ropeway.model.values import pack
from ropeway.model.watermark import Watermark
from ropeway.store import jobs
from ropeway.store.database import Database
from ropeway.store.schema import prepare
from ropeway.store.state import SqlState

assert open_control
"""Imported with every table of the program."""

MARK = Watermark("ldif", "contoso", "", 7, 1.0, "w")
NOTHING = pack({})


def a(name: str) -> Anchor:
    return Anchor(name)


def person(name: str, type_: str = "user", parent: str | None = None, **values: str) -> Entry:
    return entry_of(a(name), type_, a(parent) if parent else None, f"CN={name},DC=contoso,DC=test", dict(values))


class Office:
    """A database, its clock, and the state of one job in it, its lease held."""

    def __init__(self, url: str) -> None:
        self.now = 1_000_000.0
        self.db = Database(url)
        prepare(self.db)
        self.number = self.new_job("Contoso")
        self.state = self.open("first")

    def new_job(self, name: str) -> int:
        with self.db.write() as c:
            return jobs.create(c, self.db, 1, JobSettings(name, SourceSettings("ldif", {})), self.now).number

    def open(self, holder: str, dead: Iterable[str] = (), number: int | None = None) -> SqlState:
        state = SqlState(self.db, 1, number or self.number, clock=lambda: self.now)
        state.acquire(holder, list(dead))
        return state

    def read(self, *entries: Entry, **more: object) -> None:
        """A page with these entries, all put on the work list."""
        found = {e.anchor: e for e in entries}
        self.state.store(Imported(generation=1, entries=found, due=dict.fromkeys(found, 1), **more))  # type: ignore[arg-type]

    def link(self, owner: str, *others: str, gone: Iterable[str] = ()) -> None:
        added = [LinkKey(a(owner), "member", a(o)) for o in others]
        removed = [LinkKey(a(owner), "member", a(o)) for o in gone]
        self.state.store(Imported(generation=1, added=added, removed=removed, due={a(owner): 1}))

    def due(self, limit: int = 100) -> list[str]:
        return [line.entry.anchor for line in self.state.due(self.now, limit)]

    def settle(self) -> None:
        """Everything due is decided, and nothing planned."""
        while lines := self.state.due(self.now, 100):
            self.state.decide(Decided(done=lines))

    def plan(self, name: str, kind: Kind, type_: str = "user", **values: str) -> None:
        """The only plan of an entry."""
        entry = self.state.known([a(name)])[a(name)]
        self.state.store(Imported(generation=1, due={a(name): 1}))
        lines = [line for line in self.state.due(self.now, 1000) if line.entry.anchor == name]
        self.state.decide(Decided(done=lines, planned=[Planned(entry.number, kind, type_, pack(values), "")]))

    def export(self, phase: int) -> list[str]:
        """Everything a phase can send, sent and confirmed; the names."""
        sent: list[str] = []
        after = 0
        while rows := self.state.sendable(phase, after, 100):
            after = rows[-1].planned.seq
            self.state.mark_sent([row.planned.seq for row in rows])
            done = [
                Confirmed(
                    row.planned,
                    msgspec.structs.replace(
                        row.entry,
                        target=None if row.planned.kind is Kind.DELETE else TargetId("t-" + row.entry.anchor),
                        target_type=row.planned.type,
                        exported=row.planned.attributes,
                    ),
                    "success",
                    row.planned.attributes,
                )
                for row in rows
            ]
            self.state.confirm(1, done, [])
            sent += [row.entry.anchor for row in rows]
        return sent

    def send_links(self, name: str) -> dict[str, bool]:
        """The open links of one owner, sent and confirmed: other end to present."""
        number = self.state.known([a(name)])[a(name)].number
        links = self.state.pending_links([number], (0, "", ""), 900)
        if links:
            entry = self.state.known([a(name)])[a(name)]
            row = Planned(number, Kind.LINKS, "group", NOTHING, "")
            lost = sum(not link.present for link in links)
            self.state.confirm_links(1, [Confirmed(row, entry, "success", NOTHING, lost)], (0, "", ""), links[-1])
        return {link.other: link.present for link in links}

    def links(self, name: str) -> set[str]:
        return {key.other for key in self.state.links_of([a(name)])}


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """A fresh state on SQLite, then on PostgreSQL."""
    office = Office(database_url)
    yield office
    office.db.close()
