"""Properties that have an index: conditions that use it, and the ways in which it is read in its own order.

What is read along an index is (value, number): the value's compared form, in the order of the index, and the object's
number. Indexes are made once a process, so that a query along one can be composed once, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Table, and_, select, true, union_all

from ropeway.directory import lookup, tables
from ropeway.directory.computed import ANCHOR, PROXY, SID, UPN
from ropeway.model.values import compare_key

Condition = ColumnElement[bool]
_o, _k, _l = tables.object_.c, tables.key.c, tables.lookup.c
END = chr(0x10FFFF)
"""Behind every text that begins with what stands before it, in the order of bytes."""

KEYS = {
    "userPrincipalName": UPN,
    "proxyAddresses": PROXY,
    "onPremisesImmutableId": ANCHOR,
    "onPremisesSecurityIdentifier": SID,
}
"""Properties whose values are unique, and the name of their keys."""
EXACT = frozenset({"onPremisesImmutableId", "onPremisesSecurityIdentifier"})


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """One index of the database."""

    table: Table
    value: ColumnElement[Any]
    number: ColumnElement[Any]
    part: Condition
    """Which rows of the table it is about."""

    @property
    def source(self) -> FromClause:
        """What is read; the objects among it."""
        is_own = self.table is tables.object_
        return self.table if is_own else self.table.join(tables.object_, _o.number == self.number)

    def within(self, tenant: Any, low: Any, high: Any) -> Condition:
        """Whether a value is that one; with `high`, between the two. Each is a value or a parameter."""
        bounds = self.value == low if high is None else and_(self.value >= low, self.value < high)
        return and_(self.table.c.tenant == tenant, self.part, bounds)


@dataclass(frozen=True, slots=True)
class Way:
    """One index, as far as a condition goes."""

    index: Index
    low: str | None = None
    """None: all of it."""
    high: str | None = None
    """None: `low` alone."""
    prefix: str | None = None
    """Where an object may be found several times, by different values: what these begin with."""


NAMES = Index(tables.object_, _o.name_key, _o.number, true())
"""Every object, in the order in which they are told."""
_IDS = Index(tables.object_, _o.id, _o.number, true())
_MAILS = Index(tables.object_, _o.mail_key, _o.number, true())
_NICKNAMES = Index(tables.object_, _o.nickname_key, _o.number, true())
_BEGUN = Index(tables.object_, _o.mail_key, _o.number, _o.nickname_key.is_(None))
"""Nicknames that are the beginning of the mail address, which have no key of their own."""
_UNIQUE: Mapping[str, Index] = {
    name: Index(tables.key, _k.value, _k.object, _k.name == key) for name, key in KEYS.items()
}
_SHARED: Mapping[str, Index] = {
    name: Index(tables.lookup, _l.value, _l.object, _l.name == name) for name in lookup.LOOKED_UP
}


_OF_TRUTHS = (_SHARED["accountEnabled"], _SHARED["onPremisesSyncEnabled"])


def last_choice(index: Index) -> int:
    """What is better read by another index has a higher number: names are in the order of the answer anyway, and of two
    truth values one is nearly everybody's."""
    return 2 if index in _OF_TRUTHS else int(index is NAMES)


def ways(name: str, value: str | bool, *, starts: bool, lookups: bool) -> Sequence[Way]:
    """How objects with that value, or one that starts with it, are found by an index; empty where there is none."""
    if name in KEYS and isinstance(value, str):
        wanted = value if name in EXACT else compare_key(value)
        return [_way(_UNIQUE[name], wanted, starts, wanted if starts and name == "proxyAddresses" else None)]
    if name in lookup.LOOKED_UP and lookups and (form := lookup.value_of(value)) is not None:
        return [_way(_SHARED[name], form, starts)]
    return _own(name, compare_key(value), starts) if isinstance(value, str) else ()


def _own(name: str, wanted: str, starts: bool) -> Sequence[Way]:
    """Indexes of the objects' own table."""
    match name:
        case "id" if not starts:
            return [Way(_IDS, wanted.lower())]
        case "displayName":
            return [_way(NAMES, wanted, starts)]
        case "mail":
            return [_way(_MAILS, wanted, starts)]
        case "mailNickname":
            own = _way(_NICKNAMES, wanted, starts)
            begun = Way(_BEGUN, wanted, wanted + END) if starts else Way(_BEGUN, f"{wanted}@", f"{wanted}A")
            return [own] if "@" in wanted else [own, begun]
        case _:
            return ()


def _way(index: Index, wanted: str, starts: bool, prefix: str | None = None) -> Way:
    return Way(index, wanted, wanted + END if starts else None, prefix)


def held(tenant: int, name: str, value: str | bool, *, starts: bool, lookups: bool) -> Condition | None:
    """The same as a condition on objects."""
    found = ways(name, value, starts=starts, lookups=lookups)
    if not found:
        return None
    if found[0].index is NAMES:
        return NAMES.within(tenant, found[0].low, found[0].high)
    queries = [select(way.index.number).where(way.index.within(tenant, way.low, way.high)) for way in found]
    return _o.number.in_(queries[0] if len(queries) == 1 else union_all(*queries))
