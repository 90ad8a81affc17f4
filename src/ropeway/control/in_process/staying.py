"""Keeping jobs in step, and the house."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from ropeway.control.holder import is_dead
from ropeway.control.in_process.core import Core
from ropeway.control.keeping import Keeping, Works, work_off
from ropeway.control.protocol import CycleView
from ropeway.control.queueing.scheduler import Scheduler
from ropeway.control.running import refuse_rest, trouble
from ropeway.control.views import iso
from ropeway.engine.cycle import DAY
from ropeway.model.problems import Problem, RopewayError
from ropeway.store import jobs, leases, looking
from ropeway.store.jobs import JobRow
from ropeway.store.rows import Key

HOUSEKEEPING_EVERY = 3600.0
"""Seconds between looks at what is old enough to go for good."""


class Staying(Core):
    """Work that goes on until it is stopped."""

    def keep_in_step(
        self, jobs: Sequence[str], *, stop: Callable[[], bool], cycle: Callable[[CycleView], None]
    ) -> None:
        named = [self._row(job) for job in jobs]
        for row in named:
            self._tell_obstacles(row, cycle)

        def tell(problem: Problem | None) -> None:
            if problem is not None:
                cycle(CycleView(job="all jobs", kind="delta", result="stopped", problems=(problem,)))

        only = {row.number for row in named} or None
        self.work_off(Scheduler(self._db, self._tenant, only=only, tell=tell), stop=stop, cycle=cycle)

    def work_off(self, queue: Works, *, stop: Callable[[], bool], cycle: Callable[[CycleView], None]) -> None:
        """Run cycles as a queue gives them, deliver messages and keep house, until `stop`."""
        with self._courier.delivering(), Keeping(self._db, self.running, cycle) as keeping:

            def ends() -> bool:
                self.keep_house()
                return stop()

            work_off(queue, keeping, ends)

    def _tell_obstacles(self, row: JobRow, cycle: Callable[[CycleView], None]) -> None:
        """Of a job that somebody named, why it will not run for now: it is paused, or somebody else has it."""
        with trouble(), self._db.read() as c:
            holder = leases.holder(c, Key(tenant=self._tenant, job=row.number), time.time())
        try:
            refuse_rest(row)
            if holder and not is_dead(holder[0]):
                details = {"holder": holder[0], "since": iso(holder[1]) or ""}
                raise RopewayError(Problem("job-is-running", details=details))
        except RopewayError as error:
            cycle(CycleView(job=row.name, kind="delta", result="stopped", problems=(error.problem,)))

    def keep_house(self) -> None:
        """Once in an hour, what was in the recycle bin for 30 days goes, and history that is older than its job says.

        Trouble is left to the jobs to tell.
        """
        now = time.monotonic()
        if self._house_kept is not None and now < self._house_kept + HOUSEKEEPING_EVERY:
            return
        self._house_kept = now
        with suppress(RopewayError), trouble():
            self._directory.purge(time.time())
            self._forget(time.time())

    def _forget(self, now: float) -> None:
        """Of jobs that rest, too, and however much they did at once."""
        with self._db.read() as c:
            rows = jobs.every(c, self._tenant)
        for row in rows:
            key, kept, more = Key(tenant=self._tenant, job=row.number), row.settings.retention, True
            while more:
                with self._db.write() as c:
                    more = looking.forget(c, key, now - kept.log * DAY, now - kept.cycles * DAY)
