"""A job taken for a moment: whoever keeps it in step, and merely waits for changes, lets go of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager

from ropeway.control.heartbeat import heartbeat
from ropeway.control.running import Running
from ropeway.engine.lifecycle.schedule import ROOM
from ropeway.model.problems import RopewayError
from ropeway.store import lifecycle
from ropeway.store.database import Database
from ropeway.store.jobs import JobRow

LONGEST_WAIT = 15.0
"""Seconds for which whoever has the job is given time to end a cycle and to let go."""

LOOK_EVERY = 0.1
"""Seconds between two attempts."""


@contextmanager
def taken(database: Database, row: JobRow, open_: Callable[[str], Running]) -> Generator[Running]:
    """The job with its lease, until the block is left; `job-is-running` where somebody has it longer than the wait.

    The wish is told first and renewed for as long as the block lasts, so that no keeper takes it for trouble.
    """

    def want(when: float | None) -> None:
        with database.write() as c:
            lifecycle.want_room(c, row.number, when)

    until = time.monotonic() + LONGEST_WAIT
    with ExitStack() as end:
        end.callback(want, None)
        want(time.time())
        end.enter_context(heartbeat(lambda: want(time.time()), ROOM / 4))
        while (running := _opened(row, open_, last=time.monotonic() > until)) is None:
            time.sleep(LOOK_EVERY)
        end.callback(running.close)
        yield running


def _opened(row: JobRow, open_: Callable[[str], Running], *, last: bool) -> Running | None:
    """The job, or None where somebody else has it, unless this is the last attempt."""
    try:
        return open_(row.id)
    except RopewayError as error:
        if error.problem.code != "job-is-running" or last:
            raise
        return None
