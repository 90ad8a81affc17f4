"""An installation on one screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ropeway.cli.output import Block, Heading, Table
from ropeway.cli.render.words import counted, problem_lines
from ropeway.cli.times import duration, local
from ropeway.control.service_views import ServiceView
from ropeway.model.problems import Severity, known

SHOWN = 20
"""Jobs without a trouble of their own that are shown."""


def needs_a_person(view: ServiceView) -> bool:
    """Whether anything is worse than a remark."""
    return any(known(problem.code).severity is not Severity.INFO for problem in view.problems)


def status_blocks(view: ServiceView, place: str) -> Iterator[Block]:
    """What is wrong first, then how everything is; `place` is the state's, or the service that was asked."""
    if view.problems:
        yield Heading("This needs somebody")
        yield from problem_lines(view.problems, "  ")
    else:
        yield Heading("Nothing needs anybody")
    yield ""
    yield Table(("", ""), [*_house(view, place)])
    yield from _processes(view)
    yield from _jobs(view)
    yield from _agents(view)


def _house(view: ServiceView, place: str) -> Iterator[tuple[str, str]]:
    free = "" if view.free is None else f", {sized(view.free)} free"
    kind = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[view.database]
    is_service = place.startswith("https://")
    if is_service:
        yield "Service", place
    state = kind if is_service else f"{kind}, {place}"
    yield "State", f"{state}, version {view.schema}, {sized(view.size)}{free}"
    last = view.last_backup
    backed = f"{local(last.time)}, {last.place} on {last.machine}, {sized(last.bytes)}" if last else "none is known"
    yield "Last backup", backed
    for name, expires in view.certificates.items():
        yield f"Certificate: {name}", f"good until {local(expires)}"
    waiting = [f"{count} {state}" for state, count in sorted(view.errands.items()) if state != "done"]
    yield "Calls for workers", ", ".join(waiting) or "none waits"
    if view.messages:
        yield "Messages to send", f"{view.messages:,}"
    yield "Program", f"ropeway {view.version}"


def _processes(view: ServiceView) -> Iterator[Block]:
    yield ""
    if not view.processes:
        yield "No process of a service is known."
        return
    rows = [
        (p.role, p.machine, p.version, local(p.since), local(p.heard) if p.alive else f"{local(p.heard)}: gone")
        for p in view.processes
    ]
    yield Table(("Process", "Machine", "Version", "Since", "Last heard of"), rows)


def _jobs(view: ServiceView) -> Iterator[Block]:
    yield ""
    if not view.jobs:
        yield "There is no job yet."
        return
    named = {problem.object for problem in view.problems}
    ordered = sorted(view.jobs, key=lambda job: job.name not in named)
    shown = ordered[: max(SHOWN, sum(job.name in named for job in ordered))]
    numbers = ("Due", "To write", "Held", "Aside")
    rows = [
        (
            job.name,
            f"{job.status}, running" if job.running else job.status,
            local(job.last_good),
            *(f"{number:,}" for number in (job.due, job.pending, job.held, job.escrowed)),
        )
        for job in shown
    ]
    yield Table(("Job", "Status", "Last good cycle", *numbers), rows, numbers=frozenset(numbers))
    if len(shown) < len(ordered):
        yield f"and {counted(len(ordered) - len(shown), 'job')} without trouble"


def _agents(view: ServiceView) -> Iterator[Block]:
    if view.agents:
        yield ""
        numbers = ("Active", "Inactive", "Removed")
        rows = [
            (a.domain, f"{a.active:,}", f"{a.inactive:,}", f"{a.removed:,}", local(a.last_heard)) for a in view.agents
        ]
        yield Table(("Domain", *numbers, "Last heard of"), rows, numbers=frozenset(numbers))


def backup_words(place: str, rows: int, size: int, seconds: float, removed: Sequence[str]) -> Iterator[str]:
    """What was written, and what went for it."""
    yield f"{place}: {rows:,} rows, {sized(size)}, in {duration(seconds)}."
    if removed:
        yield f"Removed {counted(len(removed), 'older backup')}."


def sized(size: int) -> str:
    """A size for people: `1.4 kB`, `23.0 MB`."""
    unit, name = next(((10**n, name) for n, name in ((9, "GB"), (6, "MB"), (3, "kB")) if size >= 10**n), (1, "B"))
    return f"{size / unit:,.1f} {name}"
