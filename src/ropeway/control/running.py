"""Cycles of jobs: once, or for as long as nobody says stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from sqlalchemy.exc import InterfaceError, InternalError, OperationalError

from ropeway.control.holder import is_dead, this_process
from ropeway.control.protocol import CycleView, OnProgress, Progress
from ropeway.control.sources import Ask, open_source
from ropeway.control.views import cycle_view
from ropeway.directory import Directory
from ropeway.engine.cycle import Cycle
from ropeway.engine.records import Outcome
from ropeway.engine.work import Work
from ropeway.model.job import JobStatus
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.rules import compile_rules, load_schema
from ropeway.store import leases
from ropeway.store.database import Database
from ropeway.store.jobs import JobRow
from ropeway.store.rows import Key
from ropeway.store.state import SqlState

LONGEST_WAIT = 120.0
"""Seconds between attempts of a job in trouble."""

RENEW_EVERY = 20.0


@contextmanager
def trouble() -> Generator[None, None, None]:
    """Turns what a database says into the problem `database-trouble`."""
    try:
        yield
    except (OperationalError, InterfaceError, InternalError) as error:
        reason = shown(str(error.orig).strip() or type(error.orig).__name__)
        raise RopewayError(Problem("database-trouble", details={"error": reason})) from error
    except OSError as error:
        raise RopewayError(Problem("database-trouble", details={"error": shown(str(error))})) from error


class Running:
    """One job with its source open and its lease held."""

    def __init__(self, database: Database, directory: Directory, tenant: int, row: JobRow, ask: Ask | None) -> None:
        if row.status == JobStatus.PAUSED.value:
            raise RopewayError(Problem("job-paused", object=row.name))
        self.name = row.name
        self._state = SqlState(database, tenant, row.number)
        rules = compile_rules(load_schema(row.settings.schema, row.settings.source.kind))
        source = open_source(row.settings.source, ask)
        try:
            target = directory.target(row.number, precedence=row.settings.precedence)
            self._parts = (row.settings, rules, source, target, self._state)
            with database.read() as c:
                holder = leases.holder(c, Key(tenant=tenant, job=row.number), time.time())
            dead = [holder[0]] if holder and is_dead(holder[0]) else []
            self._state.acquire(this_process(), dead)
        except BaseException:
            source.close()
            raise

    def work(self, progress: OnProgress | None = None) -> Work:
        """The parts for one cycle."""
        work = Work(*self._parts)
        if progress is not None:
            work.say = lambda stage, done, total: progress(Progress(stage, done, total))
        return work

    def cycle(self, *, full: bool = False, export: bool = True, progress: OnProgress | None = None) -> Outcome:
        """One cycle now; a problem that stops it is in its outcome, and raised."""
        return Cycle(self.work(progress), full=full, export=export).run()

    def wait(self, seconds: float) -> None:
        """Until it is time to ask the source again."""
        time.sleep(seconds)

    def renew(self) -> None:
        """Tell others that this process still has the job."""
        self._state.renew()

    def close(self) -> None:
        """Give the job back, and let go of the source."""
        try:
            self._state.release()
        finally:
            self._parts[2].close()


def keep(
    open_: Callable[[], Running], name: str, poll: float, stop: threading.Event, report: Callable[[CycleView], None]
) -> None:
    """One job, for as long as nobody says stop: in trouble it waits longer, and begins again with a new connection."""
    wait = 1.0
    while not stop.is_set():
        try:
            with trouble():
                running = open_()
                try:
                    wait = _loop(running, name, poll, stop, report)
                finally:
                    running.close()
        except RopewayError as error:
            report(CycleView(job=name, kind="delta", result="stopped", problems=(error.problem,)))
            stop.wait(wait)
            wait = min(wait * 2, LONGEST_WAIT)


def _loop(
    running: Running, name: str, poll: float, stop: threading.Event, report: Callable[[CycleView], None]
) -> float:
    renewed = time.monotonic()
    while not stop.is_set():
        outcome = running.cycle()
        if outcome.result != "nothing-to-do":
            report(cycle_view(name, outcome))
            renewed = time.monotonic()
        elif time.monotonic() - renewed > RENEW_EVERY:
            running.renew()
            renewed = time.monotonic()
        stop.wait(poll)
    return 1.0
