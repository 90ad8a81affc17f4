"""Jobs: made, looked at, approved, ended."""

from __future__ import annotations

import time
from collections.abc import Sequence

import msgspec

from ropeway.control import switches
from ropeway.control.heartbeat import heartbeat
from ropeway.control.holder import a_run
from ropeway.control.in_process.staying import Staying
from ropeway.control.protocol import (
    HoldView,
    JobView,
    LiveView,
)
from ropeway.control.room import room
from ropeway.control.runner import runner
from ropeway.control.running import dead_holders, trouble
from ropeway.control.settling import settled
from ropeway.control.views import hold_view, job_view
from ropeway.control.watching import live_view
from ropeway.model.definition import DirectoryDefinition
from ropeway.model.job import JobSettings, JobStatus, SourceSettings
from ropeway.model.problems import Problem, RopewayError
from ropeway.store import holding, jobs, leases, looking
from ropeway.store.rows import Key
from ropeway.store.state import SqlState


class Jobs(Staying):
    """Implements `JobCalls`, but for what reads the source."""

    def create_job(
        self,
        settings: JobSettings,
        *,
        containers: Sequence[str] = (),
        groups: Sequence[str] = (),
        excluded_containers: Sequence[str] = (),
    ) -> JobView:
        settings = switches.new_settings(settings, self._directory)
        settings = settled(settings, containers, groups, excluded_containers, self._sources)
        with trouble(), self._db.write() as c:
            row = jobs.create(c, self._db, self._tenant, settings, time.time())
        self._schemas.begin(row)
        return self.job(row.id)

    def describe_source(self, *, job: str | None = None, source: SourceSettings | None = None) -> DirectoryDefinition:
        row = self._row(job) if job is not None else None
        settings = row.settings.source if row is not None else source
        if settings is None:
            raise RopewayError(
                Problem("source-settings-invalid", object="source", details={"reason": "There is none."})
            )
        opened = self._sources(settings, row.number if row is not None else 0)
        try:
            return opened.describe()
        finally:
            opened.close()

    def check_source(self, job: str) -> None:
        self.describe_source(job=job)

    def discover(self, job: str) -> DirectoryDefinition:
        return self.describe_source(job=job)

    def jobs(self) -> Sequence[JobView]:
        with trouble(), self._db.read() as c:
            rows = jobs.every(c, self._tenant)
        return [self.job(row.id) for row in rows]

    def job(self, job: str) -> JobView:
        now = time.time()
        with trouble(), self._db.read() as c:
            row = jobs.find(c, self._tenant, job)
            key = Key(tenant=self._tenant, job=row.number)
            holder, cut_off = runner(c, key, row.name, now)
            view = job_view(row, looking.counts(c, key), holder, now, leases.active(c, key))
        is_off = switches.is_of_premises(row.settings.source) and self._directory.features().off
        off = (Problem("synchronization-off", object=row.name),) if is_off else ()
        found = (*off, *view.problems, *cut_off, *self._lifecycle.problems(row), *self._schemas.problems(row))
        return msgspec.structs.replace(view, problems=found)

    def live(self, job: str) -> LiveView:
        now = time.time()
        with trouble(), self._db.read() as c:
            row = jobs.find(c, self._tenant, job)
            return live_view(c, row, Key(tenant=self._tenant, job=row.number), now)

    def holds(self, job: str) -> Sequence[HoldView]:
        row = self._row(job)
        key = Key(tenant=self._tenant, job=row.number)
        with trouble(), self._db.read() as c:
            return [hold_view(h, looking.hold_sample(c, key, h.number, 10)) for h in looking.holds(c, key)]

    def approve(self, job: str, hold: int, digest: str | None = None) -> HoldView:
        row = self._row(job)
        key = Key(tenant=self._tenant, job=row.number)
        with trouble(), self._db.write() as c:
            holding.recount(c, key, hold)
            found = next((h for h in looking.holds(c, key) if h.number == hold), None)
            if found is None:
                raise RopewayError(Problem("hold-unknown", object=row.name, value=str(hold)))
            if digest is not None and digest != found.digest:
                raise RopewayError(Problem("hold-changed", object=row.name, details={"digest": found.digest}))
            now = time.time()
            holding.approve(c, key, hold, now)
            self._lifecycle.run_soon(c, row.number)
            found = msgspec.structs.replace(found, approved=now)
            return hold_view(found, looking.hold_sample(c, key, hold, 10))

    def pause_job(self, job: str) -> JobView:
        row = self._row(job)
        with trouble(), self._db.write() as c:
            jobs.set_status(c, row.number, JobStatus.PAUSED, row.problems)
        return self.job(row.id)

    def resume_job(self, job: str) -> JobView:
        self._lifecycle.resume(job)
        return self.job(job)

    def delete_job(self, job: str, *, keep: bool) -> int:
        row = self._row(job)
        with trouble(), a_run() as holder:
            state = SqlState(self._db, self._tenant, row.number)

            def take() -> None:
                state.acquire(holder, dead_holders(self._db, self._tenant, row.number))

            with room(self._db, row.number, take), heartbeat(state.renew):
                done = self._directory.keep_job(row.number) if keep else self._directory.withdraw_job(row.number)
                jobs.erase(self._db, Key(tenant=self._tenant, job=row.number))
                self._schemas.forget(row)
                self._lifecycle.forget(row)
        return done
