"""Which processes of the service are alive: each says so every few seconds."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, delete, select, update

from ropeway.store.service_tables import process

HEARD_WITHIN = 60.0
"""Seconds without a sign of life after which a process counts as gone; it gives one every ten."""

KEPT = 86400.0
"""Seconds for which a process that is gone without a word is remembered."""


class ProcessRow(NamedTuple):
    """A process, as it was last heard of."""

    id: str
    """Machine, process and run, in words (`control/holder.py`)."""
    role: str
    """service | worker."""
    machine: str
    version: str
    started: float
    seen: float
    url: str = ""
    authority: str = ""
    certificate_expires: float | None = None
    """When an administrator's certificate does that it shows."""


def enter(c: Connection, tenant: int, row: ProcessRow) -> None:
    """It is there."""
    c.execute(delete(process).where(process.c.seen < row.started - KEPT))
    c.execute(process.insert().values(tenant=tenant, **row._asdict()))


def beat(c: Connection, tenant: int, row: ProcessRow, now: float) -> None:
    """It still is, even where somebody restored a state that does not know it."""
    fresh = {"seen": now, "certificate_expires": row.certificate_expires}
    if c.execute(update(process).where(process.c.id == row.id).values(fresh)).rowcount == 0:
        c.execute(process.insert().values(tenant=tenant, **row._replace(seen=now)._asdict()))


def leave(c: Connection, id_: str) -> None:
    """It ended in order."""
    c.execute(delete(process).where(process.c.id == id_))


def alive(c: Connection, tenant: int, role: str, now: float) -> list[ProcessRow]:
    """Those heard of lately, the longest-running first; a clock that was set back kills nobody."""
    which = (process.c.tenant == tenant, process.c.role == role)
    rows = c.execute(select(process).where(*which).order_by(process.c.started)).all()
    return [
        ProcessRow(r.id, r.role, r.machine, r.version, r.started, r.seen, r.url, r.authority, r.certificate_expires)
        for r in rows
        if abs(now - r.seen) < HEARD_WITHIN
    ]
