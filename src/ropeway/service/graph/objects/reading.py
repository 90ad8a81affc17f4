"""Reading objects for the API: questions, single objects by key, pages, and what they are told with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, select, true

from ropeway.directory import lookup, reading, relations, tables
from ropeway.directory.computed import UPN
from ropeway.model.values import compare_key
from ropeway.service.graph.objects.filtering import Question
from ropeway.service.graph.objects.kinds import ANY, DEVICES, USERS, Kind, by_stored
from ropeway.service.graph.objects.listing import Found
from ropeway.service.graph.objects.looked_up import look_up
from ropeway.service.graph.objects.seeing import way
from ropeway.service.graph.objects.shapes import NONE, NULL, Row, as_dict, check_select, encode, told
from ropeway.service.graph.objects.values import json_text
from ropeway.service.odata.answers import Answer
from ropeway.service.odata.options import Expansion
from ropeway.service.odata.paging import Page
from ropeway.service.odata.refusals import no_property, resource_unknown, unsupported
from ropeway.service.odata.resource import Asked
from ropeway.service.parts import Parts

_o, _k = tables.object_.c, tables.key.c
_ROW = (_o.number, _o.id, _o.type, _o.properties, _o.deleted)
MOST_EXPANDED = 20
"""Related objects that an item is told with, as in Graph."""
LITTLE = 200
"""Changes that a question takes into the look-up table by itself; with more it does without."""


def is_advanced(asked: Asked) -> bool:
    """Whether the request says that it is an advanced query."""
    return asked.request.headers.get("consistencylevel", "").strip().lower() == "eventual"


def lookups_in_step(parts: Parts) -> bool:
    """Whether the look-up table tells the objects as they are now."""
    with parts.database.read() as c:
        behind = lookup.behind(c, parts.tenant)
    if behind is not None and 0 < behind <= LITTLE:
        lookup.catch_up(parts.database, parts.tenant)
        with parts.database.read() as c:
            behind = lookup.behind(c, parts.tenant)
    return behind == 0


def question(asked: Asked, kind: Kind) -> Question:
    """What a request asks about a kind. An advanced one says so, and, where it filters, that it counts."""
    parts, options = asked.parts, asked.options
    counts = options.count or "$search" in options.raw or asked.request.url.path.endswith("/$count")
    advanced = counts and is_advanced(asked)
    lookups = options.filter is not None or "$search" in options.raw
    return Question(kind, parts.tenant, advanced, lookups and lookups_in_step(parts), parts.database.is_sqlite)


def find(c: Connection, tenant: int, kind: Kind, key: str, *, binned: bool = False) -> Row:
    """The object with that id, or the user of that name; RopewayError `resource-unknown`."""
    state = _o.deleted.is_not(None) if binned else _o.deleted.is_(None)
    mine = and_(_o.tenant == tenant, state, _o.type == kind.stored if kind.stored else true())
    row = c.execute(select(*_ROW).where(mine, _o.id == key.lower())).first()
    if row is None and kind is USERS and not binned:
        held = select(_k.object).where(_k.tenant == tenant, _k.name == UPN, _k.value == compare_key(key))
        row = c.execute(select(*_ROW).where(mine, _o.number.in_(held))).first()
    if row is None and kind is DEVICES:
        device = json_text("deviceId", c.dialect.name == "sqlite") == key.lower()
        row = c.execute(select(*_ROW).where(mine, device)).first()
    if row is None:
        raise resource_unknown(key)
    return Row(*row)


@dataclass(frozen=True, slots=True)
class Related:
    """A collection of objects that leads away from one."""

    name: str
    numbers: Callable[[Connection, int, int], Any]
    """Connection, tenant, number: the query of the other ends."""


def _forward(name: str) -> Related:
    return Related(name, lambda c, tenant, number: relations.ends(c, tenant, [number], name))


def _listed(numbers: set[int]) -> Any:
    return select(_o.number).where(_o.number.in_(numbers))


def _inverse(name: str, attribute: str) -> Related:
    return Related(name, lambda c, tenant, number: relations.back(c, tenant, [number], attribute))


def _transitive_members(c: Connection, tenant: int, number: int) -> Any:
    return relations.members(c, tenant, relations.all_groups_in(c, tenant, number))


RELATED: Mapping[str, Related] = {
    one.name: one
    for one in (
        Related("members", lambda c, tenant, number: relations.members(c, tenant, [number])),
        Related("transitiveMembers", _transitive_members),
        Related("memberOf", lambda c, tenant, number: relations.groups_of(c, tenant, [number])),
        Related("transitiveMemberOf", lambda c, t, number: _listed(relations.all_groups_of(c, t, number))),
        _forward("owners"),
        _forward("registeredOwners"),
        _forward("registeredUsers"),
        _inverse("directReports", "manager"),
        Related("transitiveReports", lambda c, t, number: _listed(relations.all_reports_of(c, t, number))),
        _inverse("ownedDevices", "registeredOwners"),
        _inverse("registeredDevices", "registeredUsers"),
        _inverse("ownedObjects", "owners"),
    )
}


def manager_of(c: Connection, tenant: int, row: Row) -> Row | None:
    """Whom somebody reports to."""
    end = reading.first_end(c, tenant, row.number, "manager")
    return None if end is None else find(c, tenant, ANY, end["id"])


def answer_page(asked: Asked, kind: Kind, found: Found, c: Connection, context: str) -> Answer:
    """A page in Graph's shape, with what was asked to be expanded."""
    options = asked.options
    check_select(kind, options.select, allowed=kind.relations)
    items = expanded(c, asked, kind, found.rows)
    look_up(asked, c, kind, found.rows, items)
    return Answer(context, page=Page(items, found.after, found.total, is_selected=True), is_entity=False)


