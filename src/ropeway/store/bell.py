"""A way to learn at once that another process wrote something, instead of asking again and again.

What was written is not told: whoever is woken reads the present state. A ring too many costs a look, nothing else.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from typing import Protocol

from ropeway.store.database import Database, patient
from ropeway.store.ringing import CHANNEL, ring

__all__ = ["CHANNEL", "Bell", "Bells", "FileBell", "open_bell", "ring"]

LOOK_EVERY, IDLE_LOOK_EVERY = 0.02, 0.05
"""Seconds between two looks at a file: while something happens, and when nothing did for IDLE_AFTER seconds."""
IDLE_AFTER = 2.0


class Bell(Protocol):
    """Waits for news of other processes. One for each thread that waits."""

    def wait(self, seconds: float) -> bool:
        """True as soon as something may have been written since the last call, False when the time is over."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


def open_bell(database: Database) -> Bell:
    """The bell of a database: it has rung for everything that is written from now on; OSError where it is away."""
    if database.is_sqlite:
        return FileBell(database.url.removeprefix("sqlite:///"))
    from ropeway.store.server_bell import ServerBell

    return ServerBell(patient(database.url))


class Bells:
    """The bells of a database for those who wait for a moment: one is opened only where all others are lent."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._free: list[Bell] = []
        database.at_close(self.close)

    def lend(self) -> Bell:
        """One to wait with alone; it may ring at once, for what was written before."""
        with self._lock:
            if self._free:
                return self._free.pop()
        return open_bell(self._database)

    def take_back(self, bell: Bell) -> None:
        """For the next."""
        with self._lock:
            self._free.append(bell)

    def close(self) -> None:
        """Close those that are not lent."""
        with self._lock:
            free, self._free = self._free, []
        for bell in free:
            bell.close()


class FileBell:
    """SQLite's data_version: another one after each commit of another connection (sqlite.org/pragma.html)."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._version = self._look()
        self._rung = time.monotonic()

    def wait(self, seconds: float) -> bool:
        """True once a transaction of anybody else was committed."""
        until = time.monotonic() + seconds
        while True:
            version, now = self._look(), time.monotonic()
            if version != self._version:
                self._version, self._rung = version, now
                return True
            if now >= until:
                return False
            pace = LOOK_EVERY if now < self._rung + IDLE_AFTER else IDLE_LOOK_EVERY
            time.sleep(min(pace, until - now))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _look(self) -> int:
        return self._connection.execute("PRAGMA data_version").fetchone()[0]
