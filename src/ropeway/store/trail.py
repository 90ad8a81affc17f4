"""The audit trail: every administrative act, done or refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, select

from ropeway.store.service_tables import audit


class Act(NamedTuple):
    """What somebody did, or was refused."""

    time: float
    who: str
    action: str
    """The call of Control, or what is like one: `pause_job`."""
    subject: str
    """What it was done to: a job's id, an agent's."""
    outcome: str
    """`success`, or the code of the problem."""
    details: Mapping[str, Any] | None = None
    request: str = ""
    """The id of the request."""


def note(c: Connection, tenant: int, act: Act) -> None:
    """Put an act on record."""
    columns = act._asdict() | {"details": msgspec.json.encode(act.details or {}).decode(), "tenant": tenant}
    c.execute(audit.insert().values(**columns))


def acts(
    c: Connection, tenant: int, where: ColumnElement[bool], *, after: int | None, oldest_first: bool, limit: int
) -> list[tuple[int, Act]]:
    """Some of the trail, with each one's number, after (or before) the one with that number."""
    a = audit.c
    place = [] if after is None else [a.id > after if oldest_first else a.id < after]
    rows = c.execute(
        select(audit)
        .where(a.tenant == tenant, where, *place)
        .order_by(a.id.asc() if oldest_first else a.id.desc())
        .limit(limit)
    )
    return [
        (
            row.id,
            Act(row.time, row.who, row.action, row.subject, row.outcome, msgspec.json.decode(row.details), row.request),
        )
        for row in rows
    ]
