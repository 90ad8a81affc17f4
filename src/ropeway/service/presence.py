"""A process of the service, known to all others for as long as it lives."""

from __future__ import annotations

import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Literal

from sqlalchemy.exc import SQLAlchemyError

from ropeway.control.heartbeat import heartbeat
from ropeway.control.holder import a_run, is_dead
from ropeway.model.problems import Problem, RopewayError
from ropeway.store import processes
from ropeway.store.database import Database
from ropeway.store.processes import ProcessRow

BEAT_EVERY = 10.0
"""Seconds between two signs of life."""

Role = Literal["service", "worker"]
Clock = Callable[[], float]


@contextmanager
def present(
    database: Database,
    tenant: int,
    role: Role,
    clock: Clock,
    *,
    url: str = "",
    authority: str = "",
    expires: Callable[[], float | None] = lambda: None,
) -> Generator[str, None, None]:
    """Within, this process is known; answers its name. `expires`: when an administrator's certificate does.

    A file has one service: RopewayError `service-is-running` says who has it and since when.
    """
    with a_run() as name:
        now = clock()
        row = ProcessRow(name, role, socket.gethostname(), version("ropeway"), now, now, url, authority, expires())
        try:
            _enter(database, tenant, row)
        except SQLAlchemyError:
            if role == "service":
                raise  # a worker, which waits for a database that is away, is entered by its next sign of life
        try:
            with heartbeat(
                lambda: _beat(database, tenant, row._replace(certificate_expires=expires()), clock()), BEAT_EVERY
            ):
                yield name
        finally:
            with suppress(SQLAlchemyError), database.write() as c:  # if the database is away, it forgets by itself
                processes.leave(c, name)


def _enter(database: Database, tenant: int, row: ProcessRow) -> None:
    with database.write() as c:
        if row.role == "service" and database.is_sqlite:
            alive = processes.alive(c, tenant, row.role, row.started)
            _refuse_a_second([other for other in alive if not is_dead(other.id)], database)
        processes.enter(c, tenant, row)


def _beat(database: Database, tenant: int, row: ProcessRow, now: float) -> None:
    with database.write() as c:
        processes.beat(c, tenant, row, now)


def _refuse_a_second(others: list[ProcessRow], database: Database) -> None:
    for other in others:
        since = datetime.fromtimestamp(other.started, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        details = {"holder": other.id.partition(" (")[0], "since": since, "url": other.url}
        place = database.url.removeprefix("sqlite:///")
        raise RopewayError(Problem("service-is-running", object=place, details=details))
