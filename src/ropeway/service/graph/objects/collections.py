"""`/users`, `/groups`, `/contacts`, `/devices`: lists, single objects, counts, and what leads to other objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.routing import BaseRoute

from ropeway.directory import relations
from ropeway.service.graph.api import Api
from ropeway.service.graph.objects.kinds import ANY, KINDS, Kind, by_name, by_stored
from ropeway.service.graph.objects.listing import BY_NUMBER, Listing
from ropeway.service.graph.objects.reading import (
    RELATED,
    answer_one,
    answer_page,
    find,
    is_advanced,
    manager_of,
    question,
)
from ropeway.service.graph.objects.seeing import way
from ropeway.service.graph.objects.values import json_text
from ropeway.service.odata.answers import Answer
from ropeway.service.odata.options import LIST, Option
from ropeway.service.odata.paging import Number, Page, key_of, passing
from ropeway.service.odata.refusals import resource_unknown, segment_unknown, unreadable
from ropeway.service.odata.resource import Asked, Verb, resource

MORE: frozenset[Option] = frozenset({"$search", "$expand"})
LISTS: frozenset[Option] = LIST | MORE
COUNTS: frozenset[Option] = frozenset({"$filter", "$search"})
ONE: frozenset[Option] = frozenset({"$select", "$expand", "$count"})
"""$count is looked at nowhere: Graph's own examples say it of somebody with all managers."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read of directory objects."""

    api: Api

    def routes(self) -> Sequence[BaseRoute]:
        """Those of every kind that are only read; the others are in `writing`."""
        make = partial(resource, self.api.parts)
        routes: list[BaseRoute] = []
        for kind in KINDS:
            path = f"/v1.0/{kind.plural}"
            routes.append(make(f"{path}/$count", get=Verb(partial(self.count, kind), COUNTS)))
            for name in sorted(kind.links):
                links, shown = f"{path}/{{id}}/{name}", partial(self.related, kind, name)
                routes.append(make(links, get=Verb(shown, LISTS)))
                routes.append(make(f"{links}/$count", get=Verb(partial(self.related_count, kind, name), COUNTS)))
                routes.append(
                    make(f"{links}/{{cast}}/$count", get=Verb(partial(self.related_count, kind, name), COUNTS))
                )
                routes.append(make(f"{links}/{{cast}}", get=Verb(shown, LISTS)))
            if kind.has_manager:
                routes.append(make(f"{path}/{{id}}/manager", get=Verb(partial(self.manager, kind), ONE)))
        return routes

    def listed(self, kind: Kind, asked: Asked) -> Answer:
        """GET /users."""
        asks = question(asked, kind)
        with asked.parts.database.read() as c:
            return answer_page(asked, kind, Listing(asks).page(c, asked.options, asked.page_size), c, kind.plural)

    def count(self, kind: Kind, asked: Asked) -> Answer:
        """GET /users/$count: an advanced query."""
        return counted(asked, Listing(question(asked, kind)))

    def shown(self, kind: Kind, asked: Asked) -> Answer:
        """GET /users/{id}."""
        with asked.parts.database.read() as c:
            row = find(c, asked.parts.tenant, kind, asked.key())
            return answer_one(asked, kind, row, c, kind.plural)

    def related(self, kind: Kind, name: str, asked: Asked) -> Answer:
        """GET /groups/{id}/members, or of one type: /groups/{id}/members/microsoft.graph.user."""
        listing, wanted = self._listing(kind, name, asked)
        with asked.parts.database.read() as c:
            found = listing.page(c, asked.options, asked.page_size)
            found = replace(found, rows=way(asked, kind, name).limited(found.rows))
            return answer_page(asked, wanted, found, c, wanted.plural)

    def references(self, kind: Kind, name: str, asked: Asked) -> Answer:
        """GET /groups/{id}/members/$ref: the addresses of the members."""
        listing, _ = self._listing(kind, name, asked)
        root = f"{asked.parts.url}/v1.0/directoryObjects"
        with asked.parts.database.read() as c:
            found = listing.page(c, asked.options, asked.page_size)
        items = [{"@odata.id": f"{root}/{row.id}"} for row in found.rows]
        page = Page(items, found.after, found.total, is_selected=True)
        return Answer("Collection($ref)", page=page, is_entity=False)

    def related_count(self, kind: Kind, name: str, asked: Asked) -> Answer:
        """GET /groups/{id}/members/$count."""
        return counted(asked, self._listing(kind, name, asked)[0])

    def _listing(self, kind: Kind, name: str, asked: Asked) -> tuple[Listing, Kind]:
        parts, cast = asked.parts, asked.request.path_params.get("cast")
        wanted = ANY if cast is None else by_name(cast)
        if wanted is None:
            raise segment_unknown(str(cast))
        types, by_number = way(asked, kind, name).shown(wanted)
        with parts.database.read() as c:
            row = find(c, parts.tenant, kind, asked.key())
            if name == "members" and _goes_on_by_number(c, row.number, asked):
                sid = json_text("onPremisesSecurityIdentifier", parts.database.is_sqlite)
                belongs = relations.is_member(c, parts.tenant, row.number, sid)
                return Listing(question(asked, wanted), belongs=belongs, types=types), wanted
            numbers = RELATED[name].numbers(c, parts.tenant, row.number)
        return Listing(question(asked, wanted), numbers, types=types, by_number=by_number), wanted

    def manager(self, kind: Kind, asked: Asked) -> Answer:
        """GET /users/{id}/manager."""
        parts = asked.parts
        with parts.database.read() as c:
            row = manager_of(c, parts.tenant, find(c, parts.tenant, kind, asked.key()))
            if row is None:
                raise resource_unknown("manager")
            (row,) = way(asked, kind, "manager").limited([row])
            return answer_one(asked, by_stored(row.type), row, c, "directoryObjects", typed=True)

    def manager_reference(self, kind: Kind, asked: Asked) -> Answer:
        """GET /users/{id}/manager/$ref: the manager's address."""
        found = self.manager(kind, asked).value or {}
        return Answer("$ref", {"@odata.id": f"{asked.parts.url}/v1.0/directoryObjects/{found['id']}"}, is_entity=False)


def _goes_on_by_number(c: Connection, group: int, asked: Asked) -> bool:
    """Whether members are told in the order of their numbers: what a page began with is kept to by the others."""
    if asked.options.order:
        return False
    after = key_of(asked.options, tuple[str, Number])
    return relations.is_crowded(c, group) if after is None else after[0] == BY_NUMBER


def counted_here(asked: Asked, items: Sequence[dict[str, Any]]) -> Answer:
    """The count of a short list that is at hand, as text; an advanced query."""
    _refuse_plain(asked)
    return Answer(text=str(len(passing(items, asked.options))))


def _refuse_plain(asked: Asked) -> None:
    if not is_advanced(asked):
        raise unreadable("$count", "$count is not currently supported.")


def counted(asked: Asked, listing: Listing) -> Answer:
    """The count of a listing, as text; an advanced query."""
    _refuse_plain(asked)
    with asked.parts.database.read() as c:
        return Answer(text=str(listing.count(c, asked.options)))
