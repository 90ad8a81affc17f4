"""Reading objects: by identifier, by name, and along their links."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select, union

from ropeway.directory import tables
from ropeway.directory.computed import PROXY, SID, UPN, Standing
from ropeway.directory.record import decoded, encode, said_attributes
from ropeway.directory.workspace import iso
from ropeway.model.changes import Desired
from ropeway.model.values import compare_key
from ropeway.rules.extensions import extension_name

PRIMARY_GROUP = extension_name("primaryGroup")
"""The link by which a user is a member without being listed by the group."""

_o, _c, _k, _l = tables.object_.c, tables.contribution.c, tables.key.c, tables.link.c


def shaped(id_: str, properties: str, deleted: float | None) -> Desired:
    """An object with Graph's property names."""
    shape = {"id": id_, **decoded(properties)}
    return shape if deleted is None else shape | {"deletedDateTime": iso(deleted)}


def listed(
    connection: Connection, tenant: int, type_: str, *, contains: str | None, deleted: bool, limit: int
) -> list[Desired]:
    """Objects of a type by display name; `contains` looks at display name, mail, nickname and UPN."""
    query = select(_o.id, _o.properties, _o.deleted).where(_o.tenant == tenant, _o.type == type_)
    query = query.where(_o.deleted.is_not(None) if deleted else _o.deleted.is_(None))
    if contains:
        part = compare_key(contains)
        upns = select(_k.object).where(_k.tenant == tenant, _k.name == UPN, _k.value.contains(part, autoescape=True))
        texts = [c.contains(part, autoescape=True) for c in (_o.name_key, _o.mail_key, _o.nickname_key)]
        query = query.where(or_(*texts, _o.number.in_(upns)))
    return [shaped(*row) for row in connection.execute(query.order_by(_o.name_key, _o.number).limit(limit))]


def numbers_of(connection: Connection, tenant: int, type_: str, identifier: str) -> list[int]:
    """Live objects of a type with that id, else UPN or address, else mail or nickname."""
    key = compare_key(identifier)
    held = select(_k.object).where(
        _k.tenant == tenant,
        or_((_k.name == UPN) & (_k.value == key), (_k.name == PROXY) & (_k.value == f"smtp:{key}")),
    )
    attempts: tuple[ColumnElement[bool], ...] = (
        (_o.tenant == tenant) & (_o.id == identifier.strip().lower()),
        _o.number.in_(held),
        _called(tenant, key),
    )
    live = select(_o.number).where(_o.type == type_, _o.deleted.is_(None))
    return _first_found(connection, live, attempts)


def _called(tenant: int, key: str) -> ColumnElement[bool]:
    """Mail or nickname: each by its own index. `A` follows `@` in the order of bytes."""
    begins = (_o.mail_key >= f"{key}@") & (_o.mail_key < f"{key}A") & _o.nickname_key.is_(None)
    found = [
        select(_o.number).where(_o.tenant == tenant, one)
        for one in (_o.mail_key == key, _o.nickname_key == key, begins)
    ]
    return _o.number.in_(union(*found))


def groups_called(connection: Connection, tenant: int, nickname: str) -> list[int]:
    """Live groups with that mailNickname."""
    live = select(_o.number).where(_o.type == "group", _o.deleted.is_(None), _called(tenant, compare_key(nickname)))
    return list(connection.execute(live).scalars())


def binned_numbers(connection: Connection, tenant: int, type_: str, identifier: str) -> list[int]:
    """Binned objects of a type with that id, else UPN, else mail, nickname or display name."""
    key = compare_key(identifier)
    upn = f'"userPrincipalName":{encode(identifier.strip().lower()).decode()}'
    attempts: tuple[ColumnElement[bool], ...] = (
        _o.id == identifier.strip().lower(),
        func.lower(_o.properties).contains(upn.lower(), autoescape=True),
        or_(_called(tenant, key), _o.name_key == key),
    )
    binned = select(_o.number).where(_o.tenant == tenant, _o.type == type_, _o.deleted.is_not(None))
    return _first_found(connection, binned, attempts)


def meant(connection: Connection, tenant: int, type_: str, identifier: str, *, binned: bool = False) -> list[str]:
    """The ids of those whom an identifier leads to, live or in the recycle bin: more than one where it is ambiguous."""
    numbers = (binned_numbers if binned else numbers_of)(connection, tenant, type_, identifier)
    return list(connection.scalars(select(_o.id).where(_o.number.in_(numbers))))


def _first_found(connection: Connection, query: Select[Any], attempts: Iterable[ColumnElement[bool]]) -> list[int]:
    for attempt in attempts:
        found = list(connection.execute(query.where(attempt).limit(2)).scalars())
        if found:
            return found
    return []


