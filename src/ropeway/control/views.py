"""Rows of the state as the records that Control answers with."""

from __future__ import annotations

import time
from typing import Any

from ropeway.control.protocol import CycleView, EventView, HoldView, JobView
from ropeway.control.sources import source_name
from ropeway.engine.records import Outcome
from ropeway.model.changes import Kind
from ropeway.model.values import unpack
from ropeway.model.watermark import Watermark
from ropeway.store.jobs import JobRow
from ropeway.store.looking import Event, Hold


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


def event_view(event: Event, job: str) -> EventView:
    """A line of the provisioning log, with the steps that led to it."""
    status: Any = event.status
    return EventView(
        id=event.id,
        time=iso(event.time) or "",
        job=job,
        cycle=event.cycle,
        action=event.action,
        status=status,
        type=event.type,
        object=event.object,
        anchor=event.anchor,
        target=event.target,
        modified=unpack(event.modified),
        steps=steps_of(event),
        problem=event.problem,
    )


def steps_of(event: Event) -> tuple[dict[str, Any], ...]:
    """The seven stages of one change, as far as it came (Graph: provisioningStep)."""
    if event.action == "other":
        failed = {"name": event.decision, "type": event.decision, "status": "failure", "description": ""}
        return (failed,)
    by, _, target = event.decision.partition("\n")
    matched = f"matched {target} by {by}" if by else "matched nothing" if event.action == "create" else "linked before"
    gone = event.action == Kind.DELETE.value
    name = f"EntryExport{event.action.capitalize()}"
    return (
        {"name": "EntryImport", "type": "import", "status": "success", "description": event.object},
        {"name": "EntrySynchronizationScoping", "type": "scoping", "status": "success",
         "description": "left the scope or was deleted" if gone else "in scope"},
        {"name": "EntryMatching", "type": "matching", "status": "success", "description": matched},
        {"name": name, "type": "referenceResolution" if event.action == "links" else "export",
         "status": event.status, "description": f"{len(unpack(event.modified))} attributes"},
    )  # fmt: skip
