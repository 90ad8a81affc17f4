"""Stages 2 to 6 in SQL: what was decided about a batch of the work list, stored in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, and_, bindparam, delete, select, text, true, update

from ropeway.engine.records import Decided, Entry, Planned
from ropeway.model.anchors import Anchor
from ropeway.model.changes import Kind
from ropeway.store.database import Database
from ropeway.store.rows import Key, dn_key
from ropeway.store.tables import change, entry, link
from ropeway.store.worklist import add_due, drop_escrows, finish_due, put_escrows

PHASES = 5
"""0 deletes, 1 updates, 2 creates, 3 creates of groups, 4 links: what frees a value comes before what needs it."""


def phase_of(kind: Kind, type_: str) -> int:
    """When in an export a change is sent."""
    match kind:
        case Kind.DELETE:
            return 0
        case Kind.UPDATE | Kind.EMPTY | Kind.DISABLE:
            return 1
        case Kind.CREATE | Kind.ADOPT | Kind.RESTORE:
            return 3 if type_ == "group" else 2
        case Kind.LINKS:
            return 4


def put_decisions(c: Connection, key: Key, entries: Sequence[Entry]) -> None:
    """Write what was decided about entries, and their DN as it is now."""
    if entries:
        c.execute(
            update(entry)
            .where(entry.c.job == key["job"], entry.c.anchor == bindparam("b_anchor"))
            .values(
                dn=bindparam("b_dn"),
                dn_key=bindparam("b_dn_key"),
                in_scope=bindparam("b_in_scope"),
                reason=bindparam("b_reason"),
                target_type=bindparam("b_target_type"),
            ),
            [
                {"b_anchor": e.anchor, "b_dn": e.dn, "b_dn_key": dn_key(e.dn), "b_in_scope": e.in_scope,
                 "b_reason": e.reason, "b_target_type": e.target_type}
                for e in entries
            ],
        )  # fmt: skip


def planned_of(c: Connection, key: Key, anchors: Iterable[Anchor]) -> list[Planned]:
    """Change rows of these anchors."""
    rows = c.execute(
        select(
            change.c.anchor, change.c.kind, change.c.type, change.c.attributes, change.c.decision, change.c.seq,
            change.c.state, change.c.hold,
        ).where(change.c.job == key["job"], change.c.anchor.in_(list(anchors)))
    )  # fmt: skip
    return [Planned(Anchor(r[0]), Kind(r[1]), r[2], r[3], r[4], r[5], r[6], r[7]) for r in rows]


def replan(c: Connection, db: Database, key: Key, anchors: Sequence[Anchor], planned: Sequence[Planned]) -> None:
    """Make the plan of these anchors exactly this; a row that stays the same keeps its hold."""
    wanted = {(p.anchor, p.kind): p for p in planned}
    old = planned_of(c, key, anchors)
    same = {
        (o.anchor, o.kind)
        for o in old
        if (new := wanted.get((o.anchor, o.kind))) and new.attributes == o.attributes and new.type == o.type
    }
    drop = [o.seq for o in old if (o.anchor, o.kind) not in same]
    if drop:
        c.execute(delete(change).where(change.c.seq.in_(drop)))
    rows = [
        {**key, "anchor": p.anchor, "kind": p.kind.value, "type": p.type, "phase": phase_of(p.kind, p.type),
         "attributes": p.attributes, "decision": p.decision, "state": "planned", "hold": None}
        for p in planned
        if (p.anchor, p.kind) not in same
    ]  # fmt: skip
    if rows:
        c.execute(db.insert(change), rows)


def with_pending_links(c: Connection, key: Key, anchors: Iterable[Anchor]) -> set[Anchor]:
    """Which of these have links whose planned change is open."""
    rows = c.execute(
        select(link.c.anchor)
        .where(link.c.job == key["job"], link.c.anchor.in_(list(anchors)), text("present <> exported"))
        .distinct()
    )
    return {Anchor(row[0]) for row in rows}


def in_groups(c: Connection, key: Key, anchors: Sequence[Anchor], groups: Sequence[Anchor]) -> set[Anchor]:
    """Which of the anchors one of the groups names as a member."""
    rows = c.execute(
        select(link.c.other)
        .where(
            link.c.job == key["job"],
            link.c.other.in_(anchors),
            link.c.anchor.in_(groups),
            link.c.attribute == "member",
            link.c.present == true(),
        )
        .distinct()
    )
    return {Anchor(row[0]) for row in rows}


def group_closure(c: Connection, key: Key, groups: Sequence[Anchor]) -> set[Anchor]:
    """The groups, and all groups below them."""
    first = select(entry.c.anchor).where(entry.c.job == key["job"], entry.c.anchor.in_(groups))
    down = first.cte("down", recursive=True)
    down = down.union(
        select(link.c.other)
        .select_from(link.join(entry, and_(entry.c.job == link.c.job, entry.c.anchor == link.c.other)))
        .where(
            link.c.job == key["job"],
            link.c.anchor == down.c.anchor,
            link.c.attribute == "member",
            link.c.present == true(),
            entry.c.type == "group",
            entry.c.live == true(),
        )
    )
    return {Anchor(row[0]) for row in c.execute(select(down.c.anchor))}


def store_decided(c: Connection, db: Database, key: Key, batch: Decided) -> None:
    """One batch of decisions: entries, plan, escrow and what is left of the work list."""
    put_decisions(c, key, batch.entries)
    replan(c, db, key, [line.anchor for line in batch.done], batch.planned)
    drop_escrows(c, key, batch.settled, ("map", "match"))
    busy = {p.anchor for p in batch.planned}
    drop_escrows(c, key, [a for a in batch.settled if a not in busy], ("export",))
    put_escrows(c, db, key, batch.escrows)
    finish_due(c, key, batch.done)
    add_due(c, db, key, batch.later)
