"""A backup put back: everything checked before anything is touched, then one transaction.

Whoever looks, and whoever comes after a crash in the middle, sees the old state or the new one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple

from sqlalchemy import Connection, select, text

from ropeway.control.holder import is_dead
from ropeway.control.running import trouble
from ropeway.directory import tables as hub
from ropeway.model.problems import Problem, RopewayError
from ropeway.service.operating.backup.archive import Header, verify
from ropeway.service.operating.backup.exchange import Exchange
from ropeway.service.operating.backup.older import Opened, brought_up
from ropeway.service.operating.backup.reading import Told, quiet
from ropeway.store import leases, lifecycle
from ropeway.store.database import Database
from ropeway.store.metadata import tenant
from ropeway.store.rows import Key
from ropeway.store.schema import HEAD, MIGRATING, prepare
from ropeway.store.service_tables import agent
from ropeway.store.tables import job

PATIENCE = 15.0
"""Seconds for which jobs that are kept in step are given time to end their cycle."""
LOOK_AGAIN = 0.2
LOCK_WAIT = "15s"
"""For which PostgreSQL waits for other transactions to end."""


class _Asked(NamedTuple):
    """What is restored, and where to."""

    database: Database
    file: Path
    replace: bool


def restore(database: Database, file: Path, *, replace: bool = False, told: Told = quiet) -> Header:
    """Put a backup into a state that is empty, or with `replace` in the place of what is there.

    RopewayError where the file is no backup, damaged, newer or another tenant's, where the state is in use, or where a
    job is running; then nothing was touched.
    """
    with _opened(file) as stream, trouble():
        header = verify(stream, str(file))
        if header.schema > HEAD:
            raise RopewayError(Problem("backup-too-new", object=str(file), details={"found": header.program}))
        prepare(database)
        asked = _Asked(database, file, replace)
        with database.read() as c:
            _refuse(c, asked, header)
        with brought_up(stream, header, database, told) as opened:
            _when_jobs_rest(database, lambda: _exchange(asked, opened, header, told))
        _settle(database)
    return header


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except OSError as error:
        details = {"error": error.strerror or str(error)}
        raise RopewayError(Problem("backup-unreadable", object=str(file), details=details)) from error


def is_in_use(c: Connection) -> bool:
    """Whether a state has jobs, objects or agents."""
    return any(c.execute(select(*t.primary_key.columns).limit(1)).first() for t in (job, hub.object_, agent))


def _refuse(c: Connection, asked: _Asked, header: Header) -> None:
    if not is_in_use(c):
        return
    if not asked.replace:
        raise RopewayError(Problem("state-not-empty"))
    if header.tenant != c.scalar(select(tenant.c.id).order_by(tenant.c.number).limit(1)):
        raise RopewayError(Problem("backup-of-another-tenant", object=str(asked.file)))


def _when_jobs_rest(database: Database, do: Callable[[], None]) -> None:
    """Whoever keeps a job in step is asked to make room for a moment; RopewayError `job-is-running` if they do not."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return do()
        except RopewayError as error:
            if error.problem.code != "job-is-running" or time.monotonic() > until:
                raise
        with database.write() as c:
            for number in c.execute(select(job.c.number)).scalars().all():
                lifecycle.want_room(c, number, time.time())
        time.sleep(LOOK_AGAIN)


def _exchange(asked: _Asked, opened: Opened, header: Header, told: Told) -> None:
    """All of it in one transaction, in which nobody else can take a job or write anything."""
    with asked.database.write() as c:
        if not asked.database.is_sqlite:
            c.execute(text(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'"))
            c.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATING})"))
        exchange = Exchange(c)
        exchange.shut_out()
        _refuse_running_jobs(c)
        _refuse(c, asked, header)
        exchange.run(str(asked.file), opened(), header, identities=not is_in_use(c), told=told)


def _refuse_running_jobs(c: Connection) -> None:
    for row in c.execute(select(job.c.tenant, job.c.number, job.c.name)).all():
        found = leases.holder(c, Key(tenant=row.tenant, job=row.number), time.time())
        if found and not is_dead(found[0]):
            since = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(found[1]))
            details = {"holder": found[0], "since": since}
            raise RopewayError(Problem("job-is-running", object=row.name, details=details))


def _settle(database: Database) -> None:
    """Give back the room that the transaction took, and let the database count what it has now."""
    if database.is_sqlite:
        with database.engine.connect() as c:
            made = c.connection.driver_connection
            assert made is not None
            made.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    else:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as c:
            c.execute(text("ANALYZE"))
