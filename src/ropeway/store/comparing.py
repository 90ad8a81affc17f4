"""The picture of a job in SQL, in the order of anchors, so that two jobs are compared in constant memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection, and_, or_, select, true

from ropeway.engine.comparing import End, Pictured
from ropeway.engine.records import Entry
from ropeway.model.anchors import Anchor
from ropeway.store.database import Database
from ropeway.store.deciding import planned_of
from ropeway.store.rows import Key
from ropeway.store.tables import change, entry, link

PAGE = 800
_ENTRY = [entry.c[name] for name in Entry.__struct_fields__]


def pictures(db: Database, key: Key) -> Iterator[Pictured]:
    """Every object that is in the target or planned to be, by anchor."""
    after = ""
    while True:
        with db.read() as c:
            page = _page(c, key, after)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].entry.anchor


def _page(c: Connection, key: Key, after: str) -> list[Pictured]:
    planned = select(change.c.seq).where(change.c.entry == entry.c.number).exists()
    rows: Any = c.execute(
        select(*_ENTRY)
        .where(entry.c.job == key["job"], entry.c.anchor > after, or_(entry.c.exported.is_not(None), planned))
        .order_by(entry.c.anchor)
        .limit(PAGE)
    )
    found = {e.number: Pictured(e, []) for e in (Entry(*row) for row in rows)}
    for row in planned_of(c, list(found)):
        found[row.entry].planned.append(row)
    return list(found.values())


def ends(db: Database, number: int, withheld: Collection[str]) -> Iterator[End]:
    """Present links of one object by attributes not withheld, in Python's order of attributes and other ends."""
    with db.read() as c:
        names = c.execute(select(link.c.attribute).where(link.c.owner == number).distinct()).scalars().all()
    for name in sorted(set(names).difference(withheld)):
        for other in _others(db, number, name):
            yield name, other


def _others(db: Database, number: int, attribute: str) -> Iterator[Anchor]:
    after = ""
    while True:
        here = and_(link.c.owner == number, link.c.attribute == attribute, link.c.other > after)
        with db.read() as c:
            page = select(link.c.other).where(here, link.c.present == true()).order_by(link.c.other).limit(PAGE)
            found = c.execute(page).scalars().all()
        yield from map(Anchor, found)
        if len(found) < PAGE:
            return
        after = found[-1]
