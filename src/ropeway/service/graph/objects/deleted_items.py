"""`/directory/deletedItems`: the recycle bin, by type; objects come back or are gone for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from starlette.routing import BaseRoute

from ropeway.model.permissions import rule_of
from ropeway.service.graph.api import Api
from ropeway.service.graph.objects.collections import COUNTS, LISTS, Reading, counted
from ropeway.service.graph.objects.kinds import ANY, GROUPS, Kind, by_name, by_stored
from ropeway.service.graph.objects.listing import Listing
from ropeway.service.graph.objects.privileged import check_kind, check_privileged
from ropeway.service.graph.objects.reading import answer_one, answer_page, find, question
from ropeway.service.graph.objects.writing import PLURALS, Writing
from ropeway.service.odata.answers import Answer, nothing
from ropeway.service.odata.bodies import Body
from ropeway.service.odata.refusals import segment_unknown
from ropeway.service.odata.resource import Asked, Verb, resource
from ropeway.service.who import permitted


class Restore(Body, frozen=True):
    """The body of restore, which may be left out."""

    auto_reconcile_proxy_conflict: bool | None = None
    """Addresses that others have meanwhile are left out in any case."""
    new_user_principal_name: str | None = None


@dataclass(frozen=True, slots=True)
class DeletedItems:
    """The recycle bin as a resource."""

    api: Api
    reads: Reading

    def routes(self) -> Sequence[BaseRoute]:
        """A list needs a type: `/directory/deletedItems/microsoft.graph.user`."""
        make = partial(resource, self.api.parts)
        path = "/v1.0/directory/deletedItems"
        restore = Verb(self.restore, body=True, act="restore_object")
        return [
            make(f"{path}/{{id}}/restore", post=restore),
            make(f"{path}/{{cast}}/$count", get=Verb(self.count, COUNTS)),
            make(f"{path}/{{id}}", get=Verb(self.shown, LISTS), delete=Verb(self.purge, act="purge_object")),
            make("/v1.0/directoryObjects/{id}/restore", post=restore),
        ]

    def _listing(self, kind: Kind, asked: Asked) -> Listing:
        return Listing(replace(question(asked, kind), binned=True), binned=True)

    def count(self, asked: Asked) -> Answer:
        """GET /directory/deletedItems/microsoft.graph.user/$count."""
        kind = by_name(asked.key("cast"))
        if kind is None:
            raise segment_unknown(asked.key("cast"))
        check_kind(asked, kind, "GET")
        return counted(asked, self._listing(kind, asked))

    def shown(self, asked: Asked) -> Answer:
        """GET /directory/deletedItems/{id}, or those of a type."""
        kind = by_name(asked.key())
        with asked.parts.database.read() as c:
            if kind is None:
                row = find(c, asked.parts.tenant, ANY, asked.key(), binned=True)
                check_kind(asked, by_stored(row.type), "GET")
                return answer_one(asked, by_stored(row.type), row, c, "directoryObjects", typed=True)
        check_kind(asked, kind, "GET")
        listing = self._listing(kind, asked)
        with asked.parts.database.read() as c:
            return answer_page(asked, kind, listing.page(c, asked.options, asked.page_size), c, kind.plural)

    def purge(self, asked: Asked) -> Answer:
        """DELETE /directory/deletedItems/{id}."""
        with asked.parts.database.read() as c:
            row = find(c, asked.parts.tenant, ANY, asked.key(), binned=True)
        check_kind(asked, by_stored(row.type), "DELETE")
        check_privileged(asked, row.id)
        Writing(self.api, self.reads).directory.purge_object(row.id)
        return nothing()

    def restore(self, asked: Asked) -> Answer:
        """POST /directory/deletedItems/{id}/restore."""
        said = asked.shaped(Restore) if asked.body is not None else Restore()
        directory = Writing(self.api, self.reads).directory
        with asked.parts.database.read() as c:
            row = find(c, asked.parts.tenant, ANY, asked.key(), binned=True)
        kind = by_stored(row.type)
        if kind is GROUPS:
            permitted(asked.caller, rule_of("/v1.0/groups", "POST"), "write")
        else:
            check_kind(asked, kind, "PATCH")
        check_privileged(asked, row.id)
        name = said.new_user_principal_name if row.type == "user" else None
        directory.restore_object(PLURALS[kind], row.id, {"userPrincipalName": name} if name is not None else {})
        with asked.parts.database.read() as c:
            live = find(c, asked.parts.tenant, kind, row.id)
            return replace(answer_one(asked, kind, live, c, "directoryObjects", typed=True), about=row.id)
