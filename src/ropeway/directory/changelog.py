"""The change log as its readers see it: Graph delta, and jobs that have the directory as their source."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, func, select

from ropeway.directory import tables
from ropeway.directory.record import decoded
from ropeway.model.problems import Problem, RopewayError


class Logged(msgspec.Struct, frozen=True):
    """One change of one object."""

    sequence: int
    """Rises with every change of the tenant; transactions appear in this order, so a reader misses nothing."""
    id: str
    type: str
    action: Literal["created", "updated", "links", "deleted", "restored", "purged"]
    time: float
    details: dict[str, Any] = {}
    """`properties`: the names that changed; `added`, `removed`, `replaced`: references by link attribute.

    Links that changed in one go with their object are in its row; the action `links` means that nothing else did.
    """


def changes_since(connection: Connection, tenant: int, sequence: int, limit: int) -> list[Logged]:
    """The next changes after a sequence; RopewayError `changes-forgotten` where the log no longer goes back to it."""
    c = tables.change.c
    oldest = connection.execute(select(func.min(c.sequence)).where(c.tenant == tenant)).scalar()
    latest = connection.execute(
        select(tables.directory.c.sequence).where(tables.directory.c.tenant == tenant)
    ).scalar_one()
    if sequence < (latest if oldest is None else oldest - 1):
        raise RopewayError(Problem("changes-forgotten", details={"sequence": str(sequence)}))
    query = (
        select(c.sequence, c.id, c.type, c.action, c.time, c.details)
        .where(c.tenant == tenant, c.sequence > sequence)
        .order_by(c.sequence)
        .limit(limit)
    )
    return [Logged(*row[:5], decoded(row.details) if row.details else {}) for row in connection.execute(query)]
