"""Stage 6 on the whole, in SQL: counting what would be taken away."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, ScalarSelect, Select, Subquery, and_, false, func, or_, select, true

from ropeway.model.anchors import Anchor
from ropeway.model.changes import Kind
from ropeway.store.rows import Key
from ropeway.store.tables import PENDING, change, entry, hold, link, provisioning_event

KINDS = {"deletes": Kind.DELETE, "disables": Kind.DISABLE, "emptied": Kind.EMPTY}


def approved_holds(key: Key) -> Select[int]:
    """The numbers of this job's approved holds."""
    return select(hold.c.number).where(hold.c.job == key["job"], hold.c.approved.is_not(None))


def number_of(key: Key, anchor: str) -> ScalarSelect[int]:
    """The number of an entry, within a statement."""
    return select(entry.c.number).where(entry.c.job == key["job"], entry.c.anchor == anchor).scalar_subquery()


def endangered(c: Connection, key: Key, what: str) -> dict[str, int]:
    """Planned rows of a kind that nobody has approved, by target type."""
    rows = c.execute(
        select(change.c.type, func.count())
        .where(
            change.c.job == key["job"],
            change.c.phase == (0 if what == "deletes" else 1),
            change.c.kind == KINDS[what].value,
            or_(change.c.hold.is_(None), change.c.hold.not_in(approved_holds(key))),
        )
        .group_by(change.c.type)
    )
    return dict(rows.all())


def emptied(c: Connection, key: Key, after: int, limit: int) -> list[tuple[int, str, bytes]]:
    """(seq, type, packed attributes) of EMPTY rows that nobody has approved, in order, from the one after `after`."""
    rows = c.execute(
        select(change.c.seq, change.c.type, change.c.attributes)
        .where(
            change.c.job == key["job"],
            change.c.phase == 1,
            change.c.kind == Kind.EMPTY.value,
            change.c.seq > after,
            or_(change.c.hold.is_(None), change.c.hold.not_in(approved_holds(key))),
        )
        .order_by(change.c.seq)
        .limit(limit)
    )
    return list(rows)


def emptied_since(c: Connection, key: Key, since: float) -> list[tuple[str, bytes]]:
    """(type, packed attributes) of EMPTY changes confirmed since then without approval."""
    rows = c.execute(
        select(provisioning_event.c.type, provisioning_event.c.modified).where(_done(key, Kind.EMPTY.value, since))
    )
    return list(rows)


def _done(key: Key, action: str, since: float) -> ColumnElement[bool]:
    event = provisioning_event.c
    return and_(
        event.job == key["job"],
        event.action == action,
        event.time > since,
        event.status.in_(("success", "warning")),
        event.approved == false(),
    )


def done_since(c: Connection, key: Key, action: str, type_: str, since: float) -> int:
    """Confirmed changes of a kind since then that nobody had to approve."""
    query = select(func.count()).where(_done(key, action, since), provisioning_event.c.type == type_)
    return c.scalar(query) or 0


def is_deleted(e: Any) -> ColumnElement[bool]:
    """Entries that are gone from the source, and from the target, where this job deleted them: links went along.

    Not those that never had a target object of this job, nor those that only joined one: there the target may well have
    the link. `e`: the columns of `entry`, or of an alias.
    """
    past = provisioning_event.c
    done = and_(past.entry == e.number, past.action == Kind.DELETE.value, past.status.in_(("success", "warning")))
    return and_(e.live == false(), e.target.is_(None), e.target_type.is_not(None), select(past.id).where(done).exists())


_end = entry.alias().c
WENT_ALONG = select(_end.number).where(_end.job == link.c.job, _end.anchor == link.c.other, is_deleted(_end)).exists()
"""Of a row of `link`: its other end was deleted."""


def losing_members(c: Connection, key: Key, at_least: int, since: float) -> list[tuple[Anchor, str, int, int]]:
    """(owner, attribute, links to be taken away, taken since then) of that many together.

    What was approved does not count, nor what went along with a deleted object.
    """
    event = provisioning_event.c
    lost = (
        select(event.entry, func.sum(event.lost).label("lost"))
        .where(event.job == key["job"], event.action == Kind.LINKS.value, event.time > since, event.lost > 0)
        .group_by(event.entry)
        .subquery()
    )
    gone = func.coalesce(func.max(lost.c.lost), 0)
    rows = c.execute(
        select(entry.c.anchor, link.c.attribute, func.count(), gone)
        .select_from(
            change.join(link, link.c.owner == change.c.entry)
            .join(entry, entry.c.number == change.c.entry)
            .outerjoin(lost, lost.c.entry == change.c.entry)
        )
        .where(
            change.c.job == key["job"],
            change.c.phase == 4,
            PENDING,
            link.c.present == false(),
            or_(link.c.hold.is_(None), link.c.hold.not_in(approved_holds(key))),
            ~WENT_ALONG,
        )
        .group_by(entry.c.anchor, link.c.attribute)
        .having(func.count() + gone >= at_least)
    )
    return [(Anchor(a), attribute, int(n), int(before)) for a, attribute, n, before in rows]


def losing_all(c: Connection, key: Key) -> list[tuple[str, str, int]]:
    """(target type, attribute, owners) of owners who would lose every link of an attribute, and nobody has approved.

    Links to what was deleted in the source are left out: they go with it.
    """
    found = losing_their_last(key)
    counts = select(entry.c.target_type, found.c.attribute, func.count()).join(found, entry.c.number == found.c.owner)
    rows = c.execute(counts.where(entry.c.target_type.is_not(None)).group_by(entry.c.target_type, found.c.attribute))
    return [(type_, attribute, number) for type_, attribute, number in rows]


def losing_their_last(key: Key) -> Subquery:
    """(owner, attribute) that would be left without a link."""
    some = (
        select(link.c.owner, link.c.attribute)
        .select_from(change.join(link, link.c.owner == change.c.entry))
        .where(
            change.c.job == key["job"],
            change.c.phase == 4,
            PENDING,
            link.c.present == false(),
            or_(link.c.hold.is_(None), link.c.hold.not_in(approved_holds(key))),
        )
        .distinct()
        .subquery()
    )
    one = link.alias()
    this = and_(one.c.owner == some.c.owner, one.c.attribute == some.c.attribute)
    stays = select(one.c.owner).where(this, one.c.present == true()).exists()
    alive = and_(entry.c.job == one.c.job, entry.c.anchor == one.c.other, entry.c.live == true())
    misses = select(one.c.owner).select_from(one.join(entry, alive)).where(this, one.c.present == false()).exists()
    return select(some.c.owner, some.c.attribute).where(~stays, misses).subquery()


def linked(c: Connection, key: Key, type_: str) -> int:
    """How many target objects of a type the job has."""
    query = select(func.count()).where(
        entry.c.job == key["job"], entry.c.target_type == type_, entry.c.target.is_not(None)
    )
    return c.scalar(query) or 0


def exported_links(c: Connection, key: Key, anchor: Anchor, attribute: str) -> int:
    """How many links of an object the target has."""
    query = select(func.count()).where(
        link.c.owner == number_of(key, anchor), link.c.attribute == attribute, link.c.exported == true()
    )
    return c.scalar(query) or 0
