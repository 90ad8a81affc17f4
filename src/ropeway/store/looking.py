"""Questions people ask of the state: entries by any name, counts, the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, true

from ropeway.engine.records import Entry
from ropeway.model.changes import Kind
from ropeway.model.problems import Problem
from ropeway.model.values import compare_key, pack, unpack
from ropeway.store.rows import Key, problem_from
from ropeway.store.tables import change, cycle, due, entry, escrow, hold, link, provisioning_event

LOOKED_AT = 1000
"""Rows in memory at a time."""

_ENTRY = [entry.c[name] for name in Entry.__struct_fields__]


class Event(msgspec.Struct, frozen=True):
    """One line of the provisioning log as stored."""

    id: int
    job: int
    cycle: int
    time: float
    action: str
    status: str
    type: str
    anchor: str
    object: str
    target: str | None
    modified: bytes
    decision: str
    lost: int
    problem: Problem | None


_EVENT = (*Event.__struct_fields__, "carried")


class Hold(msgspec.Struct, frozen=True):
    """A hold as stored."""

    number: int
    what: str
    type: str
    subject: str
    count: int
    digest: str
    cause: Problem
    created: float
    approved: float | None


def entries_named(c: Connection, key: Key, name: str) -> list[Entry]:
    """Entries with that anchor, target id or DN (without regard to case)."""
    here = entry.c.job == key["job"]
    found = [Entry(*row) for row in c.execute(select(*_ENTRY).where(here, entry.c.anchor == name.lower()))]
    if not found:
        numbers = _numbers_of_dn(c, key, name) if "=" in name else []
        found = [Entry(*row) for row in c.execute(select(*_ENTRY).where(entry.c.number.in_(numbers)))]
    if not found:
        types = ("user", "group", "contact", "device")
        rows = c.execute(
            select(*_ENTRY).where(
                here, entry.c.target_type.in_(types), entry.c.target == name, entry.c.target.is_not(None)
            )
        )
        found = [Entry(*row) for row in rows]
    return found


def _numbers_of_dn(c: Connection, key: Key, dn: str) -> list[int]:
    """By looking at every DN: people ask seldom, and an index would cost every import."""
    wanted = compare_key(dn)
    rows = c.execute(select(entry.c.number, entry.c.dn).where(entry.c.job == key["job"]))
    return [number for number, name in rows if compare_key(name) == wanted]


ADDRESSES = ("userPrincipalName", "mail")
"""Source attributes by which people name somebody, the surer one first."""


def entries_addressed(c: Connection, key: Key, address: str) -> list[Entry]:
    """Entries whose source has that principal name, else that mail address, by looking at every entry.

    People ask seldom: half a second for 100,000 entries, and no index that every import would have to write.
    """
    wanted = compare_key(address)
    rows = c.execute(
        select(entry.c.number, entry.c.attributes)
        .where(entry.c.job == key["job"])
        .execution_options(yield_per=LOOKED_AT)
    )
    found: dict[str, list[int]] = {name: [] for name in ADDRESSES}
    for number, packed in rows:
        if wanted.isascii() and wanted.encode() not in packed.lower():
            continue
        attributes = unpack(packed)
        for name in ADDRESSES:
            if isinstance(told := attributes.get(name), str) and compare_key(told) == wanted:
                found[name].append(number)
    numbers = next((some for some in found.values() if some), list[int]())
    return [Entry(*row) for row in c.execute(select(*_ENTRY).where(entry.c.number.in_(numbers)))]


def counts(c: Connection, key: Key) -> dict[str, dict[str, int]]:
    """entries by type, linked by target type, and how many are due, pending, held, escrowed."""
    job = key["job"]
    entries = c.execute(
        select(entry.c.type, func.count()).where(entry.c.job == job, entry.c.live == true()).group_by(entry.c.type)
    )
    linked = c.execute(
        select(entry.c.target_type, func.count())
        .where(entry.c.job == job, entry.c.target.is_not(None))
        .group_by(entry.c.target_type)
    )
    return {
        "entries": dict(entries.all()),
        "linked": {k: v for k, v in linked if k},
        "work": waiting(c, key),
    }


def waiting(c: Connection, key: Key) -> dict[str, int]:
    """How much waits for what."""
    job = key["job"]
    held = c.scalar(
        select(func.coalesce(func.sum(hold.c.count), 0)).where(hold.c.job == job, hold.c.approved.is_(None))
    )
    return {
        "due": c.scalar(select(func.count()).where(due.c.job == job)) or 0,
        "pending": c.scalar(select(func.count()).select_from(change).where(change.c.job == job)) or 0,
        "held": int(held or 0),
        "escrowed": c.scalar(select(func.count()).select_from(escrow).where(escrow.c.job == job)) or 0,
    }


def without_scope(c: Connection, key: Key) -> int:
    """How many objects were read, where not one of them is in scope; 0 where one is, or may be."""
    here = entry.c.job == key["job"]
    chosen = and_(entry.c.in_scope == true(), entry.c.target_type.is_not(None))
    some = (
        select(entry.c.number).where(here, entry.c.target.is_not(None)),
        *(select(table.c.job).where(table.c.job == key["job"]) for table in (change, escrow, due)),
        select(entry.c.number).where(here, entry.c.live == true(), chosen),
    )
    if any(c.execute(one.limit(1)).first() for one in some):
        return 0
    return c.scalar(select(func.count()).where(here, entry.c.live == true())) or 0


def plan_counts(c: Connection, key: Key) -> dict[str, int]:
    """`create user` and so on to number."""
    rows = c.execute(
        select(change.c.kind, change.c.type, func.count())
        .where(change.c.job == key["job"])
        .group_by(change.c.kind, change.c.type)
        .order_by(change.c.kind, change.c.type)
    )
    return {f"{kind} {type_}": n for kind, type_, n in rows}


def holds(c: Connection, key: Key) -> list[Hold]:
    """Open and approved holds, oldest first."""
    columns = [hold.c[name] for name in Hold.__struct_fields__]
    rows: Any = c.execute(select(*columns).where(hold.c.job == key["job"]).order_by(hold.c.number))
    return [_hold(*row) for row in rows]


def _hold(*row: Any) -> Hold:
    columns: dict[str, Any] = dict(zip(Hold.__struct_fields__, row, strict=True))
    columns["cause"] = problem_from(columns["cause"])
    return Hold(**columns)


def hold_sample(c: Connection, key: Key, number: int, limit: int) -> list[str]:
    """DNs of what a hold keeps back."""
    rows = c.execute(
        select(entry.c.dn)
        .select_from(change.join(entry, entry.c.number == change.c.entry))
        .where(change.c.job == key["job"], change.c.hold == number, change.c.kind != "links")
        .limit(limit)
    )
    found = [row[0] for row in rows]
    if not found:
        rows = c.execute(
            select(entry.c.dn)
            .select_from(link.join(entry, and_(entry.c.job == link.c.job, entry.c.anchor == link.c.other)))
            .where(link.c.job == key["job"], link.c.hold == number, link.c.present != true())
            .limit(limit)
        )
        found = [row[0] for row in rows]
    return found


def events(
    c: Connection,
    tenant: int,
    *,
    jobs: Sequence[int] | None = None,
    action: str | None = None,
    status: str | None = None,
    type_: str | None = None,
    names: Sequence[str] = (),
    since: float | None = None,
    limit: int = 50,
) -> list[Event]:
    """Log lines, latest first. `names`: anchors, target ids, or parts of a DN."""
    e = provisioning_event.c
    where = [e.tenant == tenant]
    where += [e.job.in_(jobs)] if jobs is not None else []
    where += [e.action == action] if action else []
    where += [e.status == status] if status else []
    where += [e.type == type_] if type_ else []
    where += [e.time >= since] if since is not None else []
    where += [named(names)] if names else []
    columns = [e[name] for name in _EVENT]
    rows: Any = c.execute(select(*columns).where(*where).order_by(e.id.desc()).limit(limit))
    return [_event(*row) for row in rows]


def named(names: Sequence[str]) -> ColumnElement[bool]:
    """Lines about objects with one of these names: anchors, target ids, or parts of a DN."""
    e = provisioning_event.c
    parts = (func.lower(e.object).contains(n.lower(), autoescape=True) for n in names)
    return or_(e.anchor.in_([n.lower() for n in names]), e.target.in_(names), *parts)


def events_where(
    c: Connection, tenant: int, where: ColumnElement[bool], *, after: int | None, oldest_first: bool, limit: int
) -> list[Event]:
    """Log lines that meet a condition, beginning after (or before) the one with that id: a page costs a page."""
    e = provisioning_event.c
    place = [] if after is None else [e.id > after if oldest_first else e.id < after]
    columns = [e[name] for name in _EVENT]
    query = select(*columns).where(e.tenant == tenant, where, *place)
    rows: Any = c.execute(query.order_by(e.id.asc() if oldest_first else e.id.desc()).limit(limit))
    return [_event(*row) for row in rows]


def _event(*row: Any) -> Event:
    columns: dict[str, Any] = dict(zip(_EVENT, row, strict=True))
    text_, carried = columns["problem"], columns.pop("carried")
    columns["problem"] = problem_from(text_) if text_ else None
    if carried:
        columns["modified"] = pack({**unpack(columns["modified"]), **msgspec.json.decode(carried)})
    return Event(**columns)


def links_for_people(c: Connection, number: int, limit: int) -> list[tuple[str, str, str | None, bool, bool]]:
    """(attribute, other, other's DN, present, exported) of one owner."""
    other = entry.alias("other")
    rows = c.execute(
        select(link.c.attribute, link.c.other, other.c.dn, link.c.present, link.c.exported)
        .select_from(link.outerjoin(other, and_(other.c.job == link.c.job, other.c.anchor == link.c.other)))
        .where(link.c.owner == number)
        .limit(limit)
    )
    return list(rows)


ACTIONS = (*(kind.value for kind in Kind), "other")
"""Of log lines; named so that the index by job, action and time finds the oldest."""


FORGOTTEN = 1000
"""Lines and cycles that go in one transaction."""


def forget(c: Connection, key: Key, log_before: float, cycles_before: float) -> bool:
    """Drop some log lines and cycles of a job older than that; whether there may be more."""
    e = provisioning_event.c
    lines = select(e.id).where(e.job == key["job"], e.action.in_(ACTIONS), e.time < log_before).limit(FORGOTTEN)
    gone = c.execute(delete(provisioning_event).where(e.id.in_(lines))).rowcount
    oldest = select(cycle.c.number).where(cycle.c.job == key["job"]).order_by(cycle.c.number).limit(FORGOTTEN)
    over = c.execute(delete(cycle).where(cycle.c.number.in_(oldest), cycle.c.started < cycles_before)).rowcount
    return FORGOTTEN in (gone, over)
