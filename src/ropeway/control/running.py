"""Cycles of jobs: once, or for as long as nobody says stop."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError

from ropeway.control.heartbeat import heartbeat
from ropeway.control.holder import a_run, is_dead
from ropeway.control.protocol import CycleView, OnProgress, Progress
from ropeway.control.sources import Ask, open_source
from ropeway.control.views import cycle_view
from ropeway.directory import Directory
from ropeway.engine.cycle import Cycle
from ropeway.engine.records import Outcome
from ropeway.engine.work import Work
from ropeway.model.job import JobStatus
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.rules import compile_rules
from ropeway.rules.layers import job_schema, wanted
from ropeway.store import leases
from ropeway.store.database import Database
from ropeway.store.jobs import JobRow
from ropeway.store.rows import Key
from ropeway.store.state import SqlState

FIRST_WAIT, LONGEST_WAIT = 1.0, 120.0
"""Seconds between attempts of a job in trouble: twice as many each time."""

PAUSED_WAIT = 2.0
"""Seconds between looks at a paused job."""


UNFORESEEN = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
"""What a database says when the fault is ours."""


@contextmanager
def trouble() -> Generator[None, None, None]:
    """Turns what a database says into `database-trouble`, and text that it cannot hold into `text-unreadable`."""
    try:
        yield
    except UnicodeEncodeError as error:
        raise RopewayError(Problem("text-unreadable", value=shown(error.object))) from error
    except DBAPIError as error:
        if isinstance(error, UNFORESEEN):
            raise
        raise RopewayError(Problem("database-trouble", details={"error": said(error)})) from error
    except OSError as error:
        raise RopewayError(Problem("database-trouble", details={"error": said(error)})) from error


def said(error: Exception) -> str:
    """What a database said, in a line: of PostgreSQL's answer the part that tells why, not the way there."""
    orig = getattr(error, "orig", None) or error
    text = str(orig).strip() or type(orig).__name__
    for mark in ("FATAL:", "failed: "):
        before, found, why = text.partition(mark)
        text = f"{_server(before)}{why.strip()}" if found and why else text
    return shown(text.splitlines()[0])


def _server(way: str) -> str:
    """The server's address, where the way there names one."""
    at = way.find(" at ")
    return way[at + 4 :].strip() + ": " if at >= 0 else ""


def refuse_pause(status: str, name: str) -> None:
    """RopewayError `job-paused` for a paused job."""
    if status == JobStatus.PAUSED.value:
        raise RopewayError(Problem("job-paused", object=name))


def dead_holders(database: Database, tenant: int, job: int) -> list[str]:
    """The holder of a job's lease, if it was a process of this machine that runs no more."""
    with database.read() as c:
        holder = leases.holder(c, Key(tenant=tenant, job=job), time.time())
    return [holder[0]] if holder and is_dead(holder[0]) else []


class Running:
    """One job with its source open and its lease held."""

    def __init__(self, database: Database, directory: Directory, tenant: int, row: JobRow, ask: Ask | None) -> None:
        self.name = row.name
        refuse_pause(row.status, row.name)
        self._state = SqlState(database, tenant, row.number)
        rules = compile_rules(job_schema(row.settings))
        self._wanted = wanted(row.settings, rules)
        source = open_source(row.settings.source, ask)
        self._alive = ExitStack()
        try:
            target = directory.target(row.number, precedence=row.settings.precedence, fence=self._state.fence)
            self._parts = (row.settings, rules, source, target, self._state)
            holder = self._alive.enter_context(a_run())
            self._state.acquire(holder, dead_holders(database, tenant, row.number))
            self._alive.enter_context(heartbeat(self._state.renew))
        except BaseException:
            self._alive.close()
            source.close()
            raise

    def work(self, progress: OnProgress | None = None) -> Work:
        """The parts for one cycle."""
        work = Work(*self._parts)
        work.wanted = self._wanted
        if progress is not None:
            work.say = lambda stage, done, total: progress(Progress(stage, done, total))
        return work

    def cycle(self, *, full: bool = False, export: bool = True, progress: OnProgress | None = None) -> Outcome:
        """One cycle now; a problem that stops it is in its outcome, and raised."""
        if self._state.record().status == JobStatus.PAUSED.value:
            raise RopewayError(Problem("job-paused", object=self.name))
        return Cycle(self.work(progress), full=full, export=export).run()

    def is_current(self) -> bool:
        """Whether the settings are still those that it was opened with; RopewayError `job-paused` once paused."""
        now = self._state.record()
        refuse_pause(now.status, self.name)
        return now.settings == self._parts[0]

    def close(self) -> None:
        """Give the job back, and let go of the source."""
        try:
            with self._alive:
                self._state.release()
        finally:
            self._parts[2].close()


def keep(
    open_: Callable[[], Running], name: str, poll: float, stop: threading.Event, report: Callable[[CycleView], None]
) -> None:
    """One job, for as long as nobody says stop: in trouble it waits longer, and begins again with a new connection."""
    patience, last = Patience(), ""
    while not stop.is_set():
        try:
            with trouble(), _surprises(name):
                running = open_()
                try:
                    _loop(running, name, poll, stop, report, patience)
                finally:
                    running.close()
        except RopewayError as error:
            paused = error.problem.code == "job-paused"
            if not paused or last != "job-paused":
                report(CycleView(job=name, kind="delta", result="stopped", problems=(error.problem,)))
            last = error.problem.code
            stop.wait(PAUSED_WAIT if paused else patience.after_trouble())


@contextmanager
def _surprises(name: str) -> Generator[None, None, None]:
    """A failure that nobody foresaw is told and met with patience too: a job must not stop in silence."""
    try:
        yield
    except Exception as error:
        if isinstance(error, (RopewayError, DBAPIError, OSError)) and not isinstance(error, UNFORESEEN):
            raise
        logging.getLogger(__name__).exception("job %s", name)
        raise RopewayError(Problem("job-failed", object=name, details={"error": type(error).__name__})) from error


class Patience:
    """How long to wait after trouble: longer each time, until a cycle ends well."""

    def __init__(self) -> None:
        self._seconds = FIRST_WAIT

    def after_trouble(self) -> float:
        """Seconds to wait this time."""
        now, self._seconds = self._seconds, min(self._seconds * 2, LONGEST_WAIT)
        return now

    def restore(self) -> None:
        """Something went well: the next trouble begins anew."""
        self._seconds = FIRST_WAIT


def _loop(
    running: Running,
    name: str,
    poll: float,
    stop: threading.Event,
    report: Callable[[CycleView], None],
    patience: Patience,
) -> None:
    held = 0
    while not stop.is_set() and running.is_current():
        outcome = running.cycle()
        patience.restore()
        still_held = outcome.held == held and not (outcome.read or outcome.decided or outcome.exported)
        held = outcome.held
        if outcome.result != "nothing-to-do" and not (outcome.result == "held" and still_held):
            report(cycle_view(name, outcome))
        stop.wait(poll)
