"""PostgreSQL's bell. A file of its own: the driver takes longer to load than a service on a file needs to begin."""

from __future__ import annotations

import time

import psycopg

from ropeway.store.ringing import CHANNEL

AGAIN_AFTER = 0.5
"""Seconds until a server that is away is asked again."""


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
        except (psycopg.OperationalError, OSError):
            self.close()
            time.sleep(min(seconds, AGAIN_AFTER))
            return True

    def close(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _listen(self) -> None:
        try:
            connection = psycopg.connect(self._url, autocommit=True)
            connection.execute(f"LISTEN {CHANNEL}")
        except psycopg.Error as error:
            raise ConnectionError(str(error)) from error
        self._connection = connection
