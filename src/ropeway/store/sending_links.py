"""Changes of links: what can be sent of them, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    false,
    func,
    or_,
    select,
    true,
    tuple_,
    update,
)

from ropeway.engine.exporting import REFERENCES
from ropeway.engine.records import Confirmed, PendingLink
from ropeway.store.constant import any_of
from ropeway.store.event_log import log
from ropeway.store.guarding import is_deleted
from ropeway.store.rows import Key
from ropeway.store.sending import APPROVED, OUT_OF_PLAN
from ropeway.store.tables import PENDING, change, entry, link
from ropeway.store.worklist import drop_escrows

_place = tuple_(link.c.owner, link.c.attribute, link.c.other)

Place = tuple[int, str, str]
"""Where in the order of links: owner's number, attribute, other end."""

OWNERS = 32
"""Owners whose links are looked at together at first: a group has many."""

_free = and_(PENDING, or_(link.c.hold.is_(None), link.c.hold.in_(APPROVED)))
OPEN = and_(any_of(link.c.owner, "b_owners"), _free)
"""Link changes of `b_owners`, of `b_job`, that no hold keeps back."""

_pending = select(link.c.owner, link.c.attribute, link.c.other, link.c.present, link.c.hold)
_pending_of_one = (
    _pending.where(
        link.c.owner == bindparam("b_owner"),
        tuple_(link.c.attribute, link.c.other) > tuple_(bindparam("b_attribute"), bindparam("b_other")),
        _free,
    )
    .order_by(link.c.attribute, link.c.other)
    .limit(bindparam("b_limit"))
)
_pending_of_many = (
    _pending.where(OPEN).order_by(link.c.owner, link.c.attribute, link.c.other).limit(bindparam("b_limit"))
)


def pending_links(c: Connection, key: Key, owners: Sequence[int], after: Place, limit: int) -> list[PendingLink]:
    """Open link changes of these owners that no hold keeps back, by owner, attribute and other end."""
    return _as_pending(c, key, _stretch(c, key, owners, after, limit))


def _as_pending(c: Connection, key: Key, found: Sequence[Any]) -> list[PendingLink]:
    foreign = _foreign(c, key, [row[2] for row in found])
    deleted = _deleted(c, key, [row[2] for row in found if not row[3]])
    return [
        PendingLink(owner, name, o, present, hold is not None or o in deleted, foreign.get(o))
        for owner, name, o, present, hold in found
    ]


def open_links(c: Connection, key: Key, owner: int, limit: int) -> tuple[list[PendingLink], int]:
    """The first open link changes of an owner, those on a hold included, and how many there are."""
    here = and_(link.c.owner == owner, PENDING)
    given = {"b_job": key["job"]}
    count = c.scalar(select(func.count()).select_from(link).where(here), given) or 0
    rows = c.execute(_pending.where(here).order_by(link.c.attribute, link.c.other).limit(limit), given).all()
    return _as_pending(c, key, rows), count


def _stretch(c: Connection, key: Key, owners: Sequence[int], after: Place, limit: int) -> list[Any]:
    """What is left of the owner that was being looked at, then some owners more at a time: none is sorted twice."""
    owner, attribute, other = after
    found: list[Any] = []
    if owner in owners:
        place = {"b_owner": owner, "b_attribute": attribute, "b_other": other}
        found += c.execute(_pending_of_one, {"b_job": key["job"], "b_limit": limit, **place}).all()
    rest = sorted(number for number in owners if number > owner)
    size = OWNERS
    while rest and len(found) < limit:
        part = {"b_owners": rest[:size], "b_job": key["job"], "b_limit": limit - len(found)}
        found += c.execute(_pending_of_many, part).all()
        rest, size = rest[size:], size * 2
    return found


_foreign_one = and_(entry.c.job == bindparam("b_job"), entry.c.type == "foreignSecurityPrincipal")
_any_foreign = select(entry.c.job).where(_foreign_one).limit(1)
_foreign_of = select(entry.c.anchor, entry.c.attributes).where(_foreign_one, any_of(entry.c.anchor, "b_anchors"))


