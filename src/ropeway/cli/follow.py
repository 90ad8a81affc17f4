"""`ropeway run`: stay, and keep jobs in step."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import Annotated

import typer

from ropeway.cli import output
from ropeway.cli.completion import job_names
from ropeway.cli.exits import Code
from ropeway.cli.render.cycle import cycle_lines
from ropeway.cli.session import Session, current
from ropeway.control.protocol import CycleView
from ropeway.model.problems import Problem, RopewayError


def nobody_reads(stop: Stop) -> None:
    """The other end of stdout is gone, as in `ropeway run | head`."""
    stop.asked = True
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Stop:
    """Whether somebody asked to end; the second Ctrl-C does not wait for the transaction."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self) -> bool:
        return self.asked

    def ask(self, number: int, _frame: object) -> None:
        """Signal handler of SIGINT and SIGTERM."""
        if self.asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.asked = True


@contextmanager
def ended_by_signals(stop: Stop) -> Generator[None]:
    """Within, SIGINT and SIGTERM set `stop`; afterwards they do what they did before."""
    before = {number: signal.signal(number, stop.ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run(
    context: typer.Context,
    jobs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[JOB]...", help="Names or ids of jobs; all where none is named.", autocompletion=job_names
        ),
    ] = None,
) -> int:
    """Stay and keep in step. Ctrl-C and SIGTERM end it after the current transaction.

    Where a service is asked there is nothing to stay for: its workers do it.
    Every cycle that did something is told in a line; with --json, as one record a line.
    """
    session = current(context)
    if session.asked_service:
        raise RopewayError(Problem("service-keeps-in-step", object=session.asked_service))
    stop = Stop()
    with session.control() as control, ended_by_signals(stop):
        chosen = [control.job(name) for name in jobs] if jobs else control.jobs()
        if not chosen:
            session.note(f"There is no job in {session.place} yet. See: ropeway job create --help")
            return Code.FAILED
        session.note(f"Keeping in step: {', '.join(job.name for job in chosen)}. Ctrl-C ends it.")
        for job in chosen:
            if job.running:
                session.note(f"{job.name} is run by {job.running}; it is taken over here when that ends.")
        control.keep_in_step([job.id for job in chosen] if jobs else [], stop=stop, cycle=Teller(session, stop))
    session.note("Ended. What changes from now on is read at the next start.")
    return Code.OK


class Teller:
    """Tells each cycle as it ends. Jobs run side by side, so one cycle is told at a time."""

    def __init__(self, session: Session, stop: Stop) -> None:
        self._session = session
        self._stop = stop
        self._turn = Lock()

    def __call__(self, cycle: CycleView) -> None:
        with self._turn:
            try:
                self._tell(cycle)
            except BrokenPipeError:
                nobody_reads(self._stop)

    def _tell(self, cycle: CycleView) -> None:
        if self._session.json:
            output.write_json(cycle)
        elif not self._session.quiet and (cycle.result != "nothing-to-do" or cycle.problems):
            moment = datetime.now().astimezone().strftime("%H:%M:%S")
            first, *rest = cycle_lines(cycle, self._session.command)
            output.write([f"{moment}  {first}", *(f"          {line}" for line in rest)])
            sys.stdout.flush()
