"""Cycles as they are told to others: the last ones, how far the running one has come, what is linked by type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, Select, and_, func, select

from ropeway.engine.records import Outcome
from ropeway.model.prepared import prepared
from ropeway.store.rows import Key
from ropeway.store.service_tables import progress
from ropeway.store.tables import cycle, entry, escrow

ON_DEMAND = "on-demand"
"""The kind of what was done for one object alone: no cycle of the job."""
MOST = 500
"""Cycles that are looked through for the last one that wrote something."""


class Execution(NamedTuple):
    """One cycle that ended, or was stopped."""

    number: int
    began: float
    ended: float
    outcome: Outcome

    @property
    def succeeded(self) -> bool:
        """Whether it came to its end, objects that failed or not."""
        return self.outcome.result != "stopped"

    @property
    def exports(self) -> int:
        """Changes that were written."""
        return sum(self.outcome.exported.values())


class Executions(NamedTuple):
    """What a job's history says of it."""

    last: Execution | None = None
    last_successful: Execution | None = None
    last_with_exports: Execution | None = None
    first_successful: Execution | None = None
    """As far as the history goes back."""


class Advance(NamedTuple):
    """How far a running cycle has come."""

    stage: str
    done: int
    total: int | None
    updated: float


def executions(c: Connection, key: Key) -> Executions:
    """The last cycles of a job, by what became of them; on-demand ones do not count."""
    over = and_(cycle.c.job == key["job"], cycle.c.ended.is_not(None), cycle.c.outcome.is_not(None))
    ended = select(cycle).where(over).limit(MOST)
    last = successful = with_exports = None
    for one in _told(c, ended.order_by(cycle.c.number.desc())):
        last = last or one
        successful = successful or (one if one.succeeded else None)
        if one.succeeded and one.exports:
            with_exports = one
            break
    first = next((one for one in _told(c, ended.order_by(cycle.c.number)) if one.succeeded), None)
    return Executions(last, successful, with_exports, first)


def _told(c: Connection, query: Select[Any]) -> Iterator[Execution]:
    found = (_execution(row) for row in c.execute(query))
    return (one for one in found if one.outcome.kind != ON_DEMAND)


def _execution(row: Row[Any]) -> Execution:
    number, began, ended, text = row.number, row.started, row.ended, row.outcome
    return Execution(number, began, ended, msgspec.json.decode(text, type=prepared(Outcome)))


def newest(c: Connection, key: Key) -> tuple[int, bool]:
    """The newest cycle's number, and whether it ended: another answer means that something may have been written."""
    row = c.execute(
        select(cycle.c.number, cycle.c.ended).where(cycle.c.job == key["job"]).order_by(cycle.c.number.desc()).limit(1)
    ).one_or_none()
    return (row.number, row.ended is not None) if row else (0, True)


def advance(c: Connection, key: Key) -> Advance | None:
    """How far the running cycle has come; None where none runs."""
    row = c.execute(select(progress).where(progress.c.job == key["job"])).one_or_none()
    return Advance(row.stage, row.done, row.total, row.updated) if row else None


def linked_by_types(c: Connection, key: Key) -> dict[tuple[str, str], int]:
    """(source type, target type) to the number of entries that are a target object."""
    rows = c.execute(
        select(entry.c.type, entry.c.target_type, func.count())
        .where(entry.c.job == key["job"], entry.c.target.is_not(None))
        .group_by(entry.c.type, entry.c.target_type)
        .order_by(entry.c.type, entry.c.target_type)
    )
    return {(type_, target or ""): count for type_, target, count in rows}


def escrowed(c: Connection, key: Key) -> int:
    """Objects that are set aside now."""
    return c.scalar(select(func.count()).select_from(escrow).where(escrow.c.job == key["job"])) or 0