def _foreign(c: Connection, key: Key, anchors: Sequence[str]) -> dict[str, bytes]:
    """Packed attributes of those anchors that are foreign security principals; most domains have few, or none."""
    if c.scalar(_any_foreign, {"b_job": key["job"]}) is None:
        return {}
    return dict(c.execute(_foreign_of, {"b_job": key["job"], "b_anchors": anchors}).all())


_deleted_of = select(entry.c.anchor).where(
    entry.c.job == bindparam("b_job"), any_of(entry.c.anchor, "b_anchors"), is_deleted(entry.c)
)


def _deleted(c: Connection, key: Key, anchors: Sequence[str]) -> set[str]:
    """Those anchors whose objects were deleted, and took their links along."""
    return set(c.execute(_deleted_of, {"b_job": key["job"], "b_anchors": anchors}).scalars()) if anchors else set()


def forget_exported_links(c: Connection, owners: Sequence[int], limit: int) -> int:
    """Present links of objects that are gone from the target count as not exported; how many, at most `limit`."""
    return c.execute(_forget, {"b_owners": owners, "b_limit": limit}).rowcount


def drop_removals(c: Connection, owners: Sequence[int], limit: int) -> int:
    """Links of objects that are gone from the target need not be taken away; how many, at most `limit`."""
    return c.execute(_drop, {"b_owners": owners, "b_limit": limit}).rowcount


def _told(*, present: bool) -> ColumnElement[bool]:
    """Some links of `b_owners` that count as exported."""
    return _place.in_(
        select(link.c.owner, link.c.attribute, link.c.other)
        .where(
            any_of(link.c.owner, "b_owners"),
            link.c.present == (true() if present else false()),
            link.c.exported == true(),
        )
        .limit(bindparam("b_limit"))
    )


_forget = update(link).where(_told(present=True)).values(exported=False)
_drop = delete(link).where(_told(present=False))

_after = tuple_(bindparam("a_owner"), bindparam("a_attribute"), bindparam("a_other"))
_last = tuple_(bindparam("l_owner"), bindparam("l_attribute"), bindparam("l_other"))
_sent = and_(OPEN, _place > _after, _place <= _last)
_removed = delete(link).where(_sent, link.c.present == false())
_in_step = update(link).where(_sent, link.c.present == true()).values(exported=True, hold=None)


def confirm_links(
    c: Connection,
    key: Key,
    done: tuple[int, float],
    changes: Sequence[Confirmed],
    after: Place,
    last: PendingLink,
) -> None:
    """The open links of these owners in a stretch of the order are in step; one log line an owner."""
    good = [x for x in changes if x.status in ("success", "warning")]
    stretch = {"b_owners": [x.entry.number for x in good], "b_job": key["job"],
               "a_owner": after[0], "a_attribute": after[1], "a_other": after[2],
               "l_owner": last.owner, "l_attribute": last.attribute, "l_other": last.other}  # fmt: skip
    if any(x.lost for x in good):
        c.execute(_removed, stretch)
    c.execute(_in_step, stretch)
    drop_escrows(c, key, [x.entry.anchor for x in good], ("export", REFERENCES))
    log(c, key, done[0], done[1], changes)


_waiting = (
    select(change.c.seq, func.max(link.c.hold))
    .select_from(change.join(link, link.c.owner == change.c.entry))
    .where(any_of(change.c.seq, "b_seqs"), PENDING, link.c.hold.not_in(APPROVED))
    .group_by(change.c.seq)
)
_wait = update(change).where(change.c.seq == bindparam("b_seq")).values(hold=bindparam("b_hold"), state="planned")


def finish_links(c: Connection, key: Key, seqs: Sequence[int]) -> None:
    """Take LINKS rows out of the plan; one whose owner has links on a hold waits for the same approval."""
    waiting = c.execute(_waiting, {"b_seqs": seqs, "b_job": key["job"]}).all()
    for seq, hold_number in waiting:
        c.execute(_wait, {"b_seq": seq, "b_hold": hold_number})
    c.execute(OUT_OF_PLAN, {"b_seqs": sorted(set(seqs) - {seq for seq, _ in waiting})})
