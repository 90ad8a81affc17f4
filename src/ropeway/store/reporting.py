"""What a report before the first run asks of the state: whole stretches of entries, and who holds which value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection, func, or_, select, true

from ropeway.engine.decisions import decision
from ropeway.engine.records import CONTAINERS, Entry, Escrow
from ropeway.model.anchors import Anchor
from ropeway.model.changes import Kind
from ropeway.model.problems import Problem
from ropeway.store.deciding import planned_of
from ropeway.store.rows import Key, problem_from
from ropeway.store.statements import among
from ropeway.store.tables import cycle, entry, escrow, link, provisioning_event

_ENTRY = [entry.c[name] for name in Entry.__struct_fields__]


class Candidate(msgspec.Struct, frozen=True):
    """A source object in scope, or one of which that cannot be said."""

    entry: Entry
    becomes: str
    """The same for all source objects that are, or become, one object of the directory."""
    members: int
    escrow: Escrow | None


def candidates(c: Connection, key: Key, after: int, limit: int, *, linked: bool = True) -> list[Candidate]:
    """The next objects in the order of their numbers, containers left out; `linked`: those with a target, too."""
    query = select(*_ENTRY).where(
        entry.c.job == key["job"],
        entry.c.number > after,
        entry.c.live == true(),
        or_(entry.c.in_scope.is_(None), entry.c.in_scope == true()),
        entry.c.type.not_in(CONTAINERS),
    )
    if not linked:
        query = query.where(entry.c.target.is_(None))
    entries = [Entry(*row) for row in c.execute(query.order_by(entry.c.number).limit(limit))]
    numbers = [e.number for e in entries]
    adopted = {
        row.entry: decision(row.decision).target
        for row in planned_of(c, [e.number for e in entries if e.target is None])
        if row.kind in (Kind.ADOPT, Kind.RESTORE)
    }
    members = _members(c, numbers)
    aside = _escrows(c, key, [e.anchor for e in entries])
    return [
        Candidate(
            e,
            e.target or adopted.get(e.number) or f"anchor {e.source_anchor}",
            members.get(e.number, 0),
            aside.get(e.anchor),
        )
        for e in entries
    ]


def _members(c: Connection, numbers: Sequence[int]) -> Mapping[int, int]:
    query = (
        select(link.c.owner, func.count().label("members"))
        .where(among(c, link.c.owner, numbers), link.c.attribute == "member", link.c.present == true())
        .group_by(link.c.owner)
    )
    return {row.owner: row.members for row in c.execute(query)}


def _escrows(c: Connection, key: Key, anchors: Sequence[Anchor]) -> dict[Anchor, Escrow]:
    columns = [escrow.c[name] for name in Escrow.__struct_fields__]
    rows = c.execute(select(*columns).where(escrow.c.job == key["job"], among(c, escrow.c.anchor, anchors)))
    return {row[0]: _escrow(*row) for row in rows}


def _escrow(anchor: Anchor, stage: str, problem: str, attempts: int, first: float, last: float) -> Escrow:
    return Escrow(anchor, stage, problem_from(problem), attempts, first, last)


def unreadable(c: Connection, key: Key) -> list[Problem]:
    """Objects that could not be understood when they were read, and those that could not even be named."""
    job = key["job"]
    aside = select(escrow.c.problem).where(escrow.c.job == job, escrow.c.stage == "import")
    last_full = (
        select(func.coalesce(func.max(cycle.c.number), 0)).where(cycle.c.job == job, cycle.c.kind != "delta")
    ).scalar_subquery()
    e = provisioning_event.c
    nameless = select(e.problem).where(e.job == job, e.anchor == "", e.cycle >= last_full, e.problem.is_not(None))
    found = [text for query in (aside, nameless) for text in c.execute(query).scalars()]
    return [problem_from(text) for text in dict.fromkeys(found)]
