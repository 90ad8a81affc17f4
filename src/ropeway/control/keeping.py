"""Jobs kept in step: a cycle of each that is due; those that poll stay connected, each in a thread of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Protocol

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ropeway.control.protocol import CycleView, Progress
from ropeway.control.running import FIRST_WAIT, RESTING, Patience, Running, refuse_rest, trouble
from ropeway.control.views import cycle_view
from ropeway.engine.lifecycle.schedule import rests
from ropeway.engine.records import Outcome
from ropeway.model.problems import Problem, RopewayError
from ropeway.store import agenda, jobs, tenants
from ropeway.store.database import Database
from ropeway.store.jobs import JobRow
from ropeway.store.trouble import UNFORESEEN
from ropeway.telemetry.correlation import bound, in_this_context

LOG = logging.getLogger(__name__)

NOT_TOLD = frozenset({"job-is-running", "job-interrupted"})
"""Problem codes of a job that somebody else has, or that this process was told to leave: no trouble."""


class Works(Protocol):
    """A queue, seen by whoever works it off."""

    def work(self, run: Callable[[int], None], stop: Callable[[], bool]) -> None:
        """Run what is asked for and what is due until `stop`; what is running then is finished."""
        ...


class Keeping:
    """What a process does for the jobs that are due. `run` may be called by several threads, for different jobs."""

    def __init__(
        self, database: Database, open_: Callable[[JobRow], Running], report: Callable[[CycleView], None]
    ) -> None:
        self._db = database
        self._open = open_
        self._report = report
        self._speaking = threading.Lock()
        self._ending = threading.Event()
        self._staying: dict[int, threading.Thread] = {}
        self._patience: dict[int, Patience] = {}
        self._not_before: dict[int, float] = {}

    def __enter__(self) -> Keeping:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        for thread in list(self._staying.values()):
            thread.join()

    def end(self) -> None:
        """From now on cycles end with the transaction that they are in, and no job stays."""
        self._ending.set()

    def run(self, number: int) -> None:
        """One cycle of a job that rests between its cycles; one that polls is kept from now on, and this returns."""
        if self._ending.is_set() or time.monotonic() < self._not_before.get(number, 0.0):
            return
        with trouble(), self._db.read() as c:
            row = jobs.load_if_there(c, number)
            of = tenants.name_of(c, row.tenant) if row is not None else ""
        if row is None:
            return
        with bound(tenant=of):
            if rests(row.settings):
                self._without_surprises(row, self._once)
            elif not self.stays(number):
                work = in_this_context(self._without_surprises)
                thread = threading.Thread(target=work, args=(row, self._stay), name=f"job {row.name}", daemon=True)
                self._staying[number] = thread
                thread.start()

    def stays(self, number: int) -> bool:
        """Whether this process is connected for a job that polls."""
        thread = self._staying.get(number)
        return thread is not None and thread.is_alive()

    def _once(self, row: JobRow) -> None:
        running = self._open(row)
        try:
            self._tell(row.name, self._cycle(running), 0)
        finally:
            running.close()
        self._patience.pop(row.number, None)

    def _stay(self, row: JobRow) -> None:
        """Cycle by cycle, until the job is to be opened anew, or somebody wants it, or this process ends."""
        running = self._open(row)
        held = 0
        try:
            while True:
                outcome = self._cycle(running)
                self._patience.pop(row.number, None)
                self._tell(row.name, outcome, held)
                held = outcome.held
                if self._ending.wait(running.pause) or not running.may_go_on():
                    return
        finally:
            running.close()

    def _cycle(self, running: Running) -> Outcome:
        return running.cycle(progress=self._go_on)

    def _go_on(self, _: Progress) -> None:
        """Called between transactions."""
        if self._ending.is_set():
            raise RopewayError(Problem("job-interrupted"))

    def _tell(self, name: str, outcome: Outcome, held: int) -> None:
        still_held = outcome.held == held and not (outcome.read or outcome.decided or outcome.exported)
        if outcome.result != "nothing-to-do" and not (outcome.result == "held" and still_held):
            self._say(cycle_view(name, outcome))

    def _say(self, view: CycleView) -> None:
        with self._speaking:
            self._report(view)

    def _without_surprises(self, row: JobRow, work: Callable[[JobRow], None]) -> None:
        """Whatever stops a job is told, and met with patience; no job stops in silence, or stops another."""
        try:
            with trouble(), _surprises(row.name):
                refuse_rest(row)
                work(row)
        except RopewayError as error:
            if error.problem.code not in NOT_TOLD:
                self._say(CycleView(job=row.name, kind="delta", result="stopped", problems=(error.problem,)))
            self._put_off(row.number, error.problem.code)

    def _put_off(self, number: int, code: str) -> None:
        patience = self._patience.setdefault(number, Patience())
        wait = FIRST_WAIT if code == "job-is-running" else patience.after_trouble()
        try:
            with self._db.write() as c:
                if code in RESTING:
                    agenda.work_out(c, number)
                elif code != "job-interrupted":
                    agenda.put_off(c, number, time.time() + wait)
        except SQLAlchemyError:  # away, or full: then it is this process that remembers
            self._not_before[number] = time.monotonic() + wait


def work_off(queue: Works, keeping: Keeping, stop: Callable[[], bool]) -> None:
    """Run cycles as a queue gives them, until `stop`."""

    def ends() -> bool:
        asked = stop()
        if asked:
            keeping.end()
        return asked

    queue.work(keeping.run, ends)


@contextmanager
def _surprises(name: str) -> Generator[None, None, None]:
    """A failure that nobody foresaw is a problem too."""
    try:
        yield
    except Exception as error:
        if isinstance(error, (RopewayError, DBAPIError, OSError)) and not isinstance(error, UNFORESEEN):
            raise
        LOG.exception("job %s", name)
        raise RopewayError(Problem("job-failed", object=name, details={"error": type(error).__name__})) from error
