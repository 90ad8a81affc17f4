"""Jobs in SQL: settings, watermark, cycles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import msgspec
from sqlalchemy import Connection, Row, and_, delete, func, select, tuple_, update

from ropeway.engine.lifecycle import schedule
from ropeway.engine.lifecycle.standing import Standing
from ropeway.model.job import JobSettings, JobStatus
from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.watermark import Watermark
from ropeway.store import agenda
from ropeway.store.bell import ring
from ropeway.store.database import Database
from ropeway.store.rows import Key, inserted
from ropeway.store.tables import (
    change,
    cycle,
    due,
    entry,
    escrow,
    hold,
    job,
    later,
    lease,
    link,
    provisioning_event,
    upload,
)

ERASED_AT_ONCE = 900
"""Rows of a deleted job that go in one transaction."""


class JobRow(msgspec.Struct, frozen=True):
    """A job's own row."""

    number: int
    id: str
    name: str
    settings: JobSettings
    status: str
    watermark: Watermark | None
    generation: int
    decided_by: str
    last_success: float | None
    last_comparison: float | None
    problems: tuple[Problem, ...]
    standing: Standing
    tenant: int = 0

    @property
    def last_good(self) -> float | None:
        """When a cycle last ended well; of a job that polls, where nothing changed, to the hour."""
        return max((time for time in (self.last_success, self.standing.last_run) if time is not None), default=None)


def _row(row: Row[Any]) -> JobRow:
    return JobRow(
        number=row.number,
        id=row.id,
        name=row.name,
        settings=msgspec.json.decode(row.settings, type=prepared(JobSettings)),
        status=row.status,
        watermark=msgspec.msgpack.decode(row.watermark, type=prepared(Watermark)) if row.watermark else None,
        generation=row.generation,
        decided_by=row.decided_by,
        last_success=row.last_success,
        last_comparison=row.last_comparison,
        problems=tuple(msgspec.json.decode(row.problems, type=prepared(list[Problem]))),
        standing=msgspec.json.decode(row.standing, type=prepared(Standing)),
        tenant=row.tenant,
    )


def create(c: Connection, db: Database, tenant: int, settings: JobSettings, now: float) -> JobRow:
    """Keep a new job; the name must be free."""
    taken = c.execute(select(job.c.number).where(job.c.tenant == tenant, job.c.name == settings.name)).first()
    if taken:
        raise RopewayError(Problem("job-name-taken", object=settings.name))
    id_ = str(uuid4())
    c.execute(
        db.insert(job).values(
            tenant=tenant,
            id=id_,
            name=settings.name,
            settings=msgspec.json.encode(settings).decode(),
            status=JobStatus.NOT_RUN.value,
            created=now,
            next_run=schedule.due(settings, JobStatus.NOT_RUN.value, Standing()),
        )
    )
    ring(c)
    return find(c, tenant, id_)


def find(c: Connection, tenant: int, name_or_id: str) -> JobRow:
    """The job of that name or id; RopewayError `job-unknown` naming those that exist."""
    for column in (job.c.id, job.c.name):
        row = c.execute(select(job).where(job.c.tenant == tenant, column == name_or_id)).one_or_none()
        if row:
            return _row(row)
    names = ", ".join(r.name for r in every(c, tenant)) or "none"
    raise RopewayError(Problem("job-unknown", object=name_or_id, details={"jobs": names}))


def every(c: Connection, tenant: int) -> list[JobRow]:
    """All jobs by name."""
    return [_row(row) for row in c.execute(select(job).where(job.c.tenant == tenant).order_by(job.c.name))]


def tally(c: Connection, tenant: int) -> tuple[int, int, int]:
    """How many jobs, the highest number, how many paused: it changes as one comes, leaves, is paused or resumed."""
    paused = func.count().filter(job.c.status == JobStatus.PAUSED.value)
    found = select(func.count(), func.coalesce(func.max(job.c.number), 0), paused).where(job.c.tenant == tenant)
    every_, highest, resting = c.execute(found).one()
    return every_, highest, resting


def load(c: Connection, number: int) -> JobRow:
    """The job of that number."""
    return _row(c.execute(select(job).where(job.c.number == number)).one())


def locked(c: Connection, number: int) -> JobRow:
    """The job of that number, which nobody else changes until this transaction ends."""
    return _row(c.execute(select(job).where(job.c.number == number).with_for_update()).one())


