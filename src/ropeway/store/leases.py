"""One cycle of a job at a time: the lease row and its epoch."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, select, update

from ropeway.model.problems import Problem, RopewayError
from ropeway.store.bell import ring
from ropeway.store.database import Database
from ropeway.store.rows import Key
from ropeway.store.tables import lease

EXPIRES = 60.0
"""Seconds without a write after which a holder whose fate cannot be known is taken for dead."""


def acquire(c: Connection, db: Database, key: Key, holder: str, dead: Sequence[str], now: float) -> int:
    """Take the lease; the new epoch shuts out whoever had it."""
    first = db.insert(lease).values(**key, epoch=0, holder="", since=now, renewed=now)
    c.execute(first.on_conflict_do_nothing())
    row = c.execute(select(lease).where(lease.c.job == key["job"]).with_for_update()).one()
    if row.holder and row.holder != holder and row.holder not in dead and _is_fresh(row.renewed, now):
        since = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(row.since))
        raise RopewayError(Problem("job-is-running", details={"holder": row.holder, "since": since}))
    machine = holder.partition(" process ")[0]
    machine_since = row.machine_since if row.machine == machine else now
    c.execute(
        update(lease)
        .where(lease.c.job == key["job"])
        .values(
            epoch=row.epoch + 1, holder=holder, since=now, renewed=now, machine=machine, machine_since=machine_since
        )
    )
    return row.epoch + 1


class Active(NamedTuple):
    """The machine that runs a job, or ran it last."""

    machine: str
    since: float
    """When it took the job over from another machine, or ran it first."""


def active(c: Connection, key: Key) -> Active | None:
    """The active machine of a job."""
    row = c.execute(select(lease.c.machine, lease.c.machine_since).where(lease.c.job == key["job"])).one_or_none()
    return Active(row.machine, row.machine_since) if row and row.machine else None


def _is_fresh(renewed: float, now: float) -> bool:
    """Whether a holder was heard of lately; a clock that was set back does not make it so for hours."""
    return abs(now - renewed) < EXPIRES


_renew = (
    update(lease)
    .where(lease.c.job == bindparam("b_job"), lease.c.epoch == bindparam("b_epoch"), lease.c.holder != "")
    .values(renewed=bindparam("b_now"))
)


def check(c: Connection, key: Key, epoch: int, now: float) -> None:
    """Renew the lease in this very transaction; `lease-lost` where somebody else has it now."""
    result = c.execute(_renew, {"b_job": key["job"], "b_epoch": epoch, "b_now": now})
    if result.rowcount != 1:
        row = c.execute(select(lease.c.holder, lease.c.since).where(lease.c.job == key["job"])).one_or_none()
        since = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(row.since)) if row else "?"
        raise RopewayError(Problem("lease-lost", details={"holder": row.holder if row else "?", "since": since}))


def release(c: Connection, key: Key, epoch: int) -> None:
    """Give the lease back; the row stays, so that epochs only grow. Whoever waits for the job is woken."""
    c.execute(update(lease).where(lease.c.job == key["job"], lease.c.epoch == epoch).values(holder=""))
    ring(c)


def holder(c: Connection, key: Key, now: float) -> tuple[str, float] | None:
    """Who has the lease and since when."""
    row = c.execute(select(lease).where(lease.c.job == key["job"])).one_or_none()
    return (row.holder, row.since) if row and row.holder and _is_fresh(row.renewed, now) else None


def left(c: Connection, key: Key) -> tuple[str, float] | None:
    """Who took the lease last and since when, as long as it was not given back, however long ago."""
    row = c.execute(select(lease.c.holder, lease.c.since).where(lease.c.job == key["job"])).one_or_none()
    return (row.holder, row.since) if row and row.holder else None


def drop(c: Connection, key: Key) -> None:
    """The job is deleted."""
    c.execute(delete(lease).where(lease.c.job == key["job"]))
