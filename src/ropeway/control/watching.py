"""A job at this moment, in a few small queries."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection

from ropeway.control.protocol import LiveView, PastCycle
from ropeway.control.runner import runner
from ropeway.control.views import cycle_view, iso
from ropeway.engine.lifecycle.schedule import next_run
from ropeway.engine.records import Outcome
from ropeway.model.prepared import prepared
from ropeway.store import jobs, looking, progress
from ropeway.store.jobs import JobRow
from ropeway.store.rows import Key

CYCLES_TOLD = 5


def live_view(c: Connection, row: JobRow, key: Key, now: float) -> LiveView:
    """How far the running cycle has come, what waits, the last cycles and the next one."""
    holder, cut_off = runner(c, key, row.name, now)
    told = progress.find(c, row.number) if holder else None
    if told is None or (holder and told.began < holder[1]):  # what a process left that is no more
        told = progress.ProgressRow("", 0, None, now, now)
    took = told.updated - told.began
    return LiveView(
        job=row.name,
        status=row.status,
        running=f"{holder[0]} since {iso(holder[1])}" if holder else None,
        stage=told.stage,
        done=told.done,
        total=told.total,
        rate=told.done / took if took > 0 else None,
        stage_began=iso(told.began) if told.stage else None,
        next_run=iso(next_run(row.settings, row.status, row.standing, now)),
        cycles=tuple(_past(row.name, *one) for one in jobs.last_cycles(c, row.number, CYCLES_TOLD)),
        problems=(*row.problems, *cut_off),
        **looking.waiting(c, key),
    )


def _past(job: str, began: float, ended: float, outcome: str) -> PastCycle:
    made = msgspec.json.decode(outcome, type=prepared(Outcome))
    return PastCycle(began=iso(began) or "", ended=iso(ended) or "", cycle=cycle_view(job, made))
