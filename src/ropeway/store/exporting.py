"""Stage 7 in SQL: what can be sent, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    Float,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    tuple_,
    update,
)

from ropeway.engine.exporting import REFERENCES
from ropeway.engine.records import Confirmed, Entry, PendingLink, Planned, Sendable
from ropeway.model.anchors import TargetId
from ropeway.model.changes import Kind
from ropeway.store.constant import Placed, any_of, inserting
from ropeway.store.rows import Key, problem_text
from ropeway.store.tables import PENDING, change, entry, hold, link, provisioning_event
from ropeway.store.worklist import drop_escrows

_ENTRY = [entry.c[name] for name in Entry.__struct_fields__]
_PLANNED = [change.c[name] for name in Planned.__struct_fields__]
_place = tuple_(link.c.owner, link.c.attribute, link.c.other)

Place = tuple[int, str, str]
"""Where in the order of links: owner's number, attribute, other end."""

OWNERS = 32
"""Owners whose links are looked at together at first: a group has many."""

_approved = select(hold.c.number).where(hold.c.job == bindparam("b_job"), hold.c.approved.is_not(None))
_free = and_(PENDING, or_(link.c.hold.is_(None), link.c.hold.in_(_approved)))
_open = and_(any_of(link.c.owner, "b_owners"), _free)


def sendable(
    c: Connection, key: Key, phase: int | None, after: int, limit: int, *, sent: bool, held: bool = False
) -> list[Sendable]:
    """Change rows with their entries, in order."""
    query = _sendable(in_phase=phase is not None, sent=sent, held=held)
    rows: Any = c.execute(query, {"b_job": key["job"], "b_phase": phase, "b_after": after, "b_limit": limit}).all()
    n = len(_PLANNED)
    return [Sendable(Planned(row[0], Kind(row[1]), *row[2:n]), Entry(*row[n:])) for row in rows]


_of_one = (
    select(*_PLANNED, *_ENTRY)
    .select_from(change.join(entry, entry.c.number == change.c.entry))
    .where(change.c.entry == bindparam("b_entry"), or_(change.c.hold.is_(None), change.c.hold.in_(_approved)))
    .order_by(change.c.phase, change.c.seq)
)


def sendable_of(c: Connection, key: Key, number: int) -> list[Sendable]:
    """Rows of one entry that nothing holds back, in the order of their phases."""
    rows: Any = c.execute(_of_one, {"b_job": key["job"], "b_entry": number}).all()
    n = len(_PLANNED)
    return [Sendable(Planned(row[0], Kind(row[1]), *row[2:n]), Entry(*row[n:])) for row in rows]


@cache
def _sendable(*, in_phase: bool, sent: bool, held: bool) -> Select[Any]:
    query = (
        select(*_PLANNED, *_ENTRY)
        .select_from(change.join(entry, entry.c.number == change.c.entry))
        .where(change.c.job == bindparam("b_job"), change.c.seq > bindparam("b_after"))
    )
    if in_phase:
        query = query.where(change.c.phase == bindparam("b_phase"))
    if sent:
        query = query.where(change.c.state == "sent")
    elif not held:
        query = query.where(or_(change.c.hold.is_(None), change.c.hold.in_(_approved)))
    return query.order_by(change.c.seq).limit(bindparam("b_limit"))


_mark_sent = update(change).where(any_of(change.c.seq, "b_seqs")).values(state="sent")


def mark_sent(c: Connection, seqs: Sequence[int]) -> None:
    """Note that an answer is awaited."""
    c.execute(_mark_sent, {"b_seqs": seqs})


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
    _pending.where(_open).order_by(link.c.owner, link.c.attribute, link.c.other).limit(bindparam("b_limit"))
)


def pending_links(c: Connection, key: Key, owners: Sequence[int], after: Place, limit: int) -> list[PendingLink]:
    """Open link changes of these owners that no hold keeps back, by owner, attribute and other end."""
    found = _stretch(c, key, owners, after, limit)
    foreign = _foreign(c, key, [row[2] for row in found])
    return [
        PendingLink(owner, name, o, present, hold is not None, foreign.get(o))
        for owner, name, o, present, hold in found
    ]


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


ARRIVALS = frozenset({Kind.CREATE, Kind.ADOPT, Kind.RESTORE})

_LOGGED = (
    "tenant", "job", "cycle", "time", "action", "status", "type", "entry", "anchor", "object",
    "target", "modified", "decision", "lost", "approved", "problem",
)  # fmt: skip
_event = inserting(provisioning_event, *_LOGGED)


def log(c: Connection, key: Key, cycle: int, now: float, changes: Sequence[Confirmed]) -> None:
    """A line of the provisioning log for each change."""
    tenant, job = key["tenant"], key["job"]
    _event.run(
        c,
        [
            (tenant, job, cycle, now, x.planned.kind.value, x.status, x.planned.type, x.entry.number, x.entry.anchor,
             x.entry.dn, x.entry.target, x.modified, x.planned.decision, x.lost - x.approved,
             x.planned.hold is not None, problem_text(x.problem) if x.problem else None)
            for x in changes
        ],
    )  # fmt: skip


_settle = Placed(
    update(entry)
    .where(entry.c.number == bindparam("b_number"))
    .values({name: bindparam(f"b_{name}") for name in ("target", "exported", "in_scope", "target_type")}),
    "b_in_scope", "b_target_type", "b_target", "b_exported", "b_number",
)  # fmt: skip
_born = update(link).where(_open, link.c.present == true()).values(exported=True)
_out_of_plan = delete(change).where(any_of(change.c.seq, "b_seqs"))
_again = update(change).where(any_of(change.c.seq, "b_seqs")).values(state="planned")


