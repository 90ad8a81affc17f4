"""Stage 7 in SQL: what can be sent, and what became of it."""

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

from ropeway.engine.records import Confirmed, Entry, PendingLink, Planned, Sendable
from ropeway.model.anchors import Anchor
from ropeway.model.changes import Kind
from ropeway.store.guarding import approved_holds, free
from ropeway.store.rows import Key, problem_text
from ropeway.store.statements import Rows, among, insert_of, run
from ropeway.store.tables import PENDING, change, entry, link, provisioning_event
from ropeway.store.worklist import drop_escrows

_ENTRY = [entry.c[name] for name in Entry.__struct_fields__]
_PLANNED = [change.c[name] for name in Planned.__struct_fields__]
_place = tuple_(link.c.owner, link.c.attribute, link.c.other)

Place = tuple[int, str, str]
"""Where in the order of links: owner's number, attribute, other end."""


def sendable(
    c: Connection, key: Key, phase: int | None, after: int, limit: int, *, sent: bool, held: bool = False
) -> list[Sendable]:
    """Change rows with their entries, in order."""
    query = (
        select(*_PLANNED, *_ENTRY)
        .select_from(change.join(entry, entry.c.number == change.c.entry))
        .where(change.c.job == key["job"], change.c.seq > after)
    )
    if phase is not None:
        query = query.where(change.c.phase == phase)
    if sent:
        query = query.where(change.c.state == "sent")
    elif not held:
        query = query.where(free(key))
    rows: Any = c.execute(query.order_by(change.c.seq).limit(limit)).all()
    n = len(_PLANNED)
    return [Sendable(Planned(row[0], Kind(row[1]), *row[2:n]), Entry(*row[n:])) for row in rows]


def mark_sent(c: Connection, seqs: Sequence[int]) -> None:
    """Note that an answer is awaited."""
    c.execute(update(change).where(among(c, change.c.seq, seqs)).values(state="sent"))


def pending_links(c: Connection, key: Key, owners: Sequence[int], after: Place, limit: int) -> list[PendingLink]:
    """Open link changes of these owners that no hold keeps back, by owner, attribute and other end."""
    found = c.execute(
        select(link.c.owner, link.c.attribute, link.c.other, link.c.present, link.c.hold)
        .where(_open(c, key, owners), _place > after)
        .order_by(link.c.owner, link.c.attribute, link.c.other)
        .limit(limit)
    ).all()
    foreign = _foreign(c, key, [row.other for row in found])
    return [
        PendingLink(owner, name, Anchor(o), present, hold is not None, foreign.get(o))
        for owner, name, o, present, hold in found
    ]


def _foreign(c: Connection, key: Key, anchors: Sequence[str]) -> dict[str, bytes]:
    """Packed attributes of those anchors that are foreign security principals; most domains have few, or none."""
    foreign = and_(entry.c.job == key["job"], entry.c.type == "foreignSecurityPrincipal")
    if c.scalar(select(entry.c.job).where(foreign).limit(1)) is None:
        return {}
    found = select(entry.c.anchor, entry.c.attributes).where(foreign, among(c, entry.c.anchor, anchors))
    return dict(c.execute(found).all())


def _open(c: Connection, key: Key, owners: Sequence[int]) -> ColumnElement[bool]:
    return and_(
        among(c, link.c.owner, owners),
        PENDING,
        or_(link.c.hold.is_(None), link.c.hold.in_(approved_holds(key))),
    )


def log(c: Connection, key: Key, cycle: int, now: float, changes: Sequence[Confirmed]) -> None:
    """A line of the provisioning log for each change."""
    rows: Rows = [
        {"tenant": key["tenant"], "job": key["job"], "cycle": cycle, "time": now, "action": x.planned.kind.value,
         "status": x.status, "type": x.planned.type, "entry": x.entry.number, "anchor": x.entry.anchor,
         "object": x.entry.dn, "target": x.entry.target, "modified": x.modified, "decision": x.planned.decision,
         "lost": x.lost - x.approved, "approved": x.planned.hold is not None,
         "problem": problem_text(x.problem) if x.problem else None}
        for x in changes
    ]  # fmt: skip
    if rows:
        run(c, insert_of(provisioning_event, tuple(rows[0])), rows)


_settle = (
    update(entry)
    .where(entry.c.number == bindparam("b_number"))
    .values({name: bindparam(f"b_{name}") for name in ("target", "exported", "in_scope", "target_type")})
)


def confirm(c: Connection, key: Key, cycle: int, now: float, changes: Sequence[Confirmed]) -> None:
    """Entries as the target has them now, a log line each, and the rows out of the plan."""
    good = [x for x in changes if x.status in ("success", "warning") and x.planned.kind is not Kind.LINKS]
    rows: Rows = [
        {"b_number": x.entry.number, "b_target": x.entry.target, "b_exported": x.entry.exported,
         "b_in_scope": x.entry.in_scope, "b_target_type": x.entry.target_type}
        for x in good
    ]  # fmt: skip
    run(c, _settle, rows)
    drop_escrows(c, key, [x.entry.anchor for x in good], ("export",))
    born = [x.entry.number for x in good if x.planned.kind is Kind.CREATE and x.planned.type != "group"]
    if born:
        c.execute(update(link).where(_open(c, key, born), link.c.present == true()).values(exported=True))
    logged = [x for x in changes if not x.keep]
    log(c, key, cycle, now, logged)
    c.execute(delete(change).where(among(c, change.c.seq, [x.planned.seq for x in logged])))
    kept = [x.planned.seq for x in changes if x.keep]
    if kept:
        c.execute(update(change).where(change.c.seq.in_(kept)).values(state="planned"))


def forget_exported_links(c: Connection, owners: Sequence[int], limit: int) -> int:
    """Present links of objects that are gone from the target count as not exported; how many, at most `limit`."""
    some = (
        select(link.c.owner, link.c.attribute, link.c.other)
        .where(among(c, link.c.owner, owners), link.c.present == true(), link.c.exported == true())
        .limit(limit)
    )
    return c.execute(update(link).where(_place.in_(some)).values(exported=False)).rowcount


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
    stretch = and_(_place > after, _place <= (last.owner, last.attribute, last.other))
    sent = and_(_open(c, key, [x.entry.number for x in good]), stretch)
    if any(x.lost for x in good):
        c.execute(delete(link).where(sent, link.c.present == false()))
    c.execute(update(link).where(sent, link.c.present == true()).values(exported=True, hold=None))
    drop_escrows(c, key, [x.entry.anchor for x in good], ("export",))
    log(c, key, done[0], done[1], changes)


def finish_links(c: Connection, key: Key, seqs: Sequence[int]) -> None:
    """Take LINKS rows out of the plan; one whose owner has links on a hold waits for the same approval."""
    waiting = c.execute(
        select(change.c.seq, func.max(link.c.hold))
        .select_from(change.join(link, link.c.owner == change.c.entry))
        .where(among(c, change.c.seq, seqs), PENDING, link.c.hold.not_in(approved_holds(key)))
        .group_by(change.c.seq)
    ).all()
    for seq, hold in waiting:
        c.execute(update(change).where(change.c.seq == seq).values(hold=hold, state="planned"))
    done = set(seqs) - {seq for seq, _ in waiting}
    c.execute(delete(change).where(among(c, change.c.seq, sorted(done))))
