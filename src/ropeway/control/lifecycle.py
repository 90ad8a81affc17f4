"""A job's life, as people steer it: schedule, quarantine, restart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from ropeway.control.notifying.courier import send
from ropeway.control.notifying.letter import letter
from ropeway.control.notifying.settings import read_settings
from ropeway.control.revisions import refuse_changed
from ropeway.control.running import trouble
from ropeway.control.settling import refuse_unfit_retention, refuse_unfit_schedule
from ropeway.control.views import iso
from ropeway.engine.lifecycle.notices import Event
from ropeway.engine.lifecycle.quarantine import lifted
from ropeway.engine.lifecycle.restarts import CLEAR_QUARANTINE, scope_of
from ropeway.engine.lifecycle.restarts import Scope as Reset
from ropeway.engine.lifecycle.standing import Reason, Standing
from ropeway.engine.work import ESCROW_ENDS
from ropeway.model.job import Guards, JobSettings, JobStatus, Retention, Schedule, Scope
from ropeway.model.problems import Problem, RopewayError, describe
from ropeway.store import holding, jobs, lifecycle, looking, outbox
from ropeway.store.database import Database
from ropeway.store.jobs import JobRow
from ropeway.store.rows import Key

MEANING = {
    Reason.BASE: "more than 40,000 objects fail.",
    Reason.TOTAL: "more than 60,000 objects fail, those included of which only links fail.",
    Reason.PROPORTION: "at least 5,000 objects fail, and they are more than 40 % of all.",
    Reason.EXCEPTION: "the source refuses the job's account, or is not the one it was.",
    Reason.TOO_MANY_DELETES: "the source was read and is empty, and everybody's deletion is held.",
}


class Lifecycle:
    """What `Control` does about the life of jobs. Nothing here needs the lease: the next cycle carries out the rest."""

    def __init__(self, database: Database, tenant: int, clock: Callable[[], float]) -> None:
        self._db = database
        self._tenant = tenant
        self._clock = clock

    def schedule(self, job: str, schedule: Schedule, revision: str | None) -> None:
        """Change when a job runs by itself."""
        refuse_unfit_schedule(job, schedule)
        self._change_settings(job, revision, lambda now: msgspec.structs.replace(now, schedule=schedule))

    def scope(self, job: str, scope: Scope, revision: str | None) -> None:
        """Change which objects a job is about."""
        self._change_settings(job, revision, lambda now: msgspec.structs.replace(now, scope=scope))

    def guard(self, job: str, guards: Guards, revision: str | None) -> None:
        """Change how much may be taken away before somebody must approve; holds that exist stay."""
        self._change_settings(job, revision, lambda now: msgspec.structs.replace(now, guards=guards))

    def stage(self, job: str, staging: bool, revision: str | None) -> None:
        """Change whether a job plans only; what is planned stays."""
        self._change_settings(job, revision, lambda now: msgspec.structs.replace(now, staging=staging))

    def retain(self, job: str, retention: Retention, revision: str | None) -> None:
        """Change how long a job's history is kept."""
        refuse_unfit_retention(job, retention)
        self._change_settings(job, revision, lambda now: msgspec.structs.replace(now, retention=retention))

    def notify(self, job: str, file: str, revision: str | None) -> None:
        """Change whom to tell; a file that would not do is refused."""
        path = str(Path(file).resolve()) if file else ""
        if path:
            read_settings(path)
        self._change_settings(job, revision, lambda now: msgspec.structs.replace(now, notifications=path))

    def try_notifications(self, job: str) -> None:
        """Send a trial message now; RopewayError `notification-unsent` where it does not arrive."""
        with trouble(), self._db.read() as c:
            row = jobs.find(c, self._tenant, job)
        if not row.settings.notifications:
            raise RopewayError(Problem("notifications-missing", object=row.name))
        words = letter(Event.TRIAL, row.name, row.id, self._clock(), None, 0)
        _, failure = send(read_settings(row.settings.notifications), words)
        if failure is not None:
            raise RopewayError(failure)

    def _change_settings(self, job: str, revision: str | None, changed: Callable[[JobSettings], JobSettings]) -> None:
        with trouble(), self._db.write() as c:
            row = jobs.locked(c, jobs.find(c, self._tenant, job).number)
            refuse_changed(row, revision)
            jobs.change_settings(c, row.number, changed(row.settings))

    def clear_quarantine(self, job: str) -> None:
        """QuarantineState and Escrows; the watermark stays."""
        self._ask_for(job, CLEAR_QUARANTINE)

    def restart(self, job: str, scopes: Sequence[str]) -> None:
        """Reset what the scopes name."""
        self._ask_for(job, scope_of(scopes))

    def _ask_for(self, job: str, scope: Reset) -> None:
        with trouble(), self._db.write() as c:
            row = jobs.find(c, self._tenant, job)
            if Reset.FORCE_DELETES in scope:
                self._approve_deletes(c, row)
            self._stand(c, row.number, lambda now: _asked(now, scope))

    def _approve_deletes(self, c: Connection, row: JobRow) -> None:
        key = Key(tenant=self._tenant, job=row.number)
        for hold in looking.holds(c, key):
            if hold.approved is None and hold.what in ("deletes", "disables"):
                holding.recount(c, key, hold.number)
                holding.approve(c, key, hold.number, self._clock())

    def run_soon(self, c: Connection, number: int) -> None:
        """Somebody removed what the job may be waiting for."""
        self._stand(c, number, lambda now: msgspec.structs.replace(now, run_now=True) if now.quarantine else now)

    def _stand(self, c: Connection, number: int, changed: Callable[[Standing], Standing]) -> None:
        lifecycle.change_standing(c, number, changed, self._clock())

    def resume(self, job: str) -> None:
        """Graph's start: a paused or disabled job goes on, and a quarantine is lifted."""
        with trouble(), self._db.write() as c:
            row = jobs.find(c, self._tenant, job)
            jobs.set_status(c, row.number, JobStatus.ACTIVE, row.problems)
            self._stand(c, row.number, lifted)

    def try_again(self, objects: Iterable[tuple[int, str]]) -> list[JobRow]:
        """Source objects, by job and anchor, are decided anew without their past failures; the jobs concerned."""
        with trouble(), self._db.write() as c:
            rows = {row.number: row for row in jobs.every(c, self._tenant)}
            mine = [(number, anchor) for number, anchor in objects if number in rows]
            for number, anchor in mine:
                lifecycle.try_again(c, Key(tenant=self._tenant, job=number), anchor)
        return [rows[number] for number in dict.fromkeys(number for number, _ in mine)]

    def forget(self, row: JobRow) -> None:
        """A deleted job has no messages."""
        with trouble(), self._db.write() as c:
            outbox.drop(c, row.number)

    def problems(self, row: JobRow) -> Iterator[Problem]:
        """What is to be said about a job's standing."""
        standing = row.standing
        if standing.disabled is not None:
            reason = standing.quarantine.reason.value if standing.quarantine else ""
            yield Problem("job-disabled", row.name, details={"since": iso(standing.disabled) or "", "reason": reason})
        elif (quarantine := standing.quarantine) is not None:
            details = {
                "reason": quarantine.reason.value,
                "meaning": MEANING[quarantine.reason],
                "since": iso(quarantine.current_began) or "",
                "next": iso(quarantine.next_attempt) or "",
            }
            yield Problem("job-quarantined", row.name, details=details)
        with trouble(), self._db.read() as c:
            ended = lifecycle.retries_ended(c, Key(tenant=self._tenant, job=row.number), ESCROW_ENDS)
            late, failure = outbox.failing(c, row.number)
        if ended:
            yield Problem("retries-ended", row.name, details={"count": f"{ended:,}"})
        if failure is not None:
            yield Problem("notifications-late", row.name, details={"count": f"{late:,}", "why": describe(failure)})


def _asked(now: Standing, scope: Reset) -> Standing:
    """A standing with the request for the next cycle; the quarantine is lifted at once."""
    if Reset.QUARANTINE_STATE in scope:
        now = lifted(now)
    deferred = scope & ~(Reset.QUARANTINE_STATE | Reset.FORCE_DELETES)
    return msgspec.structs.replace(now, restart=now.restart | deferred, run_now=True)
