"""Jobs, run: a cycle, a plan, a report."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from ropeway.control.in_process.jobs import Jobs
from ropeway.control.planning import change_views
from ropeway.control.protocol import (
    CycleView,
    FindingView,
    Limit,
    OnProgress,
    PlanView,
    ReportView,
)
from ropeway.control.reporting import Reporting
from ropeway.control.room import taken
from ropeway.control.running import trouble
from ropeway.control.views import cycle_view
from ropeway.rules import compile_rules
from ropeway.rules.layers import job_schema
from ropeway.store import jobs, looking
from ropeway.store.jobs import JobRow
from ropeway.store.rows import Key


class Runs(Jobs):
    """Implements the part of `JobCalls` that reads the source."""

    def run_job(self, job: str, *, full: bool = False, progress: OnProgress | None = None) -> CycleView:
        with trouble():
            try:
                with taken(self._db, self._row(job), self._open) as running:
                    outcome = running.cycle(full=full, progress=progress)
                    if outcome.result == "nothing-to-do" and outcome.held:
                        outcome.result = "held"
            finally:
                self._courier.deliver()
            view = self._not_written(cycle_view(running.name, outcome))
        self.keep_house()
        return view

    def _not_written(self, view: CycleView) -> CycleView:
        """What was done, with what a healthy look would hide: a staging job's changes, a scope of nobody."""
        row = self._row(view.job)
        key = Key(tenant=self._tenant, job=row.number)
        with self._db.read() as c:
            staged = sum(looking.plan_counts(c, key).values()) if row.settings.staging else 0
        return msgspec.structs.replace(view, staged=staged, out_of_scope=self._out_of_scope(row))

    def plan_job(
        self, job: str, *, limit: Limit = 200, refresh: bool = True, progress: OnProgress | None = None
    ) -> PlanView:
        with trouble(), taken(self._db, self._row(job), self._open) as running:
            problems = running.look(progress).problems if refresh else []
            work = running.work()
            changes = change_views(work.state, work.target, work.rules, limit)
            counts = work.state.plan_counts()
            out_of_scope = self._out_of_scope(self._row(job))
        return PlanView(
            job=job,
            counts=counts,
            changes=tuple(changes),
            holds=tuple(self.holds(job)),
            out_of_scope=out_of_scope,
            problems=tuple(problems),
        )

    def report_job(
        self,
        job: str,
        *,
        limit: Limit = 200,
        refresh: bool = True,
        each: Callable[[FindingView], None] | None = None,
        progress: OnProgress | None = None,
    ) -> ReportView:
        with trouble():
            if refresh:
                with taken(self._db, self._row(job), self._open) as running:
                    running.look(progress)
            about = self._row(job)
            with self._db.read() as c:
                others = [row for row in jobs.every(c, self._tenant) if row.number != about.number]
            reporting = Reporting(self._db, self._directory, self._tenant)
            with_rules = [(row, compile_rules(job_schema(row.settings))) for row in (about, *others)]
            report = reporting.run(with_rules[0], with_rules[1:], limit=limit, each=each, progress=progress)
            return msgspec.structs.replace(report, out_of_scope=self._out_of_scope(about))

    def _out_of_scope(self, row: JobRow) -> int:
        with self._db.read() as c:
            return looking.without_scope(c, Key(tenant=self._tenant, job=row.number))
