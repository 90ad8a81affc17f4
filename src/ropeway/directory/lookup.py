"""Values that many objects share, as department or accountEnabled, to find objects by.

An index beside the objects would cost every new object a page for each such value, written in random order. So the
table is filled behind the change log, in portions, by whoever has time; a question that finds it behind reads on its
own what is missing, if that is little, and does without it otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from ropeway.directory import tables
from ropeway.directory.record import decoded
from ropeway.model.values import compare_key
from ropeway.store.constant import any_of, inserting
from ropeway.store.database import Database

LOOKED_UP = ("accountEnabled", "department", "employeeId", "onPremisesSamAccountName", "onPremisesSyncEnabled")
"""Properties that can be looked up, beside those that have an index of their own."""

PORTION = 200
"""Objects of one transaction: about a thousand rows."""
LOGGED_AT_ONCE = 1000

_d, _c, _o, _l = tables.directory.c, tables.change.c, tables.object_.c, tables.lookup.c
_insert = inserting(tables.lookup, "tenant", "name", "value", "object")
_forget = delete(tables.lookup).where(any_of(_l.object, "numbers"))
_how_far = select(_d.sequence, _d.looked_up, _d.rebuilt).where(_d.tenant == bindparam("b_tenant"))
_by_id = select(_o.number, _o.properties, _o.deleted).where(_o.tenant == bindparam("b_tenant"), any_of(_o.id, "ids"))


def value_of(value: Any) -> str | None:
    """The form in which a value is looked up; None for one that cannot be."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return compare_key(value) if isinstance(value, str) else None


def behind(c: Connection, tenant: int) -> int | None:
    """How many changes the table is behind; None while it is made anew."""
    row = c.execute(_how_far, {"b_tenant": tenant}).one()
    return None if row.rebuilt is not None else row.sequence - row.looked_up


def sequences(c: Connection) -> dict[int, int]:
    """The last sequence of each tenant's change log."""
    return {row.tenant: row.sequence for row in c.execute(select(_d.tenant, _d.sequence))}


def catch_up(database: Database, tenant: int) -> bool:
    """Take in the next portion of the change log, in one transaction; whether there is more."""
    with database.write() as c:
        mine = _d.tenant == tenant
        row = c.execute(select(_d.sequence, _d.looked_up, _d.rebuilt).where(mine).with_for_update()).one_or_none()
        if row is None:
            return False
        if row.rebuilt is not None or _is_forgotten(c, tenant, row.looked_up, row.sequence):
            return _rebuild(c, tenant, row.rebuilt, row.sequence)
        if row.looked_up == row.sequence:
            return False
        ids, last, more = _changed(c, tenant, row.looked_up)
        if ids:
            _take_in(c, tenant, c.execute(_by_id, {"b_tenant": tenant, "ids": list(ids)}).all())
        c.execute(update(tables.directory).where(mine).values(looked_up=last if more else row.sequence))
        return more


def _is_forgotten(c: Connection, tenant: int, looked_up: int, sequence: int) -> bool:
    """Whether the log no longer goes back to where the table is."""
    oldest = c.scalar(select(func.min(_c.sequence)).where(_c.tenant == tenant))
    return looked_up < (sequence if oldest is None else oldest - 1)


def _changed(c: Connection, tenant: int, after: int) -> tuple[set[str], int, bool]:
    """Ids of objects that must be taken in, up to which sequence, and whether the log goes on."""
    query = select(_c.sequence, _c.id, _c.action, _c.details).where(_c.tenant == tenant, _c.sequence > after)
    ids: set[str] = set()
    last, seen = after, 0
    for row in c.execute(query.order_by(_c.sequence).limit(LOGGED_AT_ONCE)):
        if row.action not in ("links", "purged") and _concerns(row.action, row.details):
            if len(ids) == PORTION and row.id not in ids:
                return ids, last, True
            ids.add(row.id)
        last, seen = row.sequence, seen + 1
    return ids, last, seen == LOGGED_AT_ONCE


def _concerns(action: str, details: str | None) -> bool:
    names: Iterable[str] = decoded(details).get("properties", ()) if action == "updated" and details else LOOKED_UP
    return not set(LOOKED_UP).isdisjoint(names)


def _rebuild(c: Connection, tenant: int, rebuilt: int | None, sequence: int) -> bool:
    """The next objects by number, all of them anew; what changes meanwhile is taken in from the log afterwards."""
    mine = _d.tenant == tenant
    if rebuilt is None:
        rebuilt = 0
        c.execute(update(tables.directory).where(mine).values(looked_up=sequence, rebuilt=0))
    query = select(_o.number, _o.properties, _o.deleted).where(_o.tenant == tenant, _o.number > rebuilt)
    rows = c.execute(query.order_by(_o.number).limit(PORTION)).all()
    _take_in(c, tenant, rows)
    c.execute(update(tables.directory).where(mine).values(rebuilt=rows[-1].number if len(rows) == PORTION else None))
    return True


def _take_in(c: Connection, tenant: int, rows: Iterable[Any]) -> None:
    found = {row.number: {} if row.deleted is not None else decoded(row.properties) for row in rows}
    c.execute(_forget, {"numbers": list(found)})
    _insert.run(c, sorted(row for number, properties in found.items() for row in _rows(tenant, number, properties)))


def _rows(tenant: int, number: int, properties: Mapping[str, Any]) -> Iterable[tuple[int, str, str, int]]:
    for name in LOOKED_UP:
        if (value := value_of(properties.get(name))) is not None:
            yield tenant, name, value, number
