"""`ropeway job watch`: a job live."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from shutil import get_terminal_size
from typing import Annotated

import typer
from msgspec.structs import replace

from ropeway.cli import output
from ropeway.cli.exits import Code, of_cycle
from ropeway.cli.follow import Stop, ended_by_signals, nobody_reads
from ropeway.cli.job_life import Job
from ropeway.cli.render.live import live_lines, news_lines, stage_line
from ropeway.cli.safe import folded, safe
from ropeway.cli.session import Session, current
from ropeway.control.protocol import Control, LiveView
from ropeway.model.problems import RopewayError, describe

EVERY = 0.5
"""Seconds between two looks."""

REPEATED = 10.0
"""Seconds between two lines about the same stage where stdout is no terminal."""

PASSES = frozenset({"service-unreachable", "database-trouble"})
"""Problem codes that a service which is started again leaves behind."""

PATIENCE = 60.0
"""Seconds for which such a problem is only told."""


def watch(
    context: typer.Context,
    job: Job,
    once: Annotated[bool, typer.Option("--once", help="Say how it is now, and end.")] = False,
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="End once it has run and nothing waits; with the last run's exit code.")
    ] = False,
) -> int:
    """A job live: its running cycle, the last ones, the next. Ctrl-C ends it.

    At a terminal the picture is drawn anew twice a second. Elsewhere what happens is told line by line; with --json
    every change is a record on a line.
    """
    session, stop = current(context), Stop()
    with session.control() as control, ended_by_signals(stop):
        screen = Screen(session)
        for view in _looks(session, control, job, stop):
            try:
                screen.show(view)
            except BrokenPipeError:
                nobody_reads(stop)
            if until_idle and _idle(view):
                return of_cycle(view.cycles[0].cycle)
            stop.asked = stop.asked or once
    return Code.OK


def _idle(view: LiveView) -> bool:
    """Whether it has run, and neither a stage runs nor anything waits to be decided or written."""
    return bool(view.cycles) and not (view.stage or view.due or view.pending)


def _looks(session: Session, control: Control, job: str, stop: Stop) -> Iterator[LiveView]:
    """How the job is, again and again; a service that is away for a moment is told, and waited for."""
    trouble_since: float | None = None
    while not stop():
        try:
            yield control.live(job)
            trouble_since = None
        except RopewayError as error:
            if error.problem.code not in PASSES:
                raise
            if trouble_since is None:
                trouble_since = time.monotonic()
                session.note(f"{describe(error.problem)} Trying again.")
            elif time.monotonic() - trouble_since > PATIENCE:
                raise
        if not stop():
            time.sleep(EVERY)


@dataclass(slots=True)
class Screen:
    """Shows one view after the other, each in place of the last where that is possible."""

    session: Session
    last: LiveView | None = None
    told_at: float = 0.0
    _drawn: int = field(default=0)

    def show(self, view: LiveView) -> None:
        """Draw it, or tell what became other."""
        if self.session.json:
            if self.last is None or replace(view, rate=None) != replace(self.last, rate=None):
                output.write_json(view)
        elif sys.stdout.isatty():
            self._draw(view)
        else:
            self._tell(view)
        sys.stdout.flush()
        self.last = view

    def _draw(self, view: LiveView) -> None:
        columns, rows = get_terminal_size()
        lines = live_lines(view, self.session.command, columns - 3)
        shown = [part for line in lines for part in folded(safe(line), columns - 1)][: max(rows - 1, 1)]
        if self._drawn:
            sys.stdout.write(f"\x1b[{self._drawn}A\x1b[J")
        output.write(shown)
        self._drawn = len(shown)

    def _tell(self, view: LiveView) -> None:
        if self.last is None:
            output.write(live_lines(view, self.session.command))
            self.told_at = time.monotonic()
            return
        moment = datetime.now().astimezone().strftime("%H:%M:%S")
        lines = news_lines(self.last, view, self.session.command)
        if view.stage and (view.stage != self.last.stage or time.monotonic() - self.told_at > REPEATED):
            self.told_at = time.monotonic()
            lines.append(stage_line(view))
        output.write(f"{moment}  {line}" for line in lines)
