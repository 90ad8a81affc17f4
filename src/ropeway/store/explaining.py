"""What explaining one object asks of the state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, select

from ropeway.engine.records import Escrow
from ropeway.model.problems import Problem
from ropeway.model.values import compare_key
from ropeway.store.rows import Key, problem_from
from ropeway.store.statements import among
from ropeway.store.tables import entry, escrow, later, link


class LinkEnd(msgspec.Struct, frozen=True):
    """A link of an entry, and what is known of its other end."""

    attribute: str
    other: str
    """The other end's anchor."""
    present: bool
    exported: bool
    hold: int | None
    dn: str | None
    """None where the job knows no such object."""
    live: bool | None
    in_scope: bool | None
    reason: str | None
    target: str | None
    problem: Problem | None
    """Why the other end is set aside."""


def link_ends(c: Connection, key: Key, number: int, most: int) -> list[LinkEnd]:
    """Links of one entry, those that are not as the directory has them first."""
    other = entry.alias("other")
    query = (
        select(
            *(link.c.attribute, link.c.other, link.c.present, link.c.exported, link.c.hold),
            *(other.c.dn, other.c.live, other.c.in_scope, other.c.reason, other.c.target, escrow.c.problem),
        )
        .select_from(
            link.outerjoin(other, and_(other.c.job == link.c.job, other.c.anchor == link.c.other)).outerjoin(
                escrow, and_(escrow.c.job == link.c.job, escrow.c.anchor == link.c.other)
            )
        )
        .where(link.c.owner == number, link.c.job == key["job"])
        .order_by(link.c.present == link.c.exported, link.c.attribute, other.c.dn, link.c.other)
        .limit(most)
    )
    rows: Any = c.execute(query)
    return [_link_end(*row) for row in rows]


def _link_end(*row: Any) -> LinkEnd:
    columns: dict[str, Any] = dict(zip(LinkEnd.__struct_fields__, row, strict=True))
    columns["problem"] = problem_from(columns["problem"]) if columns["problem"] else None
    return LinkEnd(**columns)


def next_decision(c: Connection, key: Key, number: int) -> float | None:
    """When an entry is decided again by itself; None where only a change does it."""
    return c.scalar(select(later.c.at).where(later.c.job == key["job"], later.c.entry == number))


def dns_of(c: Connection, tenant: int, wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """DNs by (job, anchor), as far as known."""
    by_job: dict[int, list[str]] = {}
    for job, anchor in wanted:
        by_job.setdefault(job, []).append(anchor)
    found: dict[tuple[int, str], str] = {}
    for job, anchors in by_job.items():
        rows = c.execute(
            select(entry.c.anchor, entry.c.dn).where(
                entry.c.tenant == tenant, entry.c.job == job, among(c, entry.c.anchor, anchors)
            )
        )
        found.update({(job, anchor): dn for anchor, dn in rows})
    return found


def unread(c: Connection, key: Key, name: str) -> Escrow | None:
    """An object that could not be understood when it was read, by anchor or DN."""
    columns: Sequence[str] = Escrow.__struct_fields__
    query = select(*(escrow.c[column] for column in columns)).where(
        escrow.c.job == key["job"], escrow.c.stage == "import"
    )
    rows: Any = c.execute(query)
    for anchor, stage, problem, *times in rows:
        told = problem_from(problem)
        if anchor == name.lower() or compare_key(told.object) == compare_key(name):
            return Escrow(anchor, stage, told, *times)
    return None