def linked_attributes(connection: Connection, number: int) -> set[str]:
    """The link attributes in which an object leads anywhere, resolved or not."""
    return set(connection.execute(select(_l.attribute).where(_l.object == number).distinct()).scalars())


def ends(connection: Connection, tenant: int, number: int, attribute: str) -> list[Desired]:
    """The live objects at the other ends of a link attribute, by display name: `{id, type, displayName}`."""
    mine = (_l.object == number, _l.attribute == attribute)
    return _briefly(connection, tenant, _resolved(mine))


def _resolved(mine: tuple[ColumnElement[bool], ...]) -> Any:
    """Numbers of objects that links lead to: by anchor of any job, by SID, by id where administrators made the link."""
    live = _c.standing != Standing.WITHDRAWN
    by_anchor = select(_c.object).join(tables.link, (_c.tenant == _l.tenant) & (_c.anchor == _l.reference))
    by_sid = select(_k.object).join(tables.link, (_k.tenant == _l.tenant) & (_k.value == func.substr(_l.reference, 5)))
    by_id = select(_o.number).join(tables.link, (_o.tenant == _l.tenant) & (_o.id == _l.reference))
    return union(
        by_anchor.where(*mine, live),
        by_sid.where(*mine, _k.name == SID, _l.reference.startswith("sid:")),
        by_id.where(*mine, _l.job == 0),
    ).subquery()


def _briefly(connection: Connection, tenant: int, numbers: Any) -> list[Desired]:
    query = (
        select(_o.id, _o.type, _o.properties)
        .where(_o.tenant == tenant, _o.number.in_(select(numbers)), _o.deleted.is_(None))
        .order_by(_o.name_key, _o.number)
    )
    return [
        {"id": id_, "type": type_, "displayName": decoded(properties).get("displayName")}
        for id_, type_, properties in connection.execute(query)
    ]


def first_end(connection: Connection, tenant: int, number: int, attribute: str) -> Desired | None:
    """The other end of a single-valued link: of the contribution with the highest precedence, if it is there."""
    said = (_c.tenant == _l.tenant) & (_c.object == _l.object) & (_c.job == _l.job)
    query = (
        select(_l.reference, _l.job)
        .join(tables.contribution, said, isouter=True)
        .where(_l.object == number, _l.attribute == attribute)
        .order_by(_c.standing == Standing.CONTACT, func.coalesce(_c.precedence, 2**31 - 1), _l.job)
        .limit(1)
    )
    winner = connection.execute(query).one_or_none()
    if winner is None:
        return None
    mine = (_l.object == number, _l.attribute == attribute, _l.reference == winner.reference, _l.job == winner.job)
    return next(iter(_briefly(connection, tenant, _resolved(mine))), None)


def back(connection: Connection, tenant: int, number: int, attribute: str) -> list[Desired]:
    """The live objects whose link attribute leads to this one, by display name."""
    anchors = select(_c.anchor).where(_c.object == number)
    sids = select("sid:" + _k.value).where(_k.tenant == tenant, _k.name == SID, _k.object == number)
    ids = select(_o.id).where(_o.number == number)
    references = [r for query in (anchors, sids, ids) for r in connection.execute(query).scalars()]
    numbers = select(_l.object).where(_l.tenant == tenant, _l.reference.in_(references), _l.attribute == attribute)
    return _briefly(connection, tenant, numbers.distinct().subquery())


def members(connection: Connection, tenant: int, number: int) -> list[Desired]:
    """The live members of a group, by display name, those whose primary group it is among them."""
    named = ends(connection, tenant, number, "members")
    others = back(connection, tenant, number, PRIMARY_GROUP)
    if not others:
        return named
    both = {end["id"]: end for end in (*named, *others)}
    return sorted(both.values(), key=lambda end: compare_key(end["displayName"] or ""))


def member_of(connection: Connection, tenant: int, number: int) -> list[Desired]:
    """The live groups an object is a member of, by display name, its primary group among them."""
    groups = {end["id"]: end for end in back(connection, tenant, number, "members")}
    groups |= {end["id"]: end for end in ends(connection, tenant, number, PRIMARY_GROUP) if end["type"] == "group"}
    return sorted(groups.values(), key=lambda end: compare_key(end["displayName"] or ""))


def contributions(connection: Connection, number: int) -> list[Desired]:
    """Who says what about an object, by precedence."""
    query = (
        select(_c.job, _c.anchor, _c.precedence, _c.standing, _c.attributes, _o.properties)
        .join(tables.object_, _o.number == _c.object)
        .where(_c.object == number)
    )
    return [
        {
            "job": job,
            "anchor": anchor,
            "precedence": precedence,
            "standing": Standing(standing).name.lower(),
            "attributes": said_attributes(attributes, decoded(properties)),
        }
        for job, anchor, precedence, standing, attributes, properties in connection.execute(
            query.order_by(_c.precedence, _c.job)
        )
    ]
