"""A job with its lease held and its source open: cycles, looks, and what stops them."""

from __future__ import annotations

import gc
import logging
import sys
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from functools import cache, partial

from sqlalchemy.exc import DBAPIError

from ropeway.control.compiled import compiled
from ropeway.control.heartbeat import heartbeat
from ropeway.control.holder import a_run, is_dead
from ropeway.control.protocol import OnProgress, Progress
from ropeway.control.sources import Sources, Waits
from ropeway.control.switches import is_of_premises, refuse_off
from ropeway.control.views import iso, reason_of
from ropeway.directory import Directory
from ropeway.engine import course
from ropeway.engine.cycle import Cycle
from ropeway.engine.lifecycle.schedule import interval, is_ready, makes_room
from ropeway.engine.ports import Source
from ropeway.engine.records import Outcome
from ropeway.engine.work import Work
from ropeway.model.job import JobStatus
from ropeway.model.problems import Problem, RopewayError, describe, shown
from ropeway.store import leases
from ropeway.store.database import Database
from ropeway.store.jobs import JobRow
from ropeway.store.progress import Teller
from ropeway.store.rows import Key
from ropeway.store.state import SqlState
from ropeway.store.trouble import is_null_character, is_ours, state_problem
from ropeway.telemetry import tracing
from ropeway.telemetry.correlation import bound, note

_log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = 1.0, 120.0
"""Seconds between attempts of whatever is in trouble: twice as many each time."""

WAITING = "waiting"
"""The stage of a cycle whose source waits for somebody."""

LOOK_EVERY = 1.0
"""Seconds between two looks, during a cycle, whether the job may go on."""

RESTING = frozenset({"job-paused", "job-disabled"})
"""Problem codes of jobs that are to do nothing; told once."""


@contextmanager
def trouble() -> Generator[None, None, None]:
    """Turns what a database says into a problem of the state, and text that it cannot hold into `text-unreadable`."""
    try:
        yield
    except UnicodeEncodeError as error:
        raise RopewayError(Problem("text-unreadable", value=shown(error.object))) from error
    except DBAPIError as error:
        if is_null_character(error):
            raise RopewayError(Problem("text-unreadable", value="NUL")) from error
        if is_ours(error):
            raise
        raise RopewayError(state_problem(error, "database-trouble")) from error
    except OSError as error:
        raise RopewayError(state_problem(error, "database-trouble")) from error


def refuse_rest(row: JobRow) -> None:
    """RopewayError `job-paused` or `job-disabled` for a job that is to do nothing."""
    if row.standing.disabled is not None:
        details = {"since": iso(row.standing.disabled) or "", "reason": reason_of(row.standing)}
        raise RopewayError(Problem("job-disabled", object=row.name, details=details))
    if row.status == JobStatus.PAUSED.value:
        raise RopewayError(Problem("job-paused", object=row.name))


def dead_holders(database: Database, tenant: int, job: int) -> list[str]:
    """The holder of a job's lease, if it was a process of this machine that runs no more."""
    with database.read() as c:
        holder = leases.holder(c, Key(tenant=tenant, job=job), time.time())
    return [holder[0]] if holder and is_dead(holder[0]) else []


@cache
def ready_the_interpreter() -> None:
    """Once a process, before its first job, for large cycles.

    What is there by now stays, and garbage in circles is looked for less: a tenth of the time is the collector's
    otherwise, and hardly anything that a cycle makes waits for it. A thread waits 0.5 ms for its turn and not 5: one
    that reads a source or writes rows lets go at each of them, one that decides never does.
    """
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    sys.setswitchinterval(0.0005)


