"""Keeps the look-up table of directories in step with their change logs, in a thread of the service."""

from __future__ import annotations

import logging
import threading
from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from ropeway.directory import lookup
from ropeway.store.database import Database
from ropeway.store.trouble import said
from ropeway.telemetry.seldom import Seldom

_seldom = Seldom(logging.getLogger(__name__))

LOOK_EVERY = 1.0
"""Seconds between two looks at the change log."""

BUSY = 1000
"""Changes between two looks that mean a large synchronization: its transactions come first."""


@contextmanager
def followed(database: Database, every: float = LOOK_EVERY) -> Generator[None]:
    """Within, values of changed objects are taken into the table as soon as a tenant's directory is quiet."""
    ending = threading.Event()

    def follow() -> None:
        before: dict[int, int] = {}
        while not ending.wait(every):
            try:
                with database.read() as c:
                    now = lookup.sequences(c)
                for tenant, reached in now.items():
                    is_quiet = reached - before.get(tenant, 0) < BUSY
                    while is_quiet and not ending.is_set() and lookup.catch_up(database, tenant):
                        pass
                before = now
            except SQLAlchemyError as error:
                _seldom.warning("Look-ups wait for the database: %s", said(error))

    thread = threading.Thread(target=follow, name="look-ups", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
