"""All entries of a job on the work list: what other rules, another scope or a restart ask for."""

from __future__ import annotations

from sqlalchemy import Connection, Integer, bindparam, exists, literal_column, select, tuple_
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from ropeway.store.rows import Key
from ropeway.store.tables import due, entry
from ropeway.store.worklist import CHUNK, Found, adding, chunk_after


def roots_after(key: Key, last: int) -> Found:
    """What is below nothing."""
    return chunk_after(key, last).where(entry.c.parent.is_(None))


def parents_after(key: Key, last: int) -> Found:
    """What has something below it."""
    parents = select(entry.c.parent).where(entry.c.job == key["job"]).distinct()
    return chunk_after(key, last).where(entry.c.anchor.in_(parents))


Under = tuple[str, int]
"""A container's anchor and the number of an entry in it: the order in which whole jobs are put on the work list."""

FIRST: Under = ("", 0)
_under = tuple_(entry.c.parent, entry.c.number)
_others = entry.c.job == bindparam("job"), _under > tuple_(bindparam("parent"), bindparam("number"))
_next_others = select(entry.c.parent, entry.c.number).where(*_others).order_by(entry.c.parent, entry.c.number)
_next_others = _next_others.limit(CHUNK)
_added = due.alias()
_one = literal_column("1", Integer)
_leaves = (
    select(bindparam("tenant", type_=Integer), entry.c.job, _one, entry.c.number, _one)
    .where(*_others, _under <= tuple_(bindparam("last_parent"), bindparam("last_number")))
    .where(~exists().where(_added.c.job == entry.c.job, _added.c.rank == 0, _added.c.entry == entry.c.number))
)

_add_leaves = {"sqlite": adding(sqlite_insert(due), _leaves), "postgresql": adding(postgresql_insert(due), _leaves)}


def add_leaves_after(c: Connection, key: Key, after: Under) -> Under | None:
    """Put the next CHUNK entries on the work list that are not on it as containers; answers the last one, or None.

    No entry is looked at for it: the index of what is below what has everything needed, and is a tenth of the size.
    """
    here = {**key, "parent": after[0], "number": after[1]}
    found = c.execute(_next_others, here).all()
    if not found:
        return None
    parent, number = found[-1]
    c.execute(_add_leaves[c.dialect.name], {**here, "last_parent": parent, "last_number": number})
    return parent, number