def answer_one(asked: Asked, kind: Kind, row: Row, c: Connection, context: str, *, typed: bool | None = None) -> Answer:
    """One object in Graph's shape."""
    check_select(kind, asked.options.select, allowed=kind.relations)
    items = expanded(c, asked, kind, [row], typed=typed)
    look_up(asked, c, kind, [row], items)
    return Answer(context, as_dict(items[0]), is_selected=True)


def expanded(c: Connection, asked: Asked, kind: Kind, rows: Sequence[Row], *, typed: bool | None = None) -> list[Any]:
    """Rows as they are told, each with its related objects."""
    options = asked.options
    for one in options.expansions:
        if one.name not in kind.relations:
            raise no_property("$expand", one.name)
        check_select(ANY, one.select)
    if len(options.expansions) > 1:
        raise unsupported("$expand", "One property is expanded at a time")
    items = told(kind, rows, options.select, tuple(one.name for one in options.expansions), typed=typed)
    for one in options.expansions:
        for item, row in zip(items, rows, strict=True):
            setattr(item, one.name, _related(c, asked, row, one))
    return items


def _related(c: Connection, asked: Asked, row: Row, wanted: Expansion) -> Any:
    if wanted.name == "manager":
        return _managers(c, asked, row, wanted, wanted.levels)
    tenant, leads = asked.parts.tenant, way(asked, by_stored(row.type), wanted.name, row)
    if not leads.is_open:
        return NONE
    numbers = RELATED[wanted.name].numbers(c, tenant, row.number)
    query = select(*_ROW).where(_o.number.in_(numbers), _o.tenant == tenant, _o.deleted.is_(None))
    found = c.execute(query.order_by(_o.name_key, _o.number).limit(wanted.top or MOST_EXPANDED))
    ends = leads.limited([Row(*one) for one in found])
    return msgspec.Raw(encode(told(ANY, ends, wanted.select))) if ends else NONE


def _managers(c: Connection, asked: Asked, row: Row, wanted: Expansion, levels: int) -> Any:
    """The manager, and theirs within it, as far as is asked; a circle ends where it began."""
    tenant, kind = asked.parts.tenant, by_stored(row.type)
    chain: list[Row] = []
    seen = {row.number}
    while len(chain) < levels and (leads := way(asked, kind, "manager", row)).is_open:
        above = manager_of(c, tenant, row)
        if above is None or above.number in seen:
            break
        chain += leads.limited([above])
        seen.add(above.number)
        row = above
    inner: Any = NULL
    for one in chain[::-1]:
        (item,) = told(by_stored(one.type), [one], wanted.select, ("manager",), typed=True)
        if inner is not NULL:
            item.manager = inner
        inner = msgspec.Raw(encode(item))
    return inner
