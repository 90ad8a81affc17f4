"""The service's own queue: what is asked for stands in the jobs' rows, and is worked off by a few hands.

It needs nothing but the state. Of several processes on one state the lease of each job lets one run it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor

from ropeway.control.queueing.attempt import attempt
from ropeway.control.queueing.clock import Clock, Tell, say
from ropeway.store import lifecycle
from ropeway.store.database import Database

HANDS = 8
"""Cycles at once; jobs that poll stay connected beside them."""


class Scheduler:
    """Implements `Queue`, of one tenant or of all (None). `only`: numbers of the jobs that it works off, if not all."""

    def __init__(
        self,
        database: Database,
        tenant: int | None,
        *,
        hands: int = HANDS,
        only: Collection[int] | None = None,
        tell: Tell = say,
    ) -> None:
        self._db = database
        self._clock = Clock(database, tenant, tell=tell)
        self._hands = hands
        self._only = only
        self._running: set[int] = set()

    def ask(self, job: int) -> None:
        """A request is a word in the job's standing, and the bell."""
        with self._db.write() as c:
            lifecycle.ask(c, job, time.time())

    def work(self, run: Callable[[int], None], stop: Callable[[], bool]) -> None:
        """Run what is due until `stop`; what is running then is finished."""
        with ThreadPoolExecutor(self._hands, "cycle") as pool:
            for due in self._clock.due(stop):
                for job in due:
                    if len(self._running) < self._hands and self._is_free(job):
                        self._running.add(job)
                        pool.submit(self._run, run, job)

    def _is_free(self, job: int) -> bool:
        return job not in self._running and (self._only is None or job in self._only)

    def _run(self, run: Callable[[int], None], job: int) -> None:
        try:
            attempt(self._db, run, job)
        finally:
            self._running.discard(job)
