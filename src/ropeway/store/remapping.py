"""Links whose attribute is mapped otherwise, in SQL: those that were exported, a stretch of their order at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    false,
    literal,
    null,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from ropeway.store.constant import any_of
from ropeway.store.rows import Key
from ropeway.store.statements import Rows, among, run
from ropeway.store.tables import PENDING, entry, link

CHUNK = 450
"""Links of one transaction; each is two rows of it."""

Place = tuple[int, str]
"""Owner's number and other end."""

FIRST: Place = (0, "")

Whose = str | Sequence[int]
"""The entries of a type, or those with these numbers."""

_l = link.c
_told = ~(literal(" ") + entry.c.withheld + " ").like(literal("% ") + bindparam("b_attribute") + " %")
"""The owner's rules do not leave the attribute out: what counts as exported was told."""

_of_type = and_(entry.c.type == bindparam("b_type"), _told)
_of_these = any_of(_l.owner, "b_owners")


_in_rest = and_(_l.owner == bindparam("b_owner"), _l.other > bindparam("b_other"))
"""What is left of the owner at which the last stretch ended: found by its key, however many links were before."""

_beyond = _l.owner > bindparam("b_owner")


def _exported(whose: ColumnElement[bool], where: ColumnElement[bool]) -> Select[int, str, bool]:
    return (
        select(_l.owner, _l.other, _l.present)
        .join(entry, entry.c.number == _l.owner)
        .where(
            _l.job == bindparam("b_job"),
            _l.attribute == bindparam("b_attribute"),
            where,
            whose,
            _l.exported == true(),
        )
        .order_by(_l.owner, _l.other)
        .limit(CHUNK)
    )


_exported_of_type = _exported(_of_type, _in_rest), _exported(_of_type, _beyond)
_exported_of_these = _exported(_of_these, _in_rest), _exported(_of_these, _beyond)
_one = (
    _l.owner == bindparam("b_owner"),
    _l.attribute == bindparam("b_attribute"),
    _l.other == bindparam("b_other"),
)
_untold = update(link).where(*_one).values(exported=false(), hold=null())
_gone = delete(link).where(*_one)


def remap_after(c: Connection, key: Key, which: tuple[Whose, str], former: str | None, after: Place) -> Place | None:
    """The next links of entries and an attribute: not exported any more, and to be taken back as `former` where that is
    said. Answers where it ended, or None at the end. Doing it again does no harm.
    """
    whose, attribute = which
    asked = {"b_job": key["job"], "b_attribute": attribute, "b_owner": after[0], "b_other": after[1], **_asked(whose)}
    rest, beyond = _exported_of_type if isinstance(whose, str) else _exported_of_these
    found = c.execute(rest, asked).all() or c.execute(beyond, asked).all()
    if not found:
        return None
    if former is not None:
        insert = sqlite_insert(link) if c.dialect.name == "sqlite" else postgresql_insert(link)
        told = {**key, "attribute": former, "present": False, "exported": True, "stamp": 0, "hold": None}
        lines = [{**told, "owner": owner, "other": other} for owner, other, _ in found]
        c.execute(insert.on_conflict_do_nothing(), lines)
    for statement, present in ((_untold, True), (_gone, False)):
        rows: Rows = [
            {"b_owner": owner, "b_attribute": attribute, "b_other": other} for owner, other, p in found if p is present
        ]
        run(c, statement, rows)
    return found[-1].owner, found[-1].other


def _asked(whose: Whose) -> dict[str, Any]:
    return {"b_type": whose} if isinstance(whose, str) else {"b_owners": whose}


_source = link.alias()


def _kept(whose: ColumnElement[bool]) -> Select[int, str]:
    return (
        select(_l.owner, _l.other)
        .join(entry, entry.c.number == _l.owner)
        .where(_l.job == bindparam("b_job"), _l.attribute == bindparam("b_again"), whose)
        .where(
            exists().where(
                _source.c.owner == _l.owner,
                _source.c.attribute == bindparam("b_attribute"),
                _source.c.other == _l.other,
                _source.c.present == true(),
            )
        )
        .limit(CHUNK)
    )


_kept_of_type, _kept_of_these = _kept(_of_type), _kept(_of_these)
_in_step = update(link).where(*_one).values(exported=true(), hold=null())


def keep(c: Connection, key: Key, which: tuple[Whose, str], again: str) -> int:
    """Links that were to be taken back as `again`, and flow again, count as exported; how many, at most CHUNK."""
    whose, attribute = which
    asked = {"b_job": key["job"], "b_again": again, "b_attribute": attribute, **_asked(whose)}
    found = c.execute(_kept_of_type if isinstance(whose, str) else _kept_of_these, asked).all()
    for statement, name in ((_in_step, attribute), (_gone, again)):
        rows: Rows = [{"b_owner": owner, "b_attribute": name, "b_other": other} for owner, other in found]
        run(c, statement, rows)
    return len(found)


def in_step(c: Connection, numbers: Sequence[int], attributes: Sequence[str], limit: int) -> int:
    """Open changes of these owners' links by attributes that their rules leave out: nothing is to be told of them.

    At most `limit` of them; answers how many.
    """
    open_ = select(_l.owner, _l.attribute, _l.other, _l.present).where(
        among(c, _l.owner, numbers), _l.attribute.in_(attributes), PENDING
    )
    found = c.execute(open_.limit(limit)).all()
    for statement, there in ((_in_step, True), (_gone, False)):
        rows: Rows = [{"b_owner": o, "b_attribute": a, "b_other": x} for o, a, x, p in found if p is there]
        run(c, statement, rows)
    return len(found)
