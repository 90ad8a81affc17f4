"""What can be sent of the plan, and the mark that it was."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, or_, select, update

from ropeway.engine.records import Entry, Planned, Sendable
from ropeway.model.changes import Kind
from ropeway.store.constant import any_of
from ropeway.store.rows import Key
from ropeway.store.tables import change, entry, hold

_ENTRY = [entry.c[name] for name in Entry.__struct_fields__]
_PLANNED = [change.c[name] for name in Planned.__struct_fields__]

APPROVED = select(hold.c.number).where(hold.c.job == bindparam("b_job"), hold.c.approved.is_not(None))
"""Numbers of the holds of `b_job` that let go what they held."""

OUT_OF_PLAN = delete(change).where(any_of(change.c.seq, "b_seqs"))
"""Rows `b_seqs` are done."""


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
    .where(change.c.entry == bindparam("b_entry"), or_(change.c.hold.is_(None), change.c.hold.in_(APPROVED)))
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
        query = query.where(or_(change.c.hold.is_(None), change.c.hold.in_(APPROVED)))
    return query.order_by(change.c.seq).limit(bindparam("b_limit"))


_mark_sent = update(change).where(any_of(change.c.seq, "b_seqs")).values(state="sent")


def mark_sent(c: Connection, seqs: Sequence[int]) -> None:
    """Note that an answer is awaited."""
    c.execute(_mark_sent, {"b_seqs": seqs})
