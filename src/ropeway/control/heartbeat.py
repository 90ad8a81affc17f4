"""A lease kept alive for as long as its holder lives, whatever it waits for.

A slow source lets a read write nothing for minutes, and a deleted job writes to the directory alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from ropeway.model.problems import RopewayError

RENEW_EVERY = 20.0
"""Seconds; a third of what a lease lasts."""


@contextmanager
def heartbeat(renew: Callable[[], None], every: float = RENEW_EVERY) -> Generator[None, None, None]:
    """Calls `renew` every so often, in a thread of its own, until the block is left or the lease is lost."""
    ending = threading.Event()
    thread = threading.Thread(target=_beat, args=(renew, every, ending), name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def _beat(renew: Callable[[], None], every: float, ending: threading.Event) -> None:
    while not ending.wait(every):
        try:
            renew()
        except RopewayError:
            return  # somebody else has the job: the holder's next write says so
        except SQLAlchemyError:
            continue  # the database is away or busy; if it comes back in time, nothing is lost
