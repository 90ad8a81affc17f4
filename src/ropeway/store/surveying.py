"""All entries of a job, for questions about what other rules would make of them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, func, select, true

from ropeway.engine.records import Entry
from ropeway.store.rows import Key
from ropeway.store.tables import entry

_ENTRY = [entry.c[name] for name in Entry.__struct_fields__]


def entries_after(c: Connection, key: Key, last: int, limit: int, types: Collection[str]) -> list[Entry]:
    """Live entries of these types by number, from the one after `last`."""
    wanted = entry.c.job == key["job"], entry.c.number > last, entry.c.live == true(), entry.c.type.in_(types)
    return [Entry(*row) for row in c.execute(select(*_ENTRY).where(*wanted).order_by(entry.c.number).limit(limit))]


def number_of(c: Connection, key: Key, types: Collection[str]) -> int:
    """How many there are."""
    wanted = entry.c.job == key["job"], entry.c.live == true(), entry.c.type.in_(types)
    return c.scalar(select(func.count()).where(*wanted)) or 0
