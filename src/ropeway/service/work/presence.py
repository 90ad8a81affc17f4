"""A process that is there: it says so every few seconds, in the table of processes."""

from __future__ import annotations

import socket
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from importlib.metadata import version

from sqlalchemy import delete, update
from sqlalchemy.exc import SQLAlchemyError

from ropeway.control.heartbeat import heartbeat
from ropeway.store.database import Database
from ropeway.store.service_tables import process

EVERY = 10.0
"""Seconds between two signs of life."""

FORGOTTEN = 86400.0
"""Seconds after which a process that went without a word is forgotten."""


@contextmanager
def present(database: Database, tenant: int, role: str, id_: str) -> Generator[None, None, None]:
    """Within, the process is listed; `id_` are the words of `control.holder.a_run`."""
    _enter(database, tenant, role, id_)
    try:
        with heartbeat(lambda: _beat(database, tenant, role, id_), EVERY):
            yield
    finally:
        with suppress(SQLAlchemyError), database.write() as c:
            c.execute(delete(process).where(process.c.id == id_))


def _enter(database: Database, tenant: int, role: str, id_: str) -> None:
    now = time.time()
    told = {"machine": socket.gethostname(), "version": version("ropeway"), "started": now, "seen": now}
    with suppress(SQLAlchemyError), database.write() as c:
        c.execute(delete(process).where(process.c.seen < now - FORGOTTEN))
        c.execute(database.insert(process).values(id=id_, tenant=tenant, role=role, **told).on_conflict_do_nothing())


def _beat(database: Database, tenant: int, role: str, id_: str) -> None:
    with database.write() as c:
        known = c.execute(update(process).where(process.c.id == id_).values(seen=time.time())).rowcount
    if not known:
        _enter(database, tenant, role, id_)
