"""The queue on PostgreSQL: Procrastinate, with a lock for each job, and requests that collapse.

What is to be run stands in the jobs' rows as well (`store/agenda.py`), so a row of Procrastinate says *when and where*,
never *whether*: one that is lost, doubled or left behind by a worker that died costs a look.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from psycopg_pool import PoolTimeout
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from ropeway.control.queueing.attempt import AGAIN_AFTER, attempt
from ropeway.control.queueing.clock import STOP_EVERY, Clock, Tell, pause, say
from ropeway.control.queueing.scheduler import HANDS
from ropeway.store import agenda, lifecycle
from ropeway.store.database import Database, patient

LOG = logging.getLogger(__name__)

QUEUE, TASK = "cycles", "ropeway.cycle"

HEARTBEAT = 3.0
"""Seconds between two signs of life of a worker."""

STALLED = 10.0
"""Seconds without one after which what a worker had is given to others."""

LOOK_EVERY = 0.5
"""Seconds between two looks for a request whose job was running when it came."""

NEVER = 86400.0
"""Seconds: cycles are never aborted through the queue."""

_WAITING = text("SELECT queueing_lock FROM procrastinate_jobs WHERE status = ANY(:states) AND lock = ANY(:locks)")


class ProcrastinateQueue:
    """Implements `Queue`."""

    def __init__(self, database: Database, tenant: int | None = None, *, hands: int = HANDS, tell: Tell = say) -> None:
        self._db = database
        self._clock = Clock(database, tenant, tell=tell)
        self._hands = hands
        self._manager = JobManager(PsycopgConnector(conninfo=patient(database.url)))

    def ask(self, job: int) -> None:
        """A word in the job's standing, and a row that wakes a worker, unless one is waiting."""
        with self._db.write() as c:
            due = lifecycle.ask(c, job, time.time())
        if due:
            self._defer([job], ["todo"])

    def work(self, run: Callable[[int], None], stop: Callable[[], bool]) -> None:
        """Run what is asked for and what is due until `stop`; what is running then is finished."""
        ending = threading.Event()
        ticking = threading.Thread(target=self._tick, args=(ending,), name="clock")
        with ThreadPoolExecutor(self._hands, "cycle") as pool, _quiet():
            ticking.start()
            try:
                while not stop():
                    with suppress(ConnectorException, PoolTimeout):  # the clock tells
                        asyncio.run(self._serve(pool, run, stop))
                    pause(AGAIN_AFTER, stop)
            finally:
                ending.set()
                ticking.join()

    def _tick(self, ending: threading.Event) -> None:
        """The time that comes for one job or another, seen by every worker; their requests collapse."""
        for due in self._clock.due(ending.is_set):
            with suppress(SQLAlchemyError):  # the next look tells
                self._defer(due, ["todo", "doing"])

    def _defer(self, jobs: Sequence[int], unless: Sequence[str]) -> None:
        """A row for each of these jobs that has none in one of these states."""
        locks = {_lock(job): job for job in jobs}
        if not locks:
            return
        with self._db.read() as c:
            there = set(c.execute(_WAITING, {"states": list(unless), "locks": list(locks)}).scalars())
        for lock in locks.keys() - there:
            row = Job(queue=QUEUE, task_name=TASK, lock=lock, queueing_lock=lock, task_kwargs={"job": locks[lock]})
            with suppress(AlreadyEnqueued), self._db.write() as c:
                self._manager.defer_job(row, connection=c.connection.driver_connection)

    async def _serve(self, pool: ThreadPoolExecutor, run: Callable[[int], None], stop: Callable[[], bool]) -> None:
        """Procrastinate's worker, until `stop` or trouble."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_note)
        app = App(connector=PsycopgConnector(conninfo=patient(self._db.url), min_size=1, max_size=4, timeout=10.0))

        @app.task(name=TASK, queue=QUEUE)
        async def _(job: int) -> None:  # pyright: ignore[reportUnusedFunction]
            await loop.run_in_executor(pool, self._attempt, run, job)

        async with app.open_async():
            working = asyncio.create_task(
                app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=self._hands,
                    fetch_job_polling_interval=LOOK_EVERY,
                    abort_job_polling_interval=NEVER,
                    update_heartbeat_interval=HEARTBEAT,
                    stalled_worker_timeout=STALLED,
                    delete_jobs="always",
                    install_signal_handlers=False,
                )
            )
            await self._until_it_ends(app, working, stop)

    async def _until_it_ends(self, app: App, working: asyncio.Task[None], stop: Callable[[], bool]) -> None:
        looked = 0.0
        try:
            while not working.done() and not stop():
                if time.monotonic() > looked + HEARTBEAT:
                    looked = time.monotonic()
                    await _take_over(app)
                await asyncio.wait([working], timeout=STOP_EVERY)
        finally:
            working.cancel()  # it finishes what it is running first
            with suppress(asyncio.CancelledError):
                await working

    def _attempt(self, run: Callable[[int], None], job: int) -> None:
        with self._db.read() as c:
            wanted = agenda.is_wanted(c, job)
        if wanted:
            attempt(self._db, run, job)


async def _take_over(app: App) -> None:
    """Rows of workers that are heard of no more go; their jobs are due still, and their leases say who may run them."""
    for row in await app.job_manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=STALLED):
        LOG.warning("A worker died over %s, or is out of reach: another takes it over.", row.lock)
        with suppress(ConnectorException):  # another worker was quicker
            await app.job_manager.finish_job(row, Status.FAILED, delete_job=True)


def _lock(job: int) -> str:
    return f"job {job}"


def _note(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What a task of a worker leaves unread that ends in trouble: the server is away, or its row is another's now."""
    LOG.debug("%s", context.get("message"))


@contextmanager
def _quiet() -> Generator[None, None, None]:
    """Within, Procrastinate and its pool do not tell of each row, nor again and again of a server that is away."""
    loggers = [logging.getLogger(name) for name in ("procrastinate", "psycopg.pool")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