class Running:
    """One job with its lease held and its source open."""

    def __init__(
        self,
        database: Database,
        directory: Directory,
        tenant: int,
        row: JobRow,
        sources: Sources,
        clock: Callable[[], float] = time.time,
    ) -> None:
        ready_the_interpreter()
        self.name = row.name
        self._directory = directory
        self._clock = clock
        refuse_rest(row)
        self._settings, self._id = row.settings, row.id
        self._state = SqlState(database, tenant, row.number, clock)
        self._rules, self._wanted, _ = compiled(row.settings)
        self._looked = time.monotonic()
        self._alive = ExitStack()
        try:
            holder = self._alive.enter_context(a_run())
            self._state.acquire(holder, dead_holders(database, tenant, row.number))
            self._alive.callback(self._state.release)
            self._alive.enter_context(heartbeat(self._state.renew))
            self._source = self._opened(sources, row.number)
            self._alive.callback(self._source.close)
            self._target = directory.target(
                row.number,
                precedence=row.settings.precedence,
                fence=self._state.fence,
                of_premises=is_of_premises(row.settings.source),
            )
            self._teller = self._alive.enter_context(Teller(database, Key(tenant=tenant, job=row.number), clock))
        except BaseException:
            self._alive.close()
            raise

    def _opened(self, sources: Sources, number: int) -> Source:
        try:
            return sources(self._settings.source, number)
        except RopewayError as error:
            course.note_refusal(self._state, self._settings, error.problem, self._clock())
            raise

    def refuse_off(self) -> None:
        """RopewayError `synchronization-off` where the tenant's synchronization is."""
        if is_of_premises(self._settings.source):
            refuse_off(self._directory, self.name)

    def work(self, progress: OnProgress | None = None) -> Work:
        """The parts for one cycle."""
        work = Work(
            self._settings, self._rules, self._source, self._target, self._state, self._clock, connector=self._id
        )
        work.wanted = self._wanted
        work.say = partial(self._say, progress)
        if isinstance(self._source, Waits):
            self._source.on_wait(partial(self._note_wait, progress))
        work.span, work.begun = tracing.span, lambda number: note(cycle=number)
        return work

    def _say(self, progress: OnProgress | None, stage: str, done: int, total: int | None) -> None:
        """Between transactions; one that is paused meanwhile goes no further, and goes on from here."""
        self._teller(stage, done, total)
        if progress is not None:
            progress(Progress(stage, done, total))
        if time.monotonic() - self._looked >= LOOK_EVERY:
            refuse_rest(self._state.record())
            self._looked = time.monotonic()

    def _note_wait(self, progress: OnProgress | None, problem: Problem) -> None:
        self._teller(WAITING, 0, None)
        if progress is not None:
            progress(Progress(WAITING, 0, note=describe(problem)))

    def cycle(self, *, full: bool = False, progress: OnProgress | None = None) -> Outcome:
        """One cycle now; a problem that stops it is in its outcome, and raised."""
        refuse_rest(self._state.record())
        self.refuse_off()
        with bound(job=self.name), tracing.span("cycle"):
            work = self.work(progress)
            try:
                outcome = course.cycle(work, full=full)
            except RopewayError as error:
                _note_number(work)
                _log.warning("cycle stopped", extra={"problem": error.problem.code})
                raise
            finally:
                self._teller.end()
            _note_number(work)
            _tell(outcome)
        return outcome

    def look(self, progress: OnProgress | None = None) -> Outcome:
        """A cycle that writes nothing to the target."""
        refuse_rest(self._state.record())
        try:
            return Cycle(self.work(progress), export=False).run()
        finally:
            self._teller.end()

    def may_go_on(self) -> bool:
        """Whether it may run another cycle at once, as it was opened; RopewayError `job-paused` once paused."""
        now = self._state.record()
        refuse_rest(now)
        if makes_room(now.standing, self._clock()):
            return False
        asked = now.standing.run_now or now.standing.restart
        return now.settings == self._settings and bool(asked or is_ready(now.settings, now.standing))

    @property
    def pause(self) -> float:
        """Seconds to the next cycle."""
        return interval(self._settings)

    def close(self) -> None:
        """Let go of the source, and give the job back."""
        self._alive.close()


def _note_number(work: Work) -> None:
    """Lines say which cycle they are about; where it began in another thread, that one alone knows so far."""
    if work.numbered:
        note(cycle=work.numbered)


def _tell(outcome: Outcome) -> None:
    """A line in the log, and the end of its trace; idle cycles are told to nobody."""
    if outcome.result == "nothing-to-do":
        tracing.forget()
        return
    counts = {"read": outcome.read, "decided": outcome.decided, "exported": sum(outcome.exported.values())}
    counts |= {"held": outcome.held, "failed": outcome.failed, "waiting": outcome.waiting}
    tracing.describe(kind=outcome.kind, result=outcome.result, **counts)
    seconds = {stage: round(spent, 3) for stage, spent in outcome.seconds.items()}
    extra = {"kind": outcome.kind, "result": outcome.result, **counts, "seconds": seconds}
    _log.info("cycle ended", extra=extra)


class Patience:
    """How long to wait after trouble: longer each time, until something ends well."""

    def __init__(self) -> None:
        self._seconds = FIRST_WAIT

    def after_trouble(self) -> float:
        """Seconds to wait this time."""
        now, self._seconds = self._seconds, min(self._seconds * 2, LONGEST_WAIT)
        return now

    def restore(self) -> None:
        """Something went well: the next trouble begins anew."""
        self._seconds = FIRST_WAIT
