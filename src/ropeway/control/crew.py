"""A thread for each job that is kept in step, for as long as nobody says stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

from ropeway.control.protocol import CycleView
from ropeway.control.running import Kept, Running, keep
from ropeway.model.problems import RopewayError
from ropeway.store.jobs import JobRow

LOOK_AGAIN = 2.0
"""Seconds between two looks for jobs that were created meanwhile."""


class Crew:
    """Threads by the id of their job; a job that comes later gets its own."""

    def __init__(
        self, look: Callable[[str], JobRow], open_: Callable[[str], Running], report: Callable[[CycleView], None]
    ) -> None:
        self._look_at = look
        self._open = open_
        self._ending = threading.Event()
        self._speaking = threading.Lock()
        self._report = report
        self._threads: dict[str, threading.Thread] = {}

    def work(self, jobs: Callable[[], Sequence[JobRow]], stop: Callable[[], bool], house: Callable[[], None]) -> None:
        """Until `stop`, or until no thread is left; `house` is called in between, for what belongs to no job."""
        self._start(jobs())
        looked = time.monotonic()
        try:
            while not stop() and any(thread.is_alive() for thread in self._threads.values()):
                house()
                if time.monotonic() > looked + LOOK_AGAIN:
                    looked = time.monotonic()
                    self._look(jobs)
                self._ending.wait(0.2)
        finally:
            self._ending.set()
            for thread in self._threads.values():
                thread.join()

    def _look(self, jobs: Callable[[], Sequence[JobRow]]) -> None:
        try:
            self._start(jobs())
        except RopewayError:
            return  # the database is away: each job says so itself

    def _start(self, rows: Sequence[JobRow]) -> None:
        for row in rows:
            if row.id not in self._threads:
                job = Kept(row.name, partial(self._look_at, row.id), partial(self._open, row.id))
                self._threads[row.id] = threading.Thread(
                    target=keep, args=(job, self._ending, self._say), name=f"job {row.name}"
                )
                self._threads[row.id].start()

    def _say(self, view: CycleView) -> None:
        with self._speaking:
            self._report(view)
