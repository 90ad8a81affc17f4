"""A job taken for a moment: whoever keeps it in step, on whichever machine, lets go of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, closing, contextmanager
from typing import TypeVar

from ropeway.control.heartbeat import heartbeat
from ropeway.control.running import Running
from ropeway.engine.lifecycle.schedule import ROOM
from ropeway.model.problems import RopewayError
from ropeway.store import lifecycle
from ropeway.store.database import Database
from ropeway.store.jobs import JobRow

T = TypeVar("T")

LONGEST_WAIT = 15.0
"""Seconds for which whoever has the job is given time to end a cycle and to let go."""

LOOK_EVERY = 0.1
"""Seconds between two attempts."""


@contextmanager
def taken(database: Database, row: JobRow, open_: Callable[[str], Running]) -> Generator[Running]:
    """The job with its lease, until the block is left; `job-is-running` where somebody has it longer than the wait."""
    with room(database, row.number, lambda: open_(row.id)) as running, closing(running):
        yield running


@contextmanager
def room(database: Database, job: int, take: Callable[[], T]) -> Generator[T]:
    """What `take` gives, once nobody else has the job; RopewayError `job-is-running` names who does not let go in time.

    The wish is told first and renewed for as long as the block lasts, so that no keeper takes it for trouble.
    """

    def want(when: float | None) -> None:
        with database.write() as c:
            lifecycle.want_room(c, job, when)

    until = time.monotonic() + LONGEST_WAIT
    with ExitStack() as end:
        end.callback(want, None)
        want(time.time())
        end.enter_context(heartbeat(lambda: want(time.time()), ROOM / 4))
        yield _taken(take, until)


def _taken(take: Callable[[], T], until: float) -> T:
    while True:
        last = time.monotonic() > until
        try:
            return take()
        except RopewayError as error:
            if error.problem.code != "job-is-running" or last:
                raise
        time.sleep(LOOK_EVERY)
