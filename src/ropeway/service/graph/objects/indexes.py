"""Properties that have an index: conditions that use it, and the ways in which it is read in its own order.

A way is a query of (value, number): the value's compared form, in the order of the index, and the object's number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, select, union_all

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


@dataclass(frozen=True, slots=True)
class Way:
    """One index, as far as a condition goes."""

    source: FromClause
    """What is read; the objects among it."""
    value: ColumnElement[Any]
    number: ColumnElement[Any]
    where: Condition
    prefix: str = ""
    """Where an object may be found several times, by different values: what these begin with."""


def ways(tenant: int, name: str, value: Any, *, starts: bool, lookups: bool) -> Sequence[Way] | None:
    """How objects with that value, or one that starts with it, are found by an index; None where there is none."""
    if name in KEYS and isinstance(value, str):
        wanted = value if name in EXACT else compare_key(value)
        where = and_(_k.tenant == tenant, _k.name == KEYS[name], _within(_k.value, wanted, starts))
        joined = tables.key.join(tables.object_, _o.number == _k.object)
        return [Way(joined, _k.value, _k.object, where, wanted if starts and name == "proxyAddresses" else "")]
    if name in lookup.LOOKED_UP and lookups and (form := lookup.value_of(value)) is not None:
        where = and_(_l.tenant == tenant, _l.name == name, _within(_l.value, form, starts))
        return [Way(tables.lookup.join(tables.object_, _o.number == _l.object), _l.value, _l.object, where)]
    if not isinstance(value, str):
        return None
    return _own(tenant, name, compare_key(value), starts)


def _own(tenant: int, name: str, wanted: str, starts: bool) -> Sequence[Way] | None:
    """Indexes of the objects' own table."""
    mine = _o.tenant == tenant
    match name:
        case "id" if not starts:
            return [Way(tables.object_, _o.id, _o.number, and_(mine, _o.id == wanted.lower()))]
        case "mail":
            return [Way(tables.object_, _o.mail_key, _o.number, and_(mine, _within(_o.mail_key, wanted, starts)))]
        case "mailNickname":
            own = and_(mine, _within(_o.nickname_key, wanted, starts))
            if "@" in wanted:
                return [Way(tables.object_, _o.nickname_key, _o.number, own)]
            range_ = and_(_o.mail_key >= (wanted if starts else f"{wanted}@"),
                          _o.mail_key < (wanted + END if starts else f"{wanted}A"))  # fmt: skip
            begun = and_(mine, range_, _o.nickname_key.is_(None))
            return [
                Way(tables.object_, _o.nickname_key, _o.number, own),
                Way(tables.object_, _o.mail_key, _o.number, begun),
            ]
        case _:
            return None


def _within(column: ColumnElement[Any], wanted: str, starts: bool) -> Condition:
    return and_(column >= wanted, column < wanted + END) if starts else column == wanted


def held(tenant: int, name: str, value: Any, *, starts: bool, lookups: bool) -> Condition | None:
    """The same as a condition on objects."""
    if name == "displayName" and isinstance(value, str):
        return _within(_o.name_key, compare_key(value), starts)
    found = ways(tenant, name, value, starts=starts, lookups=lookups)
    if found is None:
        return None
    queries = [select(way.number).where(way.where) for way in found if way.source is tables.object_]
    queries += [select(way.number).select_from(_alone(name)).where(way.where) for way in found if _joined(way)]
    return _o.number.in_(queries[0] if len(queries) == 1 else union_all(*queries))


def _joined(way: Way) -> bool:
    return way.source is not tables.object_


def _alone(name: str) -> FromClause:
    return tables.key if name in KEYS else tables.lookup
