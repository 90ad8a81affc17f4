"""A way to learn at once that another process wrote something, instead of asking again and again.

What was written is not told: whoever is woken reads the present state. A ring too many costs a look, nothing else.
"""

from __future__ import annotations

import sqlite3
import time
from typing import Protocol

import psycopg
from sqlalchemy import Connection, text

from ropeway.store.database import Database

CHANNEL = "ropeway"
LOOK_EVERY, IDLE_LOOK_EVERY = 0.015, 0.05
"""Seconds between two looks at a file: while something happens, and when nothing did for IDLE_AFTER seconds."""
IDLE_AFTER = 2.0
AGAIN_AFTER = 0.5
"""Seconds until a server that is away is asked again."""


class Bell(Protocol):
    """Waits for news of other processes. One for each thread that waits."""

    def wait(self, seconds: float) -> bool:
        """True as soon as something may have been written since the last call, False when the time is over."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


def open_bell(database: Database) -> Bell:
    """The bell of a database: it has rung for everything that is written from now on."""
    if database.is_sqlite:
        return FileBell(database.url.removeprefix("sqlite:///"))
    return ServerBell(database.url)


def ring(c: Connection) -> None:
    """Wake whoever waits, when this transaction commits. Writing to a file rings by itself."""
    if c.dialect.name == "postgresql":
        c.execute(text(f"NOTIFY {CHANNEL}"))


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


class ServerBell:
    """PostgreSQL's LISTEN. After a lost connection it counts as having rung: something may have been missed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection | None = None
        self._listen()

    def wait(self, seconds: float) -> bool:
        """True once somebody rang, or where it cannot be known."""
        try:
            if self._connection is None:
                self._listen()
                return True
            return any(True for _ in self._connection.notifies(timeout=seconds, stop_after=1))
        except psycopg.OperationalError:
            self.close()
            time.sleep(min(seconds, AGAIN_AFTER))
            return True

    def close(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _listen(self) -> None:
        connection = psycopg.connect(self._url, autocommit=True)
        connection.execute(f"LISTEN {CHANNEL}")
        self._connection = connection
