"""The audit trail: who did what to what, added to and read, never changed."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select

from ropeway.store.service_tables import audit

LONGEST = 200
"""Characters of a subject that are kept."""


class Act(NamedTuple):
    """Something that somebody did, or was refused."""

    time: float
    who: str
    action: str
    subject: str
    outcome: str
    """success | refused | failure."""
    details: dict[str, str] = {}  # noqa: RUF012 - never written to
    request: str = ""


def add(c: Connection, tenant: int, act: Act) -> None:
    """One more line."""
    values = act._asdict() | {"subject": act.subject[:LONGEST], "details": msgspec.json.encode(act.details).decode()}
    c.execute(audit.insert().values(tenant=tenant, **values))


def acts(
    c: Connection, tenant: int, *, who: str | None = None, since: float | None = None, limit: int = 100
) -> list[Act]:
    """The latest lines, the oldest of them first; `who` is a part of the name."""
    asked = select(audit).where(audit.c.tenant == tenant)
    if who:
        asked = asked.where(audit.c.who.contains(who, autoescape=True))
    if since is not None:
        asked = asked.where(audit.c.time >= since)
    rows = c.execute(asked.order_by(audit.c.id.desc()).limit(limit)).all()
    return [
        Act(
            r.time,
            r.who,
            r.action,
            r.subject,
            r.outcome,
            msgspec.json.decode(r.details, type=dict[str, str]),
            r.request,
        )
        for r in reversed(rows)
    ]
