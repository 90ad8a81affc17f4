"""How each job is, in a few queries whose cost is bounded: for metrics and for `ropeway service status`."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, Table, case, func, select

from ropeway.engine.lifecycle.standing import Standing
from ropeway.engine.records import Outcome
from ropeway.model.job import JobStatus, Schedule
from ropeway.model.prepared import prepared
from ropeway.store import leases
from ropeway.store.tables import change, cycle, due, escrow, hold, job, lease
from ropeway.store.vitals import MOST


class Done(NamedTuple):
    """The last cycle of a job that ended."""

    started: float
    ended: float
    outcome: Outcome


class JobVitals(NamedTuple):
    """How a job is."""

    number: int
    name: str
    status: str
    created: float
    last_good: float | None
    """When a cycle last ended well; of a job that polls, where nothing changed, to the hour."""
    interval: float | None
    """Seconds between its cycles; None: it does not run by itself."""
    standing: Standing
    running: bool
    due: int
    pending: int
    held: int
    holds: int
    """Holds that wait for approval."""
    escrowed: dict[str, int]
    """By the stage at which they were set aside."""
    last: Done | None


def job_vitals(c: Connection, tenant: int, now: float) -> list[JobVitals]:
    """All jobs by name."""
    dues, pending, held = _by_job(c, due), _pending(c), _held(c)
    escrows, done = _escrows(c), _last_cycles(c, tenant)
    running = _running(c, now)
    return [
        JobVitals(
            number=row.number,
            name=row.name,
            status=row.status,
            created=row.created,
            last_good=_later(row.last_success, standing.last_run),
            interval=_interval(row.settings, row.status),
            standing=standing,
            running=row.number in running,
            due=dues.get(row.number, 0),
            pending=pending.get(row.number, 0),
            held=held.get(row.number, (0, 0))[0],
            holds=held.get(row.number, (0, 0))[1],
            escrowed=escrows.get(row.number, {}),
            last=done.get(row.number),
        )
        for row in c.execute(select(job).where(job.c.tenant == tenant).order_by(job.c.name))
        for standing in (msgspec.json.decode(row.standing, type=prepared(Standing)),)
    ]


class _Pace(msgspec.Struct):
    """Of a job's settings, when it runs."""

    schedule: Schedule = Schedule()
    poll_seconds: float = 0.5


def _interval(settings: str, status: str) -> float | None:
    pace = msgspec.json.decode(settings, type=prepared(_Pace))
    if pace.schedule.off or status == JobStatus.PAUSED.value:
        return None
    return pace.poll_seconds if pace.schedule.every is None else pace.schedule.every


def _later(*times: float | None) -> float | None:
    return max((time for time in times if time is not None), default=None)


def _by_job(c: Connection, table: Table) -> dict[int, int]:
    some = select(table.c.job).limit(MOST).subquery()
    rows = c.execute(select(some.c.job, func.count()).group_by(some.c.job)).all()
    return {row[0]: row[1] for row in rows}


def _pending(c: Connection) -> dict[int, int]:
    """Planned changes that nothing holds back."""
    some = select(change.c.job, change.c.hold).limit(MOST).subquery()
    free = func.sum(case((some.c.hold.is_(None), 1), else_=0))
    return {number: int(count) for number, count in c.execute(select(some.c.job, free).group_by(some.c.job))}


def _held(c: Connection) -> dict[int, tuple[int, int]]:
    open_ = select(hold.c.job, func.sum(hold.c.count), func.count()).where(hold.c.approved.is_(None))
    return {number: (int(changes), holds) for number, changes, holds in c.execute(open_.group_by(hold.c.job))}


def _escrows(c: Connection) -> dict[int, dict[str, int]]:
    some = select(escrow.c.job, escrow.c.stage).limit(MOST).subquery()
    found: dict[int, dict[str, int]] = {}
    for number, stage, count in c.execute(
        select(some.c.job, some.c.stage, func.count()).group_by(some.c.job, some.c.stage)
    ):
        found.setdefault(number, {})[stage] = count
    return found


def _last_cycles(c: Connection, tenant: int) -> dict[int, Done]:
    """One look into the index for each job, however many cycles are kept."""
    of_job = select(cycle.c.number).where(cycle.c.job == job.c.number, cycle.c.ended.is_not(None))
    newest = of_job.order_by(cycle.c.number.desc()).limit(1).correlate(job).scalar_subquery()
    columns = (cycle.c.job, cycle.c.started, cycle.c.ended, cycle.c.outcome)
    rows = c.execute(
        select(*columns).select_from(job).join(cycle, cycle.c.number == newest).where(job.c.tenant == tenant)
    )
    return {
        row.job: Done(row.started, row.ended, msgspec.json.decode(row.outcome, type=prepared(Outcome)))
        for row in rows
        if row.outcome is not None
    }


def _running(c: Connection, now: float) -> set[int]:
    rows = c.execute(select(lease.c.job, lease.c.renewed).where(lease.c.holder != ""))
    return {row.job for row in rows if abs(now - row.renewed) < leases.EXPIRES}
