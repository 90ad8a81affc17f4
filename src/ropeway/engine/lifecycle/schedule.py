"""When a job runs next.

Source: how-to-connect-sync-feature-scheduler (30 minutes, seven days); cloud-sync/concept-how-it-works (2 minutes);
Graph synchronizationSchedule (PT40M).
"""

from __future__ import annotations

from ropeway.engine.lifecycle.standing import Standing
from ropeway.model.job import JobSettings, JobStatus

HOUR = 3600.0

SEVEN_DAYS = 7 * 86400.0
"""A delta that comes later than this after the last good cycle is no longer trusted: everything is read."""

QUIET_FROM = 30.0
"""Seconds: jobs with a longer interval give lease and connection back between their cycles."""

AT_ONCE = 0.0
"""A moment that is past on every clock."""

WATCHED = 120.0
"""Seconds between two cycles of a job that agents watch, if none of them says that something changed."""


APART = 10.0
"""Seconds at least between two such cycles, though an object is to be decided again sooner."""


def pace(settings: JobSettings) -> float | None:
    """Seconds from the beginning of one cycle to the next; None: it stays connected, and polls."""
    if settings.schedule.every is None and settings.source.through == "agents":
        return WATCHED
    return settings.schedule.every


def interval(settings: JobSettings) -> float:
    """Seconds between two cycles of a healthy job."""
    return settings.poll_seconds if settings.schedule.every is None else settings.schedule.every


def rests(settings: JobSettings) -> bool:
    """Whether a job is told to do nothing between its cycles, instead of being ready all the time."""
    every = settings.schedule.every
    return settings.source.through == "agents" or (every is not None and every >= QUIET_FROM)


def due(settings: JobSettings, status: str, standing: Standing) -> float | None:
    """When the job is to run next, which may be long past; None: not by itself. It changes only with what is given."""
    if status == JobStatus.PAUSED.value or standing.disabled is not None:
        return None
    if standing.run_now or standing.owed or (standing.restart and standing.quarantine is None):
        return AT_ONCE
    if settings.schedule.off:
        return None
    if standing.quarantine is not None:
        return standing.quarantine.next_attempt
    every, last = pace(settings), standing.last_run
    if every is None or last is None:
        return AT_ONCE
    again = standing.look_again
    if settings.schedule.every is not None or again is None or again <= last:
        return last + every
    return min(last + every, max(again, last + APART))


def next_run(settings: JobSettings, status: str, standing: Standing, now: float) -> float | None:
    """When the job runs next by itself, not before now; None: not by itself."""
    found = due(settings, status, standing)
    if found is None:
        return None
    set_back = standing.quarantine is None and standing.last_run is not None and standing.last_run > now
    return now if set_back else max(now, found)


def is_ready(settings: JobSettings, standing: Standing) -> bool:
    """Whether a job that runs may go on polling."""
    return standing.quarantine is None and standing.disabled is None and not settings.schedule.off


def is_news(settings: JobSettings, standing: Standing, began: float) -> bool:
    """Whether the beginning of a cycle is worth a write: to the second for a schedule, to the hour for polling."""
    last = standing.last_run
    return last is None or pace(settings) is not None or not 0 <= began - last < HOUR


def is_too_late_for_delta(last_run: float | None, now: float) -> bool:
    """The seven-day rule."""
    return last_run is not None and now - last_run > SEVEN_DAYS


ROOM = 20.0
"""Seconds for which a job is left to whoever asked for it."""


def makes_room(standing: Standing, now: float) -> bool:
    """Whether somebody else wants the job just now, perhaps by a clock that is a little ahead of ours."""
    return standing.room_wanted is not None and abs(now - standing.room_wanted) < ROOM


def due_with_room(settings: JobSettings, status: str, standing: Standing) -> float | None:
    """When whoever works off all jobs is to look at this one: `due`, but not while somebody else wants it."""
    found = due(settings, status, standing)
    if found is None or standing.room_wanted is None:
        return found
    return max(found, standing.room_wanted + ROOM)
