"""All entries of a job and their links, for questions about what other rules would make of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, select, true

from ropeway.engine.records import Entry
from ropeway.store.rows import Key
from ropeway.store.statements import among
from ropeway.store.tables import entry, link

_ENTRY = [entry.c[name] for name in Entry.__struct_fields__]


def entries_after(c: Connection, key: Key, last: int, limit: int, types: Collection[str]) -> list[Entry]:
    """Live entries of these types by number, from the one after `last`."""
    wanted = entry.c.job == key["job"], entry.c.number > last, entry.c.live == true(), entry.c.type.in_(types)
    return [Entry(*row) for row in c.execute(select(*_ENTRY).where(*wanted).order_by(entry.c.number).limit(limit))]


def number_of(c: Connection, key: Key, types: Collection[str]) -> int:
    """How many there are."""
    wanted = entry.c.job == key["job"], entry.c.live == true(), entry.c.type.in_(types)
    return c.scalar(select(func.count()).where(*wanted)) or 0


class Tie(NamedTuple):
    """A link as the source has it, with both its ends. `other_number` is None for what the job has not read itself."""

    owner: int
    owner_anchor: str
    owner_type: str
    owner_in: bool | None
    owner_withheld: str
    attribute: str
    other: str
    other_number: int | None
    other_type: str | None
    other_in: bool | None


_owner, _other = entry.alias("owner"), entry.alias("other")
_ties = (
    select(
        link.c.owner, _owner.c.anchor, _owner.c.type, _owner.c.in_scope, _owner.c.withheld, link.c.attribute,
        link.c.other, _other.c.number, _other.c.type, _other.c.in_scope,
    )
    .select_from(
        link.join(_owner, _owner.c.number == link.c.owner)
        .outerjoin(_other, and_(_other.c.job == link.c.job, _other.c.anchor == link.c.other))
    )
    .where(link.c.present == true(), _owner.c.live == true())
)  # fmt: skip


def ties_of(c: Connection, numbers: Sequence[int]) -> Iterator[Tie]:
    """The links of these entries."""
    return _found(c, among(c, link.c.owner, numbers))


def ties_to(c: Connection, key: Key, numbers: Sequence[int]) -> Iterator[Tie]:
    """The links that lead to these entries."""
    anchors = select(entry.c.anchor).where(among(c, entry.c.number, numbers))
    return _found(c, link.c.job == key["job"], link.c.other.in_(anchors))


def ties_by(c: Connection, key: Key, type_: str, attributes: Collection[str]) -> Iterator[Tie]:
    """All links of entries of a type by some attributes."""
    return _found(c, _owner.c.job == key["job"], _owner.c.type == type_, link.c.attribute.in_(attributes))


def _found(c: Connection, *where: ColumnElement[bool]) -> Iterator[Tie]:
    rows: Any = c.execute(_ties.where(*where).execution_options(yield_per=1000))
    return (Tie(*row) for row in rows)
