"""A job's life by itself."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ropeway.control.comparing import Comparing, opened, side
from ropeway.control.in_process.jobs import Jobs
from ropeway.control.protocol import CompareView, JobView, Limit, ProvisionView
from ropeway.control.settling import chosen
from ropeway.model.job import Guards, Retention, Schedule, Scope


class Lives(Jobs):
    """Implements `LifeCalls`."""

    def schedule_job(self, job: str, schedule: Schedule, *, revision: str | None = None) -> JobView:
        self._lifecycle.schedule(job, schedule, revision)
        return self.job(job)

    def scope_job(
        self,
        job: str,
        *,
        containers: Sequence[str] = (),
        groups: Sequence[str] = (),
        excluded_containers: Sequence[str] = (),
        nested_groups: bool = False,
        revision: str | None = None,
    ) -> JobView:
        row = self._row(job)
        anew = msgspec.structs.replace(row.settings, scope=Scope(nested_groups=nested_groups))
        scope = chosen(anew, containers, groups, excluded_containers, self._sources, row.number)
        self._lifecycle.scope(job, scope, revision)
        return self.job(job)

    def guard_job(self, job: str, guards: Guards, *, revision: str | None = None) -> JobView:
        self._lifecycle.guard(job, guards, revision)
        return self.job(job)

    def stage_job(self, job: str, staging: bool, *, revision: str | None = None) -> JobView:
        self._lifecycle.stage(job, staging, revision)
        return self.job(job)

    def keep_job_history(self, job: str, retention: Retention, *, revision: str | None = None) -> JobView:
        self._lifecycle.retain(job, retention, revision)
        return self.job(job)

    def notify(self, job: str, file: str, *, revision: str | None = None) -> JobView:
        self._lifecycle.notify(job, file, revision)
        return self.job(job)

    def try_notifications(self, job: str) -> None:
        self._lifecycle.try_notifications(job)

    def clear_quarantine(self, job: str) -> JobView:
        self._lifecycle.clear_quarantine(job)
        return self.job(job)

    def restart_job(self, job: str, scopes: Sequence[str] = ()) -> JobView:
        self._lifecycle.restart(job, scopes)
        return self.job(job)

    def provision(self, job: str, identifier: str, *, members: Sequence[str] = ()) -> ProvisionView:
        row = self._row(job)
        return self._on_demand.provision(row, self._names(identifier), [self._names(one) for one in members])

    def compare_jobs(self, job: str, other: str, *, state: str | None = None, limit: Limit = 200) -> CompareView:
        there = self._db if state is None else opened(state)
        try:
            return Comparing(side(self._db, self._tenant, job), side(there, self._tenant, other)).run(limit)
        finally:
            if there is not self._db:
                there.close()
