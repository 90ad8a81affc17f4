"""A job that another process has, on whichever machine: asked for, and waited for."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from ropeway.control.heartbeat import heartbeat
from ropeway.engine.lifecycle.schedule import ROOM
from ropeway.model.problems import RopewayError
from ropeway.store import lifecycle
from ropeway.store.database import Database

T = TypeVar("T")

LONGEST_WAIT = 15.0
"""Seconds for which whoever has the job is given time to end a cycle and to let go."""

LOOK_EVERY = 0.1
"""Seconds between two attempts."""

WISH_EVERY = ROOM / 4
"""Seconds after which a wish is repeated, so that it does not end before the work does."""


@contextmanager
def room(database: Database, job: int, take: Callable[[], T]) -> Generator[T, None, None]:
    """What `take` gives, once nobody else has the job; whoever keeps it in step stands back until the block is left.

    RopewayError `job-is-running` names who has it, if that one cannot let go in time.
    """

    def wish(when: float | None) -> None:
        with database.write() as c:
            lifecycle.want_room(c, job, when)

    with ExitStack() as end:
        until, wished = time.monotonic() + LONGEST_WAIT, False
        while True:
            try:
                taken = take()
                break
            except RopewayError as error:
                if error.problem.code != "job-is-running" or time.monotonic() > until:
                    raise
            if not wished:
                wished = True
                end.callback(wish, None)
                wish(time.time())
                end.enter_context(heartbeat(lambda: wish(time.time()), WISH_EVERY))
            time.sleep(LOOK_EVERY)
        yield taken
