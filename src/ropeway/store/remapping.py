"""Links whose attribute is mapped otherwise, in SQL: those that were exported, a stretch of their order at a time."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, exists, false, null, select, true, tuple_, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from ropeway.store.rows import Key
from ropeway.store.statements import Rows, run
from ropeway.store.tables import entry, link

CHUNK = 450
"""Links of one transaction; each is two rows of it."""

Place = tuple[int, str]
"""Owner's number and other end."""

FIRST: Place = (0, "")

_l = link.c
_exported = (
    select(_l.owner, _l.other, _l.present)
    .join(entry, entry.c.number == _l.owner)
    .where(
        _l.job == bindparam("b_job"),
        _l.attribute == bindparam("b_attribute"),
        tuple_(_l.owner, _l.other) > tuple_(bindparam("b_owner"), bindparam("b_other")),
        entry.c.type == bindparam("b_type"),
        _l.exported == true(),
    )
    .order_by(_l.owner, _l.other)
    .limit(CHUNK)
)
_one = (
    _l.owner == bindparam("b_owner"),
    _l.attribute == bindparam("b_attribute"),
    _l.other == bindparam("b_other"),
)
_untold = update(link).where(*_one).values(exported=false(), hold=null())
_gone = delete(link).where(*_one)


def remap_after(c: Connection, key: Key, which: tuple[str, str], former: str | None, after: Place) -> Place | None:
    """The next links of a type and attribute: not exported any more, and to be taken back as `former` where that is
    said. Answers where it ended, or None at the end. Doing it again does no harm.
    """
    type_, attribute = which
    asked = {"b_job": key["job"], "b_attribute": attribute, "b_owner": after[0], "b_other": after[1], "b_type": type_}
    found = c.execute(_exported, asked).all()
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


_source = link.alias()
_kept = (
    select(_l.owner, _l.attribute, _l.other)
    .join(entry, entry.c.number == _l.owner)
    .where(_l.job == bindparam("b_job"), _l.attribute == bindparam("b_again"), entry.c.type == bindparam("b_type"))
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
_keep = delete(link).where(tuple_(_l.owner, _l.attribute, _l.other).in_(_kept))


def keep(c: Connection, key: Key, which: tuple[str, str], again: str) -> int:
    """Links that were to be taken back as `again`, and are told anew, stay; how many, at most CHUNK."""
    type_, attribute = which
    return c.execute(_keep, {"b_job": key["job"], "b_again": again, "b_type": type_, "b_attribute": attribute}).rowcount
