"""The picture of a job in SQL, in the order of anchors, so that two jobs are compared in constant memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, true

from ropeway.engine.comparing import End, Pictured
from ropeway.engine.records import Entry
from ropeway.model.anchors import Anchor
from ropeway.store.database import Database
from ropeway.store.deciding import planned_of
from ropeway.store.rows import Key
from ropeway.store.statements import among
from ropeway.store.tables import change, entry, link

PAGE = 800
LINKS = 20_000
"""The most links that are read together with a page of their owners."""

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
    for number, links in _links_of(c, _with_few_links(c, list(found))).items():
        found[number].links = links
    return list(found.values())


def _links_of(c: Connection, numbers: Sequence[int]) -> dict[int, list[End]]:
    """Present links of these entries, in Python's order."""
    links: dict[int, list[End]] = {number: [] for number in numbers}
    rows = select(link.c.owner, link.c.attribute, link.c.other).where(among(c, link.c.owner, numbers))
    for owner, attribute, other in c.execute(rows.where(link.c.present == true())).all():
        links[owner].append((attribute, Anchor(other)))
    for ends in links.values():
        ends.sort()
    return links


def _with_few_links(c: Connection, numbers: Sequence[int]) -> list[int]:
    """Those owners that together have at most LINKS links, the smallest first."""
    counted = select(link.c.owner, func.count()).where(among(c, link.c.owner, numbers)).group_by(link.c.owner)
    counts: dict[int, int] = dict.fromkeys(numbers, 0)
    for owner, count in c.execute(counted).all():
        counts[owner] = count
    total, few = 0, list[int]()
    for number in sorted(numbers, key=counts.__getitem__):
        total += counts[number]
        if total > LINKS:
            break
        few.append(number)
    return few


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
