"""Rows written to the tables of links, counted as the statements pass by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from ropeway.store.database import Database

TABLES = ("directory_link", "link")
VERBS = ("insert into", "update", "delete from")


@contextmanager
def rows_written(database: Database) -> Generator[Counter[str]]:
    """By table, while this lasts."""
    rows: Counter[str] = Counter()

    def after(_c: Any, cursor: Any, statement: str, _p: Any, _x: Any, _many: bool) -> None:
        words = " ".join(statement.lower().split()[:3])
        for table in TABLES:
            if any(words.startswith(f"{verb} {table} ") or words == f"{verb} {table}" for verb in VERBS):
                rows[table] += max(cursor.rowcount, 0)

    event.listen(database.engine, "after_cursor_execute", after)
    try:
        yield rows
    finally:
        event.remove(database.engine, "after_cursor_execute", after)
