"""Rows of the state as the records that Control answers with."""

from __future__ import annotations

import time
from typing import Any

from ropeway.control.protocol import AuditView, CycleView, HoldView, JobView, QuarantineView, SignInView
from ropeway.control.revisions import revision_of
from ropeway.control.sources import source_name
from ropeway.engine.lifecycle.schedule import next_run
from ropeway.engine.lifecycle.standing import Quarantine, Standing
from ropeway.engine.records import Outcome
from ropeway.model.sign_in_errors import words_of
from ropeway.model.watermark import Watermark
from ropeway.store.jobs import JobRow
from ropeway.store.leases import Active
from ropeway.store.looking import Hold
from ropeway.store.sign_ins import SignIn
from ropeway.store.trail import Act


def iso(seconds: float | None) -> str | None:
    """Seconds since 1970 as ISO 8601."""
    return None if seconds is None else time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def told(watermark: Watermark | None) -> str | None:
    """A watermark in words."""
    if watermark is None:
        return None
    place = f", controller {watermark.controller}, USN {watermark.usn}" if watermark.controller else ""
    return f"{watermark.method}{place}, {iso(watermark.time)}"


def cycle_view(job: str, outcome: Outcome) -> CycleView:
    """What a cycle did."""
    kind: Any = outcome.kind
    result: Any = outcome.result
    return CycleView(
        job=job,
        kind=kind,
        result=result,
        read=outcome.read,
        decided=outcome.decided,
        exported=outcome.exported,
        held=outcome.held,
        failed=outcome.failed,
        waiting=outcome.waiting,
        seconds=outcome.seconds,
        problems=tuple(outcome.problems),
    )


def reason_of(standing: Standing) -> str:
    """Why a job is in quarantine, by Graph's word for it."""
    return standing.quarantine.reason.value if standing.quarantine else ""


def quarantine_view(quarantine: Quarantine | None) -> QuarantineView | None:
    """A quarantine for people."""
    if quarantine is None:
        return None
    return QuarantineView(
        reason=quarantine.reason.value,
        current_began=iso(quarantine.current_began) or "",
        next_attempt=iso(quarantine.next_attempt) or "",
        series_began=iso(quarantine.series_began) or "",
        series_count=quarantine.series_count,
        error=quarantine.error,
    )


def job_view(
    row: JobRow, counts: dict[str, dict[str, int]], holder: tuple[str, float] | None, now: float, active: Active | None
) -> JobView:
    """A job with its numbers."""
    return JobView(
        quarantine=quarantine_view(row.standing.quarantine),
        disabled=iso(row.standing.disabled),
        next_run=iso(next_run(row.settings, row.status, row.standing, now)),
        last_run=iso(row.standing.last_run),
        failures_in_row=row.standing.failures_in_row,
        stopped_by=row.standing.stopped.error if row.standing.stopped else None,
        active=f"{active.machine} since {iso(active.since)}" if active else None,
        id=row.id,
        name=row.name,
        status=row.status,
        source=source_name(row.settings.source),
        settings=row.settings,
        revision=revision_of(row.settings),
        last_success=iso(row.last_success),
        watermark=told(row.watermark),
        running=f"{holder[0]} since {iso(holder[1])}" if holder else None,
        entries=counts["entries"],
        linked=counts["linked"],
        problems=row.problems,
        **counts["work"],
    )


def hold_view(hold: Hold, sample: list[str]) -> HoldView:
    """A hold with some of what it keeps back."""
    return HoldView(
        number=hold.number,
        what=hold.what,
        type=hold.type,
        count=hold.count,
        digest=hold.digest,
        cause=hold.cause,
        created=iso(hold.created) or "",
        approved=iso(hold.approved),
        sample=tuple(sample),
    )


def act_view(act: Act) -> AuditView:
    """A line of the audit trail."""
    return AuditView(
        time=iso(act.time) or "",
        who=act.who,
        action=act.action,
        subject=act.subject,
        outcome=act.outcome,
        details=dict(act.details or {}),
        request=act.request,
    )


def sign_in_view(one: SignIn) -> SignInView:
    """A line of the sign-in log."""
    return SignInView(
        time=iso(one.time) or "",
        who=one.name,
        application=one.application_name,
        way=one.way,
        resource=one.resource,
        address=one.address,
        error=one.error,
        reason=words_of(one.error),
        request=one.request,
    )
