"""A database as blocks: every table as it was at one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, column, func, inspect, literal, select, table, text

from ropeway.service.operating.backup.archive import Begin, Block, End, Rows
from ropeway.service.operating.backup.counters import last_numbers
from ropeway.service.operating.backup.tables import BLANK, ONLY, in_backup, numbered

Told = Callable[[str, int, int | None], None]
"""Progress: stage, rows done, rows in all."""

FETCHED = 500
"""Rows asked for at once."""
BLOCK = 1 << 20
"""Bytes of text and binary values after which a block is full."""


def quiet(_stage: str, _done: int, _total: int | None) -> None:
    """Tells nobody."""


def rows_of(c: Connection) -> int:
    """How many rows a backup has."""
    return sum(_count(c, name) for name in in_backup(c))


def blocks_of(c: Connection, told: Told, total: int | None = None) -> Iterator[Block]:
    """All tables of a backup, read in the connection's transaction, which must see one state throughout."""
    names, fleeting = in_backup(c), numbered(c)
    last = last_numbers(c, [*names, *fleeting])
    done = 0
    for name in fleeting:
        yield Begin(name, (), last.get(name, 0))
    for name in names:
        query, columns = _everything(c, name)
        yield Begin(name, columns, last.get(name, 0))
        for rows in _batches(c, query):
            done += len(rows)
            yield Rows(rows)
            told("backup", done, total)
    yield End(done)


def _everything(c: Connection, name: str) -> tuple[Select[*tuple[Any, ...]], tuple[str, ...]]:
    """The columns that the table has in this database, whichever version it is of."""
    found = [column(each["name"], each["type"]) for each in inspect(c).get_columns(name)]
    shown: list[Any] = [
        literal(BLANK[name, each.name]).label(each.name) if (name, each.name) in BLANK else each for each in found
    ]
    query = select(*shown).select_from(table(name, *found))
    if name in ONLY:
        query = query.where(text(ONLY[name]))
    return query, tuple(each.name for each in found)


def _count(c: Connection, name: str) -> int:
    query = select(func.count()).select_from(table(name))
    return c.scalar(query.where(text(ONLY[name])) if name in ONLY else query) or 0


def _batches(c: Connection, query: Select[*tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    """Rows in the order in which they are kept, in blocks of about a megabyte."""
    rows: list[tuple[Any, ...]] = []
    size = 0
    for row in c.execute(query, execution_options={"yield_per": FETCHED}):
        rows.append(tuple(row))
        size += _size(row)
        if size >= BLOCK:
            yield rows
            rows, size = [], 0
    if rows:
        yield rows


def _size(row: Sequence[Any]) -> int:
    return 64 + sum(len(value) for value in row if isinstance(value, (str, bytes)))
