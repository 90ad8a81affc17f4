"""`/directoryObjects`: objects of any type by id, and the functions that are asked about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from starlette.routing import BaseRoute

from ropeway.directory import relations, tables
from ropeway.model.problems import Problem, RopewayError
from ropeway.service.graph.api import Api
from ropeway.service.graph.objects.collections import ONE, Reading
from ropeway.service.graph.objects.extensions import extension_properties
from ropeway.service.graph.objects.kinds import ANY, KINDS, Kind, by_stored
from ropeway.service.graph.objects.privileged import check_kind, check_privileged
from ropeway.service.graph.objects.reading import answer_one, find
from ropeway.service.graph.objects.shapes import Row, told
from ropeway.service.graph.objects.writing import PLURALS, Writing
from ropeway.service.odata.answers import Answer, nothing
from ropeway.service.odata.bodies import Body
from ropeway.service.odata.paging import Page, page_of
from ropeway.service.odata.refusals import body_invalid
from ropeway.service.odata.resource import Asked, Verb, resource
from ropeway.store.statements import among

_o = tables.object_.c
MOST_IDS, MOST_CHECKED, MOST_GROUPS = 1000, 20, 11_000


class Ids(Body, frozen=True):
    """The body of getByIds."""

    ids: list[str]
    types: list[str] | None = None


class Origin(Body, frozen=True):
    """The body of getAvailableExtensionProperties."""

    is_synced_from_on_premises: bool | None = None


class Checked(Body, frozen=True):
    """The body of checkMemberGroups and checkMemberObjects."""

    group_ids: list[str] | None = None
    ids: list[str] | None = None


class Wanted(Body, frozen=True):
    """The body of getMemberGroups and getMemberObjects."""

    security_enabled_only: bool | None = None


@dataclass(frozen=True, slots=True)
class AnyObjects:
    """Objects whatever their type."""

    api: Api
    reads: Reading

    def routes(self) -> Sequence[BaseRoute]:
        """Functions of memberships are there below each type, too."""
        make = partial(resource, self.api.parts)
        path = "/v1.0/directoryObjects"
        routes = [
            make(f"{path}/getByIds", post=Verb(self.by_ids, frozenset({"$select"}), body=True)),
            make(f"{path}/getAvailableExtensionProperties", post=Verb(self.extensions, body=True)),
        ]
        for kind in (ANY, *KINDS):
            below = f"/v1.0/{kind.plural}/{{id}}"
            check, get = Verb(partial(self.check, kind), body=True), Verb(partial(self.groups, kind), body=True)
            routes += [make(f"{below}/{name}", post=check) for name in ("checkMemberGroups", "checkMemberObjects")]
            routes += [make(f"{below}/{name}", post=get) for name in ("getMemberGroups", "getMemberObjects")]
        shown, delete = Verb(self.shown, ONE), Verb(self.delete, act="delete_object")
        return [*routes, make(f"{path}/{{id}}", get=shown, delete=delete)]

    def shown(self, asked: Asked) -> Answer:
        """GET /directoryObjects/{id}."""
        with asked.parts.database.read() as c:
            row = find(c, asked.parts.tenant, ANY, asked.key())
            return answer_one(asked, by_stored(row.type), row, c, "directoryObjects", typed=True)

    def delete(self, asked: Asked) -> Answer:
        """DELETE /directoryObjects/{id}."""
        with asked.parts.database.read() as c:
            row = find(c, asked.parts.tenant, ANY, asked.key())
        check_kind(asked, by_stored(row.type), "DELETE")
        check_privileged(asked, row.id)
        Writing(self.api, self.reads).directory.delete_object(PLURALS[by_stored(row.type)], row.id)
        return nothing()

    def by_ids(self, asked: Asked) -> Answer:
        """POST /directoryObjects/getByIds: those that there are."""
        said, parts = asked.shaped(Ids), asked.parts
        if not 0 < len(said.ids) <= MOST_IDS:
            raise body_invalid("ids", f"1 to {MOST_IDS} ids are expected")
        named = {name.removeprefix("#").removeprefix("microsoft.graph.").lower() for name in said.types or (ANY.name,)}
        stored = {kind.stored for kind in KINDS if not named.isdisjoint((kind.name.lower(), ANY.name.lower()))}
        with parts.database.read() as c:
            ids = list(dict.fromkeys(one.lower() for one in said.ids))
            query = select(_o.number, _o.id, _o.type, _o.properties, _o.deleted)
            query = query.where(_o.tenant == parts.tenant, _o.deleted.is_(None), among(c, _o.id, ids))
            rows = [Row(*row) for row in c.execute(query) if row.type in stored]
        items = told(ANY, rows, asked.options.select)
        return Answer("directoryObjects", page=Page(items, is_selected=True), is_entity=False)

    def extensions(self, asked: Asked) -> Answer:
        """POST /directoryObjects/getAvailableExtensionProperties: what jobs may bring beyond Graph's own properties."""
        said = asked.shaped(Origin)
        found = extension_properties(self.api.ids.of) if said.is_synced_from_on_premises is not False else []
        return Answer("Collection(extensionProperty)", page=page_of(found, asked.options, len(found)), is_entity=False)

    def check(self, kind: Kind, asked: Asked) -> Answer:
        """POST …/checkMemberGroups: which of these groups an object is a member of, by however many steps."""
        said = asked.shaped(Checked)
        wanted = [one.lower() for one in said.group_ids or said.ids or ()]
        if not 0 < len(wanted) <= MOST_CHECKED:
            raise body_invalid("groupIds", f"1 to {MOST_CHECKED} ids are expected")
        found = {row.id for row in self._groups(kind, asked)}
        return _texts([one for one in dict.fromkeys(wanted) if one in found])

    def groups(self, kind: Kind, asked: Asked) -> Answer:
        """POST …/getMemberGroups: the ids of all groups an object is a member of."""
        said = asked.shaped(Wanted)
        rows = self._groups(kind, asked)
        if len(rows) > MOST_GROUPS:
            raise RopewayError(Problem("result-too-large", details={"most": f"{MOST_GROUPS:,}"}))
        secure = said.security_enabled_only
        return _texts([row.id for row in rows if not secure or '"securityEnabled":true' in row.properties])

    def _groups(self, kind: Kind, asked: Asked) -> list[Row]:
        parts = asked.parts
        with parts.database.read() as c:
            row = find(c, parts.tenant, kind, asked.key())
            numbers = sorted(relations.all_groups_of(c, parts.tenant, row.number))
            query = select(_o.number, _o.id, _o.type, _o.properties, _o.deleted).where(among(c, _o.number, numbers))
            return [Row(*one) for one in c.execute(query.order_by(_o.name_key, _o.number))]


def _texts(values: Sequence[str]) -> Answer:
    return Answer("Collection(Edm.String)", page=Page(list(values), is_selected=True), is_entity=False)
