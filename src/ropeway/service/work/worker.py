"""The process that works off the queue: cycles, errands, messages, housekeeping. It listens on nothing."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager

from ropeway.control.everybody import Everybody
from ropeway.control.in_process import InProcess, open_database
from ropeway.control.protocol import Control
from ropeway.control.queueing.clock import FIRST_WAIT, LONGEST_WAIT, pause
from ropeway.control.sources import FromHere, Sources
from ropeway.model.problems import RopewayError
from ropeway.service.presence import present
from ropeway.service.work.queues import queue_of
from ropeway.service.work.settings import WorkerSettings
from ropeway.service.work.telling import Telling
from ropeway.store.bell import Bell, open_bell
from ropeway.store.database import Database
from ropeway.store.tenants import HOME

LOG = logging.getLogger(__name__)

Stop = Callable[[], bool]
Errands = Callable[[Callable[[int], Control], Database, Callable[[], Bell], Stop], None]
"""Does errands with the Control of each tenant until `stop` (`service.errands.serve`)."""


def from_here(_database: Database, _tenant: int) -> Sources:
    """What a worker reads where nothing is given."""
    return FromHere()


def run_worker(
    settings: WorkerSettings,
    stop: Stop,
    *,
    sources: Callable[[Database, int], Sources] = from_here,
    errands: Errands | None = None,
) -> None:
    """Work until `stop`; RopewayError where the state is of another version. A database that is away is waited for."""
    telling = Telling()
    database = _opened(settings.state.reveal(), stop, telling)
    if database is None:
        return
    everybody = Everybody(database, lambda tenant: InProcess(database, sources(database, tenant), tenant))
    with ExitStack() as end:
        end.callback(database.close)
        end.enter_context(present(database, HOME, "worker", time.time))
        if errands is not None:
            end.enter_context(_thread("errands", lambda stop: errands(everybody.of, database, _bell(database), stop)))
        LOG.info("The worker has begun.")
        queue = queue_of(database, hands=settings.hands, tell=telling.state)
        everybody.work_off(queue, stop=stop, cycle=telling.cycle)


def _opened(url: str, stop: Stop, telling: Telling) -> Database | None:
    """The state, as soon as it can be opened; None where `stop` came first."""
    wait = FIRST_WAIT
    while not stop():
        try:
            return open_database(url, older="refuse")
        except RopewayError as error:
            if error.problem.code != "state-cannot-open":
                raise
            telling.state(error.problem)
        pause(wait, stop)
        wait = min(wait * 2, LONGEST_WAIT)
    return None


def _bell(database: Database) -> Callable[[], Bell]:
    return lambda: open_bell(database)


@contextmanager
def _thread(name: str, work: Callable[[Stop], None]) -> Generator[None, None, None]:
    """Within, something is done beside the cycles; at the end it is asked to stop, and waited for."""
    ending = threading.Event()
    thread = threading.Thread(target=work, args=(ending.is_set,), name=name)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
