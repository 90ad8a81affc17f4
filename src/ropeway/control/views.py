"""Rows of the state as the records that Control answers with."""

from __future__ import annotations

import time
from typing import Any

from ropeway.control.protocol import CycleView, HoldView, JobView
from ropeway.control.sources import source_name
from ropeway.engine.records import Outcome
from ropeway.model.watermark import Watermark
from ropeway.store.jobs import JobRow
from ropeway.store.looking import Hold


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


def job_view(row: JobRow, counts: dict[str, dict[str, int]], holder: tuple[str, float] | None) -> JobView:
    """A job with its numbers."""
    return JobView(
        id=row.id,
        name=row.name,
        status=row.status,
        source=source_name(row.settings.source),
        settings=row.settings,
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