def confirm(c: Connection, key: Key, cycle: int, now: float, changes: Sequence[Confirmed]) -> None:
    """Entries as the target has them now, a log line each, and the rows out of the plan."""
    good = [x for x in changes if x.status in ("success", "warning") and x.planned.kind is not Kind.LINKS]
    drop_escrows(c, key, [x.entry.anchor for x in good], ("export",))
    born = [x.entry.number for x in good if x.planned.kind is Kind.CREATE and x.planned.type != "group"]
    if born:
        c.execute(_born, {"b_owners": born, "b_job": key["job"]})
    plain = {x.planned.seq: x.entry.target for x in good if _arrived_plainly(x)}
    if plain:
        arrived(c, plain, cycle, now)
    now_are = [x.entry for x in good if x.planned.seq not in plain]
    _settle.run(c, [(e.in_scope, e.target_type, e.target, e.exported, e.number) for e in now_are])
    logged = [x for x in changes if not x.keep]
    log(c, key, cycle, now, [x for x in logged if x.planned.seq not in plain])
    c.execute(_out_of_plan, {"b_seqs": [x.planned.seq for x in logged]})
    kept = [x.planned.seq for x in changes if x.keep]
    if kept:
        c.execute(_again, {"b_seqs": kept})


def _arrived_plainly(x: Confirmed) -> bool:
    """Whether all that there is to store of a confirmed change is in its row of the plan, but for the target's id."""
    planned = x.planned
    return planned.kind in ARRIVALS and x.problem is None and x.modified is planned.attributes


def _arrivals(dialect: str) -> tuple[Any, Any]:
    """The statements of `arrived`: the entries, and their log lines."""
    each = func.json_each if dialect == "sqlite" else func.json_each_text
    given: Any = bindparam("b_told", type_=Text) if dialect == "sqlite" else cast(bindparam("b_told", type_=Text), JSON)
    told = each(given).table_valued("key", "value")
    rows = select(change.c.entry, change.c.type, change.c.attributes, told.c.value.label("target"))
    found = rows.join_from(told, change, change.c.seq == cast(told.c.key, BigInteger)).subquery()
    settle = (
        update(entry)
        .where(entry.c.number == found.c.entry)
        .values(
            target=found.c.target,
            exported=found.c.attributes,
            target_type=found.c.type,
            in_scope=case((entry.c.live == true(), true()), else_=entry.c.in_scope),
        )
    )
    lines = (
        select(change.c.tenant, change.c.job, bindparam("b_cycle", type_=BigInteger), bindparam("b_now", type_=Float),
               change.c.kind, literal("success"), change.c.type, entry.c.number, entry.c.anchor, entry.c.dn,
               told.c.value, change.c.attributes, change.c.decision, literal(0), change.c.hold.is_not(None), null())
        .join_from(told, change, change.c.seq == cast(told.c.key, BigInteger))
        .join(entry, entry.c.number == change.c.entry)
        .order_by(change.c.seq)
    )  # fmt: skip
    return settle, provisioning_event.insert().from_select(list(_LOGGED), lines)


_arrived = {dialect: _arrivals(dialect) for dialect in ("sqlite", "postgresql")}


def arrived(c: Connection, targets: dict[int, TargetId | None], cycle: int, now: float) -> None:
    """Changes (`seq` to the target's id) that went as planned: two statements for all, which need no Python."""
    settle, lines = _arrived[c.dialect.name]
    told = msgspec.json.encode(targets).decode()
    c.execute(settle, {"b_told": told})
    c.execute(lines, {"b_told": told, "b_cycle": cycle, "b_now": now})


def forget_exported_links(c: Connection, owners: Sequence[int], limit: int) -> int:
    """Present links of objects that are gone from the target count as not exported; how many, at most `limit`."""
    return c.execute(_forget, {"b_owners": owners, "b_limit": limit}).rowcount


_forget = (
    update(link)
    .where(
        _place.in_(
            select(link.c.owner, link.c.attribute, link.c.other)
            .where(any_of(link.c.owner, "b_owners"), link.c.present == true(), link.c.exported == true())
            .limit(bindparam("b_limit"))
        )
    )
    .values(exported=False)
)

_after = tuple_(bindparam("a_owner"), bindparam("a_attribute"), bindparam("a_other"))
_last = tuple_(bindparam("l_owner"), bindparam("l_attribute"), bindparam("l_other"))
_sent = and_(_open, _place > _after, _place <= _last)
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
    .where(any_of(change.c.seq, "b_seqs"), PENDING, link.c.hold.not_in(_approved))
    .group_by(change.c.seq)
)
_wait = update(change).where(change.c.seq == bindparam("b_seq")).values(hold=bindparam("b_hold"), state="planned")


def finish_links(c: Connection, key: Key, seqs: Sequence[int]) -> None:
    """Take LINKS rows out of the plan; one whose owner has links on a hold waits for the same approval."""
    waiting = c.execute(_waiting, {"b_seqs": seqs, "b_job": key["job"]}).all()
    for seq, hold_number in waiting:
        c.execute(_wait, {"b_seq": seq, "b_hold": hold_number})
    c.execute(_out_of_plan, {"b_seqs": sorted(set(seqs) - {seq for seq, _ in waiting})})
