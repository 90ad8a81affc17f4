"""The audit trail: every administrative act, done or refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, select, true

from ropeway.store.metadata import tenant
from ropeway.store.service_tables import audit

KEPT = 2 * 365 * 86400.0
"""Seconds for which the trail is kept."""

PORTION = 1000
"""Lines that are looked at in one transaction."""


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
    who_id: str = ""
    """The id of the user or service principal; empty for those who have none."""
    app: str = ""
    """The appId of an application that acted by itself."""


def line(act: Act) -> str:
    """An act for a log, where the trail itself cannot be written."""
    details = msgspec.json.encode(act.details or {}).decode()
    return f"{act.who}, {act.action} {act.subject}, {act.outcome}, {details}, request {act.request or 'none'}"


def note(c: Connection, tenant: int, act: Act) -> None:
    """Put an act on record."""
    columns = act._asdict() | {"details": msgspec.json.encode(act.details or {}).decode(), "tenant": tenant}
    c.execute(audit.insert().values(**columns))


def note_everywhere(c: Connection, act: Act) -> None:
    """Put an act on record that is about the state as a whole: every tenant's."""
    for number in c.execute(select(tenant.c.number)).scalars().all():
        note(c, number, act)


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
    return [(row.id, _act(row)) for row in rows]


def latest(c: Connection, tenant: int, *, who: str | None, since: float | None, limit: int) -> list[Act]:
    """The latest acts, the oldest of them first; `who` is a part of the name."""
    where = true()
    if who:
        where &= audit.c.who.contains(who, autoescape=True)
    if since is not None:
        where &= audit.c.time >= since
    found = acts(c, tenant, where, after=None, oldest_first=False, limit=limit)
    return [act for _, act in reversed(found)]


def sweep(c: Connection, now: float) -> bool:
    """Forget what is older than two years, a portion at a time from where the trail begins; whether there is more."""
    first = select(audit.c.id, audit.c.time).order_by(audit.c.id).limit(PORTION).subquery()
    old = select(first.c.id).where(first.c.time < now - KEPT)
    return c.execute(delete(audit).where(audit.c.id.in_(old))).rowcount == PORTION


def _act(row: Any) -> Act:
    told: dict[str, Any] = {name: getattr(row, name) for name in Act._fields}
    return Act(**told | {"details": msgspec.json.decode(row.details)})
