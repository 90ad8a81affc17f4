"""The lease of a job, under which everything is written, each time in one short transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection

from ropeway.store import jobs, leases
from ropeway.store.crowds import Crowds
from ropeway.store.database import Database
from ropeway.store.rows import Key


class Leased:
    """A job in a database; `acquire` comes before the first writing call."""

    def __init__(self, database: Database, tenant: int, number: int, clock: Callable[[], float] = time.time) -> None:
        self._db = database
        self._key = Key(tenant=tenant, job=number)
        self._clock = clock
        self._epoch = 0
        self._crowds = Crowds()

    @contextmanager
    def _write(self) -> Generator[Connection, None, None]:
        with self._db.write() as c:
            leases.check(c, self._key, self._epoch, self._clock())
            yield c

    def record(self) -> jobs.JobRow:
        with self._db.read() as c:
            return jobs.load(c, self._key["job"])

    def acquire(self, holder: str, dead: Sequence[str]) -> None:
        with self._db.write() as c:
            self._epoch = leases.acquire(c, self._db, self._key, holder, dead, self._clock())
        self._crowds = Crowds()

    def renew(self) -> None:
        with self._write():
            pass

    def fence(self, connection: Connection) -> None:
        """In a transaction of somebody else's on this database: RopewayError `lease-lost` unless the job is ours."""
        leases.check(connection, self._key, self._epoch, self._clock())

    def release(self) -> None:
        with self._db.write() as c:
            leases.release(c, self._key, self._epoch)
