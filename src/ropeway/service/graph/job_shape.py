"""A job as Graph's synchronizationJob: schedule, status, settings (graph-scim.md B2, B3)."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection

from ropeway.engine.lifecycle.schedule import interval
from ropeway.engine.lifecycle.standing import Quarantine, Stopped
from ropeway.model.job import JobStatus
from ropeway.model.problems import Problem, describe
from ropeway.model.templates import TEMPLATE_OF
from ropeway.service.graph import job_settings
from ropeway.service.graph.counting import Counting, Counts
from ropeway.service.graph.durations import time_or_never, told_duration, told_time
from ropeway.service.graph.opaque import CYCLE, Opaque
from ropeway.store import executions
from ropeway.store.executions import Advance, Execution, Executions
from ropeway.store.jobs import JobRow
from ropeway.store.rows import Key

RESULTS = {"stopped": "Failed", "completed-with-errors": "EntryLevelErrors"}
"""Of cycles; every other one succeeded."""
COUNTS = (
    "countEntitled",
    "countEntitledForProvisioning",
    "countEscrowed",
    "countEscrowedRaw",
    "countExported",
    "countExports",
    "countImported",
    "countImportedDeltas",
    "countImportedReferenceDeltas",
)


class Facts(NamedTuple):
    """What is known of a job beside its own row."""

    executions: Executions
    advance: Advance | None
    linked: Counts
    escrowed: int
    numbers: Opaque


def facts_of(c: Connection, key: Key, counting: Counting, numbers: Opaque) -> Facts:
    """Everything that the job's status tells."""
    return Facts(
        executions.executions(c, key),
        executions.advance(c, key),
        counting.linked(c, key),
        executions.escrowed(c, key),
        numbers,
    )


def job_value(row: JobRow, facts: Facts) -> dict[str, Any]:
    """The job."""
    return {
        "id": row.id,
        "templateId": TEMPLATE_OF[row.settings.source.kind],
        "schedule": {
            "expiration": None,
            "interval": told_duration(interval(row.settings)),
            "state": schedule_state(row),
        },
        "status": _status(row, facts),
        "synchronizationJobSettings": job_settings.told(row.settings),
    }


def schedule_state(row: JobRow) -> str:
    """Active, Paused by somebody, or Disabled: by four weeks of quarantine, or because nobody started it yet."""
    if row.standing.disabled is not None:
        return "Disabled"
    if row.status == JobStatus.PAUSED.value:
        return "Paused"
    return "Disabled" if row.settings.schedule.off else "Active"


def _status(row: JobRow, facts: Facts) -> dict[str, Any]:
    told = facts.executions
    first = told.first_successful.ended if told.first_successful else row.last_success
    return {
        "code": row.status,
        "countSuccessiveCompleteFailures": row.standing.failures_in_row,
        "escrowsPruned": False,
        "lastExecution": _stopped(row.standing.stopped, told.last) or _execution(told.last, facts),
        "lastSuccessfulExecution": _execution(told.last_successful, facts),
        "lastSuccessfulExecutionWithExports": _execution(told.last_with_exports, facts),
        "progress": [_progress(facts.advance)] if facts.advance else [],
        "quarantine": _quarantine(row.standing.quarantine),
        "steadyStateFirstAchievedTime": time_or_never(first),
        "steadyStateLastAchievedTime": time_or_never(row.last_success),
        "synchronizedEntryCountByType": [
            {"key": f"{source} to {target}", "value": count} for (source, target), count in facts.linked.items()
        ],
        "troubleshootingUrl": None,
    }


def _execution(one: Execution | None, facts: Facts) -> dict[str, Any] | None:
    """Graph's synchronizationTaskExecution; its identifier is the cycle's in the log."""
    if one is None:
        return None
    outcome, delta = one.outcome, one.outcome.kind != "initial"
    return {
        "activityIdentifier": facts.numbers.id(CYCLE, one.number),
        "countEntitled": outcome.decided,
        "countEntitledForProvisioning": sum(facts.linked.values()),
        "countEscrowed": facts.escrowed,
        "countEscrowedRaw": outcome.failed,
        "countExported": one.exports,
        "countExports": one.exports,
        "countImported": outcome.read,
        "countImportedDeltas": outcome.read if delta else 0,
        "countImportedReferenceDeltas": 0,
        "state": RESULTS.get(outcome.result, "Succeeded"),
        "error": _error(outcome.problems[0]) if outcome.problems and not one.succeeded else None,
        "timeBegan": told_time(one.began),
        "timeEnded": told_time(one.ended),
    }


def _stopped(found: Stopped | None, last: Execution | None) -> dict[str, Any] | None:
    """What keeps the job from beginning a cycle at all, where that is newer than the last one: no cycle tells of it."""
    if found is None or (last is not None and last.ended > found.since):
        return None
    counts = dict.fromkeys(COUNTS, 0)
    when = told_time(found.since)
    return {"activityIdentifier": None, **counts, "state": "Failed", "error": _error(found.error),
            "timeBegan": when, "timeEnded": when}  # fmt: skip


def _progress(advance: Advance) -> dict[str, Any]:
    return {
        "completedUnits": advance.done,
        "totalUnits": advance.total or 0,
        "units": f"objects ({advance.stage})",
        "progressObservationDateTime": told_time(advance.updated),
    }


def _quarantine(found: Quarantine | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "currentBegan": told_time(found.current_began),
        "nextAttempt": told_time(found.next_attempt),
        "seriesBegan": told_time(found.series_began),
        "seriesCount": found.series_count,
        "reason": found.reason.value,
        "error": _error(found.error) if found.error else None,
    }


def _error(problem: Problem) -> dict[str, Any]:
    return {"code": problem.code, "message": describe(problem), "tenantActionable": True}
