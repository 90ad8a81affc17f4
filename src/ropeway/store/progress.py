"""How far running cycles have come, for whoever watches: one row a job, written seldom, gone when the cycle ends."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from sqlalchemy import Connection, delete, select
from sqlalchemy.exc import SQLAlchemyError

from ropeway.store.database import Database
from ropeway.store.ringing import ring
from ropeway.store.rows import Key
from ropeway.store.service_tables import progress

EVERY = 0.5
"""Seconds between two writes, and from a cycle's beginning to the first: a short cycle writes nothing."""


class ProgressRow(NamedTuple):
    """What is told of a running cycle; times are seconds since 1970."""

    stage: str
    done: int
    total: int | None
    began: float
    """When the stage began."""
    updated: float


def find(c: Connection, job: int) -> ProgressRow | None:
    """How far the cycle of a job has come; None where none runs for longer than a moment."""
    columns = [progress.c[name] for name in ProgressRow._fields]
    row = c.execute(select(*columns).where(progress.c.job == job)).one_or_none()
    return ProgressRow(*row) if row else None


def put(c: Connection, db: Database, key: Key, row: ProgressRow) -> None:
    """Tell it, in place of what was told before."""
    values = row._asdict()
    told = db.insert(progress).values(**key, **values)
    c.execute(told.on_conflict_do_update(index_elements=["job"], set_=values))
    ring(c)


def drop(c: Connection, job: int) -> None:
    """The cycle has ended."""
    c.execute(delete(progress).where(progress.c.job == job))
    ring(c)


class Teller:
    """Tells the progress of one job's cycles, for as long as the block lasts.

    Calls cost a comparison: a thread of its own writes, since a cycle may be in the middle of a transaction.
    """

    def __init__(self, database: Database, key: Key, clock: Callable[[], float] = time.time) -> None:
        self._db, self._key, self._clock = database, key, clock
        self._now: ProgressRow | None = None
        self._wanted, self._ending = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._write, name="progress", daemon=True)

    def __enter__(self) -> Teller:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._now = None
        self._ending.set()
        self._wanted.set()
        self._thread.join()

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """How far the running cycle is."""
        now, before = self._clock(), self._now
        began = before.began if before is not None and before.stage == stage else now
        self._now = ProgressRow(stage, done, total, began, now)
        if before is None:
            self._wanted.set()

    def end(self) -> None:
        """The running cycle has ended; another may follow."""
        self._now = None

    def _write(self) -> None:
        while not self._ending.is_set():
            self._wanted.wait()
            self._wanted.clear()
            told: ProgressRow | None = None
            while not self._ending.wait(EVERY) and (now := self._now) is not None:
                if now is not told and self._tried(lambda c, now=now: put(c, self._db, self._key, now)):
                    told = now
                    self._checkpointed()
            if told is not None:
                self._tried(lambda c: drop(c, self._key["job"]))

    def _checkpointed(self) -> None:
        """A cycle that goes on writes much: what it wrote so far is put in its place meanwhile."""
        with suppress(SQLAlchemyError, sqlite3.Error):
            self._db.checkpoint()

    def _tried(self, write: Callable[[Connection], None]) -> bool:
        """A look at progress is worth no trouble: a database that is away is somebody else's to tell."""
        try:
            with self._db.write() as c:
                write(c)
        except SQLAlchemyError:
            return False
        return True
