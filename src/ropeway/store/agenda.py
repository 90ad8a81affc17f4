"""Which jobs are due, in one narrow query for all of them.

`job.next_run` is written with whatever it follows from, so that an idle look reads one entry of an index, however
many jobs there are and however large their settings.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import Connection, Float, Integer, and_, bindparam, func, or_, select, true, update

from ropeway.engine.lifecycle.schedule import AT_ONCE, due_with_room
from ropeway.engine.lifecycle.standing import Standing
from ropeway.model.job import JobSettings
from ropeway.model.prepared import prepared
from ropeway.store.bell import ring
from ropeway.store.leases import EXPIRES
from ropeway.store.tables import job, lease

Q = TypeVar("Q")

AT_A_LOOK = 500
"""Jobs that one look tells."""

PATIENCE = 300.0
"""Seconds by which a job in trouble may be put off; a job that is put off by more was forgotten, and is put right."""


class Due(NamedTuple):
    """A job whose time has come."""

    number: int
    holder: str
    """Who runs it already, in the words of its lease; "" for nobody."""


_NOW, _TENANT = bindparam("b_now", type_=Float), bindparam("b_tenant", type_=Integer)
_LOOK_AT_ALL = (
    select(job.c.number, lease.c.holder, (func.abs(lease.c.renewed - _NOW) < EXPIRES).label("fresh"))
    .select_from(job.outerjoin(lease, lease.c.job == job.c.number))
    .where(job.c.next_run <= _NOW)
    .order_by(job.c.next_run)
    .limit(AT_A_LOOK)
)
_LOOK = _LOOK_AT_ALL.where(job.c.tenant == _TENANT)
_NEXT_OF_ALL = select(job.c.next_run).where(job.c.next_run > _NOW).order_by(job.c.next_run).limit(1)
_NEXT = _NEXT_OF_ALL.where(job.c.tenant == _TENANT)
_NOBODY = or_(lease.c.job.is_(None), lease.c.holder == "", func.abs(lease.c.renewed - _NOW) >= EXPIRES)
_WAITING = (
    select(func.count())
    .select_from(job.outerjoin(lease, lease.c.job == job.c.number))
    .where(job.c.tenant == _TENANT, job.c.next_run <= _NOW, _NOBODY)
)


def look(c: Connection, tenant: int | None, now: float) -> list[Due]:
    """Jobs of a tenant, or of all, whose time has come, the longest due first."""
    rows = c.execute(*_of(tenant, now, _LOOK, _LOOK_AT_ALL))
    return [Due(row.number, row.holder if row.holder and row.fresh else "") for row in rows]


def waiting(c: Connection, tenant: int, now: float) -> int:
    """How many jobs' time has come, and nobody has begun."""
    return c.scalar(_WAITING, {"b_tenant": tenant, "b_now": now}) or 0


def next_after(c: Connection, tenant: int | None, now: float) -> float | None:
    """When the next job is due that is not due yet."""
    return c.scalar(*_of(tenant, now, _NEXT, _NEXT_OF_ALL))


def _of(tenant: int | None, now: float, one: Q, every: Q) -> tuple[Q, dict[str, Any]]:
    """A query about one tenant or all, and what it is asked with."""
    return (every, {"b_now": now}) if tenant is None else (one, {"b_tenant": tenant, "b_now": now})


def is_wanted(c: Connection, number: int) -> bool:
    """Whether a job runs by itself, or was asked for: not one that is paused, or deleted, or was done meanwhile."""
    return c.scalar(select(job.c.next_run).where(job.c.number == number)) is not None


def note(c: Connection, number: int, when: float | None) -> None:
    """When a job is due; whoever waits is woken where it is another time than before."""
    other = and_(job.c.number == number, job.c.next_run.is_distinct_from(when))
    if c.execute(update(job).where(other).values(next_run=when)).rowcount:
        ring(c)


def hurry(c: Connection, number: int) -> bool:
    """Somebody asked for a job: if it was put off, it is so no more. Whether it is due now."""
    work_out(c, number)
    return c.scalar(select(job.c.next_run).where(job.c.number == number)) == AT_ONCE


def put_off(c: Connection, number: int, until: float) -> None:
    """A job in trouble is tried again then, and not before."""
    sooner = and_(job.c.number == number, job.c.next_run < until)
    c.execute(update(job).where(sooner).values(next_run=until))


def work_out(c: Connection, number: int) -> None:
    """Work out anew when a job is due."""
    columns = (job.c.settings, job.c.status, job.c.standing)
    row = c.execute(select(*columns).where(job.c.number == number)).one_or_none()
    if row is not None:
        note(c, number, _due(row.settings, row.status, row.standing))


def wrong(c: Connection, tenant: int | None, now: float, after: int = 0) -> tuple[dict[int, float | None], int]:
    """Some jobs with the time that should be theirs and is not, and the number to go on after; 0: no more.

    After a clock was set back, a copy restored, an upgrade: looked for seldom, so that all rows may be read.
    """
    columns = (job.c.number, job.c.settings, job.c.status, job.c.standing, job.c.next_run)
    here = and_(job.c.number > after, true() if tenant is None else job.c.tenant == tenant)
    rows = c.execute(select(*columns).where(here).order_by(job.c.number).limit(100)).all()
    found = {row.number: (row.next_run, _due(row.settings, row.status, row.standing, now)) for row in rows}
    put_right = {number: due for number, (kept, due) in found.items() if _is_wrong(kept, due, now)}
    return put_right, rows[-1].number if len(rows) == 100 else 0


def _is_wrong(kept: float | None, due: float | None, now: float) -> bool:
    if kept is None or due is None:
        return kept is not due
    return kept < due or kept > max(due, now) + PATIENCE


def _due(settings: str, status: str, standing: str, now: float | None = None) -> float | None:
    """Before a clock that was set back, what was run in the future is due at once."""
    how = msgspec.json.decode(standing, type=prepared(Standing))
    due = due_with_room(msgspec.json.decode(settings, type=prepared(JobSettings)), status, how)
    set_back = now is not None and due is not None and how.last_run is not None and how.last_run > now + PATIENCE
    return AT_ONCE if set_back and how.quarantine is None else due
