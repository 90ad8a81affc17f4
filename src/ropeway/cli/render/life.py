"""A job's life: schedule, quarantine, which machine."""

from __future__ import annotations

from collections.abc import Iterator

from ropeway.cli.times import interval_words, local
from ropeway.control.protocol import JobView
from ropeway.model.job import JobSettings
from ropeway.model.problems import title_of


def every_words(settings: JobSettings) -> str:
    """How often a job runs."""
    if settings.schedule.off:
        return "only when somebody says so"
    if settings.schedule.every is None and settings.source.through == "agents":
        return "when an agent sees a change, and every 2 minutes anyway"
    if settings.schedule.every is None:
        return f"all the time, looking for changes every {interval_words(settings.poll_seconds)}"
    return f"every {interval_words(settings.schedule.every)}"


def stopped_words(job: JobView) -> str:
    """How often a job was stopped in a row, and the last time by what."""
    return f"{job.failures_in_row:,}" + (f", last by: {title_of(job.stopped_by)}" if job.stopped_by else "")


def life_rows(job: JobView) -> Iterator[tuple[str, str]]:
    """Schedule, next run, machine, quarantine."""
    yield "Schedule", every_words(job.settings)
    yield "Next run", local(job.next_run, never="not by itself")
    if job.active:
        machine, _, since = job.active.partition(" since ")
        yield "Active machine", f"{machine}, since {local(since)}"
    if job.failures_in_row:
        yield "Stopped in a row", stopped_words(job)
    if job.quarantine:
        yield "Quarantine", f"{job.quarantine.reason}, since {local(job.quarantine.current_began)}"
        yield "Next attempt", f"{local(job.quarantine.next_attempt)}, after {job.quarantine.series_count:,}"
    if job.disabled:
        yield "Disabled", local(job.disabled)
    kept = job.settings.retention
    yield "History", f"log {kept.log} days, runs {kept.cycles} days"
    if job.settings.notifications:
        yield "Tells", f"as {job.settings.notifications} says"
