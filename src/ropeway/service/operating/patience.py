"""Looks at the database that may not take long: how things are must be told above all when they are bad."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from ropeway.store.database import Database

LONGEST = 5.0
"""Seconds for one statement."""


@contextmanager
def hurried(database: Database) -> Generator[Connection, None, None]:
    """A connection for reading, on which PostgreSQL ends a statement that takes too long."""
    with database.snapshot() as c:
        if not database.is_sqlite:
            c.execute(text(f"SET LOCAL statement_timeout = {int(LONGEST * 1000)}"))
        yield c
