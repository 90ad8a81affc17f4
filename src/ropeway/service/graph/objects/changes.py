"""A portion of the change log, gathered by object: what a delta has to tell."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, func, or_, select

from ropeway.directory import tables
from ropeway.directory.record import decoded
from ropeway.service.graph.objects.kinds import Kind

_c = tables.change.c
AT_ONCE = 1000
"""Rows of the log that are read for a page."""
APPEARING = ("created", "restored")
_LIVES = (*APPEARING, "deleted")


@dataclass(slots=True)
class Changed:
    """What happened to one object."""

    type: str
    is_whole: bool = False
    """Whether everything about it is new."""
    restored: bool = False
    names: set[str] = field(default_factory=set[str])
    added: dict[str, dict[str, bool]] = field(default_factory=dict[str, dict[str, bool]])
    """Attribute to references, and whether each is there now: the last word counts."""


@dataclass(slots=True)
class Portion:
    """What was read of the log."""

    objects: dict[str, Changed]
    appeared: dict[str, bool]
    """Objects of any type that came, or went: a delta of groups tells them as members, one of users as managers."""
    sequence: int
    more: bool


def forgotten(c: Connection, tenant: int, sequence: int) -> bool:
    """Whether the log no longer goes back so far, or was never so far."""
    oldest = c.scalar(select(func.min(_c.sequence)).where(_c.tenant == tenant))
    latest = last(c, tenant)
    return sequence > latest or sequence < (latest if oldest is None else oldest - 1)


def last(c: Connection, tenant: int) -> int:
    """The log's last sequence."""
    return c.scalar(select(tables.directory.c.sequence).where(tables.directory.c.tenant == tenant)) or 0


def read(c: Connection, tenant: int, kind: Kind, after: int, most: int, *, ends: bool) -> Portion:
    """The next changes of objects of a kind, of at most so many objects; with `ends` also who came or went at all."""
    query = select(_c.sequence, _c.id, _c.type, _c.action, _c.details).where(_c.tenant == tenant, _c.sequence > after)
    if kind.stored:
        lives = [_c.action.in_(_LIVES)] if ends else []
        query = query.where(or_(_c.type == kind.stored, *lives))
    found = Portion({}, {}, after, more=False)
    rows = c.execute(query.order_by(_c.sequence).limit(AT_ONCE)).all()
    for row in rows:
        mine = not kind.stored or row.type == kind.stored
        if mine and row.id not in found.objects and len(found.objects) >= most:
            found.more = True
            return found
        if mine:
            _gather(found.objects.setdefault(row.id, Changed(row.type)), row.action, row.details)
        if row.action in _LIVES:
            found.appeared[row.id] = row.action in APPEARING
        found.sequence = row.sequence
    found.more = len(rows) == AT_ONCE
    return found


def _gather(one: Changed, action: str, text: str | None) -> None:
    details = decoded(text) if text else {}
    one.is_whole = one.is_whole or action not in ("updated", "links")
    one.restored = one.restored or action == "restored"
    one.names.update(details.get("properties", ()))
    for word, present in (("removed", False), ("added", True), ("replaced", True)):
        for attribute, references in details.get(word, {}).items():
            one.added.setdefault(attribute, {}).update(dict.fromkeys(references, present))