def load_if_there(c: Connection, number: int) -> JobRow | None:
    """The job of that number; None where it is deleted."""
    row = c.execute(select(job).where(job.c.number == number)).one_or_none()
    return _row(row) if row else None


def change_settings(c: Connection, number: int, settings: JobSettings) -> None:
    """Replace a job's settings."""
    c.execute(
        update(job)
        .where(job.c.number == number)
        .values(settings=msgspec.json.encode(settings).decode(), name=settings.name)
    )
    agenda.work_out(c, number)


def set_status(c: Connection, number: int, status: JobStatus, problems: Sequence[Problem] = ()) -> None:
    """Note how the job is."""
    c.execute(
        update(job)
        .where(job.c.number == number)
        .values(status=status.value, problems=msgspec.json.encode(list(problems)).decode())
    )
    agenda.work_out(c, number)


def note_problems(c: Connection, number: int, problems: Sequence[Problem]) -> None:
    """What is wrong with a job after a cycle; what it is otherwise (`store.lifecycle`) stays."""
    text_ = msgspec.json.encode(list(problems)).decode()
    c.execute(update(job).where(job.c.number == number).values(problems=text_))
    first = and_(job.c.number == number, job.c.status == JobStatus.NOT_RUN.value)
    c.execute(update(job).where(first).values(status=JobStatus.ACTIVE.value))


def stopped_before(c: Connection, number: int) -> bool:
    """Whether the last cycle that ended was stopped by a problem."""
    last = select(cycle.c.outcome).where(cycle.c.job == number, cycle.c.ended.is_not(None))
    outcome = c.scalar(last.order_by(cycle.c.number.desc()).limit(1))
    return outcome is not None and msgspec.json.decode(outcome)["result"] == "stopped"


def watermark(c: Connection, number: int) -> Watermark | None:
    """How far a job has read."""
    packed = c.scalar(select(job.c.watermark).where(job.c.number == number))
    return msgspec.msgpack.decode(packed, type=prepared(Watermark)) if packed else None


def set_watermark(c: Connection, number: int, watermark: Watermark | None) -> None:
    """Advance the watermark, in the transaction that stores what it covers."""
    packed = msgspec.msgpack.encode(watermark) if watermark else None
    c.execute(update(job).where(job.c.number == number).values(watermark=packed))


def start_generation(c: Connection, number: int) -> int:
    """A new generation; the watermark is forgotten."""
    c.execute(update(job).where(job.c.number == number).values(generation=job.c.generation + 1, watermark=None))
    return load(c, number).generation


def start_comparison(c: Connection, number: int) -> int:
    """A new generation for a comparison of anchors; the watermark stays."""
    c.execute(update(job).where(job.c.number == number).values(generation=job.c.generation + 1))
    return load(c, number).generation


def erase(db: Database, key: Key) -> None:
    """Delete a job and all its state, in short transactions; the job itself goes last, so that it may be repeated."""
    for table in (change, cycle, due, later, link, entry, escrow, hold, provisioning_event, upload):
        columns = tuple_(*table.primary_key.columns)
        some = select(*table.primary_key.columns).where(table.c.job == key["job"]).limit(ERASED_AT_ONCE)
        gone = ERASED_AT_ONCE
        while gone == ERASED_AT_ONCE:
            with db.write() as c:
                gone = c.execute(delete(table).where(columns.in_(some))).rowcount
    with db.write() as c:
        c.execute(delete(lease).where(lease.c.job == key["job"]))
        c.execute(delete(job).where(job.c.number == key["job"]))


def start_cycle(c: Connection, key: Key, kind: str, began: float) -> int:
    """A number under which a cycle's changes are logged."""
    return inserted(c.execute(cycle.insert().values(**key, kind=kind, started=began)))


def end_cycle(c: Connection, number: int, outcome: bytes, now: float) -> None:
    """What the cycle did."""
    c.execute(update(cycle).where(cycle.c.number == number).values(ended=now, outcome=outcome.decode()))


def last_cycles(c: Connection, number: int, most: int) -> list[tuple[float, float, str]]:
    """Beginning, end and outcome of a job's last cycles that did something, the latest first."""
    ended = select(cycle.c.started, cycle.c.ended, cycle.c.outcome).where(
        cycle.c.job == number, cycle.c.ended.is_not(None), cycle.c.outcome.is_not(None)
    )
    return [(r.started, r.ended, r.outcome) for r in c.execute(ended.order_by(cycle.c.number.desc()).limit(most))]
