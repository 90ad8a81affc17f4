"""Jobs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ropeway.cli.output import Block, Heading, Table
from ropeway.cli.render.life import life_rows, stopped_words
from ropeway.cli.render.words import Command, counted, problem_lines
from ropeway.cli.safe import brief
from ropeway.cli.times import local
from ropeway.control.protocol import JobView
from ropeway.model.job import Guard, Guards, JobSettings, Scope


def table(jobs: Sequence[JobView], place: str) -> Iterator[Block]:
    """All jobs, one a row."""
    if not jobs:
        yield f"There is no job in {place} yet. See: ropeway job create --help"
        return
    numbers = ("Linked", "Due", "Held", "Aside")
    rows = [
        (
            job.name,
            job.source,
            f"{job.status}, running" if job.running else job.status,
            local(job.last_success),
            f"{sum(job.linked.values()):,}",
            f"{job.due + job.pending:,}",
            f"{job.held:,}",
            f"{job.escrowed:,}",
        )
        for job in jobs
    ]
    yield Table(("Job", "Source", "Status", "Last success", *numbers), rows, numbers=frozenset(numbers))
    for job in jobs:
        if job.failures_in_row:
            yield f"{job.name}: stopped in a row: {stopped_words(job)}"
        yield from problem_lines(job.problems, f"{job.name}: ")


def details(job: JobView, command: Command) -> Iterator[Block]:
    """Everything about one job."""
    yield Heading(f"{job.name} ({job.id})")
    yield Table(("", ""), [*_state(job), *_settings(job.settings)])
    types = sorted({*job.entries, *job.linked})
    if types:
        yield ""
        rows = [(t, f"{job.entries.get(t, 0):,}", f"{job.linked.get(t, 0):,}") for t in types]
        yield Table(("Type", "In the source", "Linked"), rows, numbers=frozenset({"In the source", "Linked"}))
    if job.held:
        yield f"What is held, and how to approve it: {command('job', 'holds', job.name)}"
    if job.escrowed:
        yield f"What was set aside, and why: {command('log', '--job', job.name, '--status', 'failure')}"
    yield from problem_lines(job.problems)


def _state(job: JobView) -> Iterator[tuple[str, str]]:
    yield "Source", job.source
    yield "Status", job.status
    yield "Running", job.running or "no"
    yield from life_rows(job)
    yield "Last success", local(job.last_success)
    yield "Watermark", job.watermark or "none: the next run reads everything"
    yield "Revision of settings", job.revision
    yield "To decide", f"{job.due:,}"
    yield "To write", f"{job.pending:,}"
    yield "Held", f"{job.held:,}"
    yield "Set aside", f"{job.escrowed:,}"


def _settings(settings: JobSettings) -> Iterator[tuple[str, str]]:
    for name, value in sorted(settings.source.settings.items()):
        yield f"{settings.source.kind}: {name}", brief(value)
    yield from scope_rows(settings.scope)
    changed = f" with {counted(len(settings.edits), 'change')}" if settings.edits else ""
    yield "Rules", "a schema of its own" if settings.schema else f"the default schema{changed}"
    yield from guard_rows(settings.guards)
    for type_, departure in settings.departure.items():
        yield f"A {type_} that left", departure
    yield "Precedence", str(settings.precedence)
    if settings.staging:
        yield "Staging", "plans only, never writes"


def scope_rows(scope: Scope) -> Iterator[tuple[str, str]]:
    """Which containers and groups are chosen, with the names that they had then; nothing where all is in scope."""
    for title, anchors in (
        ("Containers", scope.containers),
        ("Without", scope.excluded_containers),
        ("Members of", scope.groups),
    ):
        for anchor in anchors:
            yield title, f"{scope.names.get(anchor, '?')} ({anchor})"
    if scope.groups:
        yield "Nested groups", "count" if scope.nested_groups else "do not count"


def guard_rows(guards: Guards) -> Iterator[tuple[str, str]]:
    """Every guard, those of single types last."""
    for what in ("deletes", "disables", "members", "emptied"):
        yield f"Guard on {what}", guard_words(getattr(guards, what))
    for type_, by_what in guards.by_type.items():
        for what, guard in by_what.items():
            yield f"Guard on {type_} {what}", guard_words(guard)


def guard_words(guard: Guard) -> str:
    """When a guard trips, in words."""
    return f"more than {guard.most:,}, or more than {guard.percent} % and at least {guard.at_least:,}"
