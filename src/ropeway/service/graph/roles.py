"""`/directoryRoles`, `/directoryRoleTemplates`, `/roleManagement/directory`: who administers what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import select
from starlette.routing import BaseRoute

from ropeway.control.roles import role_named
from ropeway.directory import tables
from ropeway.model.permissions import ROLES
from ropeway.model.problems import RopewayError
from ropeway.service.graph.api import Api
from ropeway.service.graph.objects.bodies import id_of
from ropeway.service.graph.objects.collections import LISTS
from ropeway.service.graph.objects.kinds import ANY, USERS
from ropeway.service.graph.objects.listing import Listing
from ropeway.service.graph.objects.reading import answer_page, question
from ropeway.service.graph.objects.seeing import way
from ropeway.service.odata.answers import Answer, made, many, nothing, one
from ropeway.service.odata.bodies import Body
from ropeway.service.odata.options import LIST, ONE
from ropeway.service.odata.paging import page_of
from ropeway.service.odata.refusals import body_invalid, resource_unknown
from ropeway.service.odata.resource import Asked, Verb, resource
from ropeway.store import roles
from ropeway.store.identity_tables import role

DESCRIPTIONS = {
    "Global Administrator": "Everything, roles of others among it.",
    "Hybrid Identity Administrator": "Synchronization, its agents, domains; reads the directory.",
    "User Administrator": "Users, groups, contacts and devices, but not those who administer more.",
    "Reports Reader": "Reads the directory and every log.",
}
ASSIGNMENTS, DEFINITIONS = "roleManagement/directory/roleAssignments", "roleManagement/directory/roleDefinitions"


class NewAssignment(Body, frozen=True):
    """The body of a new role assignment."""

    principal_id: str
    role_definition_id: str
    directory_scope_id: str = "/"
    app_scope_id: str | None = None


@dataclass(frozen=True, slots=True)
class DirectoryRoles:
    """The roles of a tenant; they come with Ropeway, and their members change."""

    api: Api

    def routes(self) -> Sequence[BaseRoute]:
        """A role's key is its id or its template's."""
        make = partial(resource, self.api.parts)
        path, management = "/v1.0/directoryRoles", "/v1.0/roleManagement/directory"
        add, drop = Verb(self.add, body=True, act="assign_role"), Verb(self.drop, act="withdraw_role")
        assign, end = Verb(self.assign, body=True, act="assign_role"), Verb(self.end, act="withdraw_role")
        return [
            make(path, get=Verb(self.listed, LIST)),
            make(f"{path}/{{role}}", get=Verb(self.shown, ONE)),
            make(f"{path}/{{role}}/members", get=Verb(self.members, LISTS)),
            make(f"{path}/{{role}}/members/$ref", post=add),
            make(f"{path}/{{role}}/members/{{id}}/$ref", delete=drop),
            make("/v1.0/directoryRoleTemplates", get=Verb(self.templates, LIST)),
            make(f"{management}/roleDefinitions", get=Verb(self.definitions, LIST)),
            make(f"{management}/roleDefinitions/{{role}}", get=Verb(self.definition, ONE)),
            make(f"{management}/roleAssignments", get=Verb(self.assignments, LIST), post=assign),
            make(f"{management}/roleAssignments/{{assignment}}", get=Verb(self.assignment, ONE), delete=end),
        ]

    def listed(self, asked: Asked) -> Answer:
        """GET /directoryRoles."""
        return many("directoryRoles", page_of([self._value(n) for n in ROLES], asked.options, asked.page_size))

    def shown(self, asked: Asked) -> Answer:
        """GET /directoryRoles/{id}."""
        return one("directoryRoles", self._value(self._named(asked)))

    def members(self, asked: Asked) -> Answer:
        """GET /directoryRoles/{id}/members."""
        o, r, parts = tables.object_.c, role.c, asked.parts
        people = select(r.person).where(r.tenant == parts.tenant, r.role == self._named(asked))
        numbers = select(o.number).where(o.tenant == parts.tenant, o.id.in_(people))
        with parts.database.read() as c:
            leads = way(asked, ANY, "members")
            types, by_number = leads.shown(USERS)
            listing = Listing(question(asked, USERS), numbers, types=types, by_number=by_number)
            found = listing.page(c, asked.options, asked.page_size)
            return answer_page(asked, USERS, replace(found, rows=leads.limited(found.rows)), c, "directoryObjects")

    def add(self, asked: Asked) -> Answer:
        """POST /directoryRoles/{id}/members/$ref."""
        body: Any = asked.body
        reference = body.get("@odata.id") if isinstance(body, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] - checked in id_of
        asked.parts.control.assign_role(self._named(asked), id_of("@odata.id", reference))
        return nothing()

    def drop(self, asked: Asked) -> Answer:
        """DELETE /directoryRoles/{id}/members/{id}/$ref."""
        asked.parts.control.withdraw_role(self._named(asked), asked.key().lower())
        return nothing()

    def templates(self, asked: Asked) -> Answer:
        """GET /directoryRoleTemplates."""
        items = [{"id": id_, "displayName": n, "description": DESCRIPTIONS[n]} for n, id_ in ROLES.items()]
        return many("directoryRoleTemplates", page_of(items, asked.options, asked.page_size))

    def definitions(self, asked: Asked) -> Answer:
        """GET /roleManagement/directory/roleDefinitions."""
        return many(DEFINITIONS, page_of([_definition(n) for n in ROLES], asked.options, asked.page_size))

    def definition(self, asked: Asked) -> Answer:
        """GET /roleManagement/directory/roleDefinitions/{id}."""
        return one(DEFINITIONS, _definition(self._named(asked)))

    def assignments(self, asked: Asked) -> Answer:
        """GET /roleManagement/directory/roleAssignments; `$filter=principalId eq '…'`."""
        return many(ASSIGNMENTS, page_of(self._assignments(asked), asked.options, asked.page_size))

    def assignment(self, asked: Asked) -> Answer:
        """GET /roleManagement/directory/roleAssignments/{id}."""
        return one(ASSIGNMENTS, self._assignment(asked))

    def assign(self, asked: Asked) -> Answer:
        """POST /roleManagement/directory/roleAssignments: 201."""
        said = asked.shaped(NewAssignment)
        if said.directory_scope_id != "/" or said.app_scope_id is not None:
            raise body_invalid("directoryScopeId", "a role is about the whole directory, /")
        try:
            name = role_named(said.role_definition_id)
        except RopewayError:
            raise body_invalid("roleDefinitionId", "no role has this id") from None
        asked.parts.control.assign_role(name, said.principal_id)
        value = self._told(name, said.principal_id.lower())
        return made(ASSIGNMENTS, value, f"{ASSIGNMENTS}/{value['id']}")

    def end(self, asked: Asked) -> Answer:
        """DELETE /roleManagement/directory/roleAssignments/{id}."""
        found = self._assignment(asked)
        asked.parts.control.withdraw_role(found["roleDefinitionId"], found["principalId"])
        return nothing()

    def _named(self, asked: Asked) -> str:
        key = asked.key("role").lower()
        return next((name for name in ROLES if self._id(name) == key), None) or role_named(key)

    def _id(self, name: str) -> str:
        return self.api.ids.of(f"role {name}")

    def _value(self, name: str) -> dict[str, Any]:
        about = {"displayName": name, "description": DESCRIPTIONS[name]}
        return {"id": self._id(name), "deletedDateTime": None, **about, "roleTemplateId": ROLES[name]}

    def _assignments(self, asked: Asked) -> list[dict[str, Any]]:
        with asked.parts.database.read() as c:
            return [self._told(name, person) for name, person in roles.every(c, asked.parts.tenant)]

    def _assignment(self, asked: Asked) -> dict[str, Any]:
        id_ = asked.key("assignment").lower()
        found = next((item for item in self._assignments(asked) if item["id"] == id_), None)
        if found is None:
            raise resource_unknown(id_)
        return found

    def _told(self, name: str, person: str) -> dict[str, Any]:
        scope = {"principalId": person, "directoryScopeId": "/", "roleDefinitionId": ROLES[name]}
        return {"id": self.api.ids.of(f"role {name} of {person}"), **scope}


def _definition(name: str) -> dict[str, Any]:
    about = {"displayName": name, "description": DESCRIPTIONS[name], "isBuiltIn": True, "isEnabled": True}
    return {"id": ROLES[name], **about, "resourceScopes": ["/"], "templateId": ROLES[name], "version": "1"}
