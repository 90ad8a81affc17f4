"""Along links, as queries of object numbers: whom objects lead to, who leads to them, and all that follows from it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select, union

from ropeway.directory import tables
from ropeway.directory.computed import SID, Standing
from ropeway.directory.portions import slices
from ropeway.directory.reading import PRIMARY_GROUP
from ropeway.directory.record import decoded
from ropeway.store.statements import among

_o, _c, _k, _l = tables.object_.c, tables.contribution.c, tables.key.c, tables.link.c
Numbers = Select[Any]
MANY = 20_000
"""Members from which on a group is told object by object."""


def ends(c: Connection, tenant: int, numbers: Collection[int], attribute: str) -> Numbers:
    """Objects that links of these lead to: by anchor of any job, by SID, by id where administrators made the link."""
    mine = (among(c, _l.object, list(numbers)), _l.attribute == attribute)
    by_anchor = select(_c.object).join(tables.link, (_c.tenant == _l.tenant) & (_c.anchor == _l.reference))
    by_sid = select(_k.object).join(tables.link, (_k.tenant == _l.tenant) & (_k.value == func.substr(_l.reference, 5)))
    by_id = select(_o.number).join(tables.link, (_o.tenant == _l.tenant) & (_o.id == _l.reference))
    found = union(
        by_anchor.where(*mine, _l.tenant == tenant, _c.standing != Standing.WITHDRAWN),
        by_sid.where(*mine, _l.tenant == tenant, _k.name == SID, _l.reference.startswith("sid:")),
        by_id.where(*mine, _l.tenant == tenant, _l.job == 0),
    ).subquery()
    return select(found.c[0])


def references(c: Connection, numbers: Collection[int]) -> dict[str, int]:
    """Every reference by which links lead to these objects, and the object it leads to."""
    listed = list(numbers)
    anchors = c.execute(select(_c.anchor, _c.object).where(among(c, _c.object, listed)))
    found = {row.anchor: row.object for row in anchors}
    for row in c.execute(select(_o.number, _o.id, _o.properties).where(among(c, _o.number, listed))):
        found[row.id] = row.number
        if sid := decoded(row.properties).get("onPremisesSecurityIdentifier"):
            found[f"sid:{sid}"] = row.number
    return found


def back(c: Connection, tenant: int, numbers: Collection[int], attribute: str) -> Numbers:
    """Objects whose links lead to these."""
    found = list(references(c, numbers))
    query = select(_l.object).where(_l.tenant == tenant, _l.attribute == attribute)
    return query.where(among(c, _l.reference, found)).distinct()


def members(c: Connection, tenant: int, numbers: Collection[int]) -> Numbers:
    """Members of groups, those whose primary group it is among them."""
    named = ends(c, tenant, numbers, "members")
    others = back(c, tenant, numbers, PRIMARY_GROUP)
    return select(union(named, others).subquery().c[0])


def is_crowded(c: Connection, number: int) -> bool:
    """Whether a group has so many members that each of its pages would take long to find among all of them."""
    some = select(_l.object).where(_l.object == number, _l.attribute == "members").limit(MANY).subquery()
    return (c.scalar(select(func.count()).select_from(some)) or 0) >= MANY


def is_member(c: Connection, tenant: int, number: int, sid: Any) -> ColumnElement[bool]:
    """Whether an object is a member of a group, asked of each object: the same as `members`, without finding all.

    `sid` is the object's security identifier, as SQL.
    """
    link = and_(_l.object == number, _l.attribute == "members", _l.tenant == tenant)
    anchors = and_(_c.object == _o.number, _c.anchor == _l.reference, _c.standing != Standing.WITHDRAWN)
    primary = and_(_l.object == _o.number, _l.attribute == PRIMARY_GROUP)
    return or_(
        exists().where(link, anchors),
        exists().where(link, _l.reference == _o.id, _l.job == 0),
        exists().where(primary, among(c, _l.reference, list(references(c, [number])))),
        exists().where(link, _l.reference == "sid:" + func.coalesce(sid, "")),
    )


def groups_of(c: Connection, tenant: int, numbers: Collection[int]) -> Numbers:
    """Groups that these are members of, primary groups among them."""
    named = back(c, tenant, numbers, "members")
    primary = ends(c, tenant, numbers, PRIMARY_GROUP)
    both = union(named, primary).subquery()
    return select(both.c[0])


def all_groups_of(c: Connection, tenant: int, number: int) -> set[int]:
    """Groups that an object is a member of, by however many steps."""
    return _closed({number}, lambda some: _live_groups(c, groups_of(c, tenant, some))) - {number}


def all_groups_in(c: Connection, tenant: int, number: int) -> set[int]:
    """A group and the groups in it, by however many steps."""
    return _closed({number}, lambda some: _live_groups(c, members(c, tenant, some)))


def all_reports_of(c: Connection, tenant: int, number: int) -> set[int]:
    """Who reports to somebody, by however many steps."""

    def reports(some: Collection[int]) -> Iterable[int]:
        mine = (_o.number.in_(back(c, tenant, some, "manager")), _o.deleted.is_(None))
        return c.execute(select(_o.number).where(*mine)).scalars()

    return _closed({number}, reports) - {number}


def _live_groups(c: Connection, numbers: Numbers) -> Iterable[int]:
    query = select(_o.number).where(_o.number.in_(numbers), _o.type == "group", _o.deleted.is_(None))
    return c.execute(query).scalars()


def _closed(begin: set[int], step: Callable[[Collection[int]], Iterable[int]]) -> set[int]:
    found, new = set(begin), set(begin)
    while new:
        new = {one for part in slices(new) for one in step(part)} - found
        found |= new
    return found


def is_linked(c: Connection, tenant: int, number: int, attribute: str, other: int) -> list[tuple[str, int]]:
    """The links, as reference and job, by which an object leads to another."""
    found = list(references(c, [other]))
    query = select(_l.reference, _l.job).where(_l.object == number, _l.attribute == attribute, _l.tenant == tenant)
    return [(row.reference, row.job) for row in c.execute(query.where(among(c, _l.reference, found)))]
