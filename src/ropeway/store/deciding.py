"""Stages 2 to 6 in SQL: what was decided about a batch of the work list, stored in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, or_, select, true, update

from ropeway.engine.exporting import REFERENCES
from ropeway.engine.records import Decided, Entry, Planned
from ropeway.model.anchors import Anchor
from ropeway.model.changes import Kind
from ropeway.store.constant import inserting
from ropeway.store.rows import Key
from ropeway.store.statements import Rows, among, run
from ropeway.store.tables import PENDING, change, entry, link
from ropeway.store.worklist import drop_escrows, finish_due, put_escrows, put_later

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


_decided = (
    update(entry)
    .where(entry.c.number == bindparam("b_number"))
    .values({name: bindparam(f"b_{name}") for name in ("dn", "in_scope", "reason", "target_type", "withheld")})
)


def put_decisions(c: Connection, entries: Sequence[Entry]) -> None:
    """Write what was decided about entries, and their DN as it is now."""
    rows: Rows = [
        {"b_number": e.number, "b_dn": e.dn, "b_in_scope": e.in_scope,
         "b_reason": e.reason, "b_target_type": e.target_type, "b_withheld": e.withheld}
        for e in entries
    ]  # fmt: skip
    run(c, _decided, rows)


def planned_of(c: Connection, numbers: Sequence[int]) -> list[Planned]:
    """Change rows of these entries."""
    columns = [change.c[name] for name in Planned.__struct_fields__]
    rows: Any = c.execute(select(*columns).where(among(c, change.c.entry, numbers)))
    return [Planned(row[0], Kind(row[1]), *row[2:]) for row in rows]


_plan = inserting(change, "tenant", "job", "entry", "kind", "type", "phase", "attributes", "decision", "state", "hold")


def replan(c: Connection, key: Key, numbers: Sequence[int], planned: Sequence[Planned]) -> None:
    """Make the plan of these entries exactly this; a row that stays the same keeps its hold.

    The holds of links are on the links themselves: a row of theirs is looked at again.
    """
    wanted = {(p.entry, p.kind): p for p in planned}
    old = planned_of(c, numbers)
    same = {
        (o.entry, o.kind)
        for o in old
        if (new := wanted.get((o.entry, o.kind)))
        and new.attributes == o.attributes
        and new.type == o.type
        and not (o.hold and o.kind is Kind.LINKS)
    }
    drop = [o.seq for o in old if (o.entry, o.kind) not in same]
    if drop:
        c.execute(delete(change).where(change.c.seq.in_(drop)))
    ours, new = (key["tenant"], key["job"]), [p for p in planned if (p.entry, p.kind) not in same]
    _plan.run(c, [
        (*ours, p.entry, p.kind.value, p.type, phase_of(p.kind, p.type), p.attributes, p.decision, "planned", None)
        for p in new
    ])  # fmt: skip


_reference = select(link.c.owner, link.c.attribute).distinct()


def open_references(c: Connection, numbers: Sequence[int]) -> set[tuple[int, str]]:
    """(number, attribute) of links of these whose planned change is open."""
    return {(owner, name) for owner, name in c.execute(_reference.where(among(c, link.c.owner, numbers), PENDING))}


def told_references(c: Connection, numbers: Sequence[int], attributes: Sequence[str]) -> set[tuple[int, str]]:
    """(number, attribute) of links of these, by these attributes, that count as exported."""
    here = _reference.where(
        among(c, link.c.owner, numbers), link.c.attribute.in_(attributes), link.c.exported == true()
    )
    return {(owner, name) for owner, name in c.execute(here)}


def leaving(c: Connection, key: Key, limit: int) -> list[Anchor]:
    """Some live entries with a planned departure because no group, or no rule, lets them in."""
    planned = change.c.kind.in_((Kind.DELETE.value, Kind.DISABLE.value))
    let_go = or_(entry.c.reason == "group", entry.c.reason.startswith("rule: "))
    rows = c.execute(
        select(entry.c.anchor)
        .select_from(change.join(entry, entry.c.number == change.c.entry))
        .where(change.c.job == key["job"], planned, let_go, entry.c.live == true())
        .limit(limit)
    )
    return [Anchor(anchor) for anchor in rows.scalars()]


def memberless(c: Connection, key: Key, groups: Sequence[Anchor]) -> list[Anchor]:
    """Which of these groups have no member that is there."""
    members = select(link.c.owner).where(
        link.c.owner == entry.c.number, link.c.attribute == "member", link.c.present == true()
    )
    here = and_(entry.c.job == key["job"], among(c, entry.c.anchor, groups))
    return [Anchor(anchor) for anchor in c.execute(select(entry.c.anchor).where(here, ~members.exists())).scalars()]


def in_groups(c: Connection, key: Key, anchors: Sequence[Anchor], groups: Sequence[Anchor]) -> set[Anchor]:
    """Which of the anchors one of the groups names as a member."""
    owners = select(entry.c.number).where(entry.c.job == key["job"], entry.c.anchor.in_(groups))
    rows = c.execute(
        select(link.c.other)
        .where(
            link.c.job == key["job"],
            among(c, link.c.other, anchors),
            link.c.owner.in_(owners),
            link.c.attribute == "member",
            link.c.present == true(),
        )
        .distinct()
    )
    return {Anchor(row[0]) for row in rows}


def group_closure(c: Connection, key: Key, groups: Sequence[Anchor]) -> set[Anchor]:
    """The groups, and all groups below them."""
    down = (
        select(entry.c.number.label("number"), entry.c.anchor.label("anchor"))
        .where(entry.c.job == key["job"], entry.c.anchor.in_(groups))
        .cte("down", recursive=True)
    )
    down = down.union(
        select(entry.c.number, entry.c.anchor)
        .select_from(
            down.join(link, and_(link.c.owner == down.c.number, link.c.attribute == "member"))
            .join(entry, and_(entry.c.job == link.c.job, entry.c.anchor == link.c.other))
        )
        .where(link.c.present == true(), entry.c.type == "group", entry.c.live == true())
    )  # fmt: skip
    return {Anchor(anchor) for anchor in c.execute(select(down.c.anchor)).scalars()}


def store_decided(c: Connection, key: Key, batch: Decided) -> None:
    """One batch of decisions: entries, plan, escrow and what is left of the work list."""
    put_decisions(c, batch.entries)
    replan(c, key, [line.entry.number for line in batch.done], batch.planned)
    drop_escrows(c, key, batch.settled, ("map", "match"))
    busy = {p.entry for p in batch.planned}
    idle = [line.entry.anchor for line in batch.done if line.entry.number not in busy]
    drop_escrows(c, key, list(set(idle) & set(batch.settled)), ("export", REFERENCES))
    put_escrows(c, key, batch.escrows)
    finish_due(c, key, batch.done)
    put_later(c, key, batch.later)
