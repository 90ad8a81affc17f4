"""What applications were granted: app roles for themselves, scopes for everybody or for one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from starlette.routing import BaseRoute

from ropeway.control.protocol import ApplicationView
from ropeway.model.permissions import SCOPES
from ropeway.service.graph.api import Api
from ropeway.service.graph.permission_ids import check_resource, id_of, resource_id, role_named
from ropeway.service.graph.service_principals import principal, with_principal
from ropeway.service.odata.answers import Answer, made, many, nothing, one
from ropeway.service.odata.bodies import Body
from ropeway.service.odata.options import LIST, ONE
from ropeway.service.odata.paging import page_of
from ropeway.service.odata.refusals import body_invalid, resource_unknown
from ropeway.service.odata.resource import Asked, Verb, resource
from ropeway.store import applications
from ropeway.store.applications import BY_ITSELF, EVERYBODY

Json = dict[str, Any]
ROLES = "servicePrincipals('{}')/appRoleAssignments"
GRANTS = "oauth2PermissionGrants"


class NewAssignment(Body, frozen=True):
    """An app role for a service principal."""

    principal_id: str
    resource_id: str
    app_role_id: str


class NewGrant(Body, frozen=True):
    """Scopes for an application, for people."""

    client_id: str
    consent_type: Literal["AllPrincipals", "Principal"]
    resource_id: str
    scope: str
    principal_id: str | None = None
    start_time: str | None = None
    expiry_time: str | None = None


class ScopeBody(Body, frozen=True):
    """All scopes, in place of those that were granted."""

    scope: str


@dataclass(frozen=True, slots=True)
class Consents:
    """Grants as resources."""

    api: Api

    def routes(self) -> Sequence[BaseRoute]:
        """From the application's side and from the resource's."""
        parts, path = self.api.parts, "/v1.0/servicePrincipals/{principal}"
        assign, end = Verb(self.assign, body=True, act="grant_permission"), Verb(self.end, act="revoke_permission")
        allow, change = Verb(self.allow, body=True, act="consent"), Verb(self.change, body=True, act="consent")
        withdraw = Verb(self.withdraw, act="withdraw_consent")
        return [
            resource(parts, f"{path}/appRoleAssignments", get=Verb(self.assignments, LIST), post=assign),
            resource(parts, f"{path}/appRoleAssignments/{{id}}", get=Verb(self.assignment, ONE), delete=end),
            resource(parts, f"{path}/appRoleAssignedTo", get=Verb(self.assigned, LIST), post=assign),
            resource(parts, f"{path}/appRoleAssignedTo/{{id}}", delete=end),
            resource(parts, f"{path}/oauth2PermissionGrants", get=Verb(self.grants_of, LIST)),
            resource(parts, f"/v1.0/{GRANTS}", get=Verb(self.grants, LIST), post=allow),
            resource(parts, f"/v1.0/{GRANTS}/{{id}}", get=Verb(self.grant, ONE), patch=change, delete=withdraw),
        ]

    def assignments(self, asked: Asked) -> Answer:
        """GET …/appRoleAssignments."""
        view = principal(asked)
        return many(ROLES.format(view.service_principal), page_of(self._roles(view), asked.options, asked.page_size))

    def assignment(self, asked: Asked) -> Answer:
        """GET …/appRoleAssignments/{id}."""
        view = principal(asked)
        return one(ROLES.format(view.service_principal), _with_id(asked, self._roles(view)))

    def assigned(self, asked: Asked) -> Answer:
        """GET …/appRoleAssignedTo, of Microsoft Graph."""
        key = asked.key("principal").lower()
        if key != resource_id(self.api):
            raise resource_unknown(key)
        items = [item for view in asked.parts.control.applications() for item in self._roles(view)]
        return many(f"servicePrincipals('{key}')/appRoleAssignedTo", page_of(items, asked.options, asked.page_size))

    def assign(self, asked: Asked) -> Answer:
        """POST …/appRoleAssignments, or …/appRoleAssignedTo: 201."""
        said = asked.shaped(NewAssignment)
        check_resource(self.api, said.resource_id)
        if asked.key("principal").lower() not in (said.principal_id.lower(), resource_id(self.api)):
            raise body_invalid("principalId", "it is another one than the path names")
        view, name = with_principal(asked, said.principal_id), role_named(said.app_role_id)
        if name in view.permissions:
            raise body_invalid("appRoleId", "Permission being assigned already exists on the object")
        asked.parts.control.set_permissions(view.id, grant=[name])
        value = self._role(view, name)
        context = ROLES.format(view.service_principal)
        return made(context, value, f"servicePrincipals/{view.service_principal}/appRoleAssignments/{value['id']}")

    def end(self, asked: Asked) -> Answer:
        """DELETE …/appRoleAssignments/{id}, or …/appRoleAssignedTo/{id}: 204."""
        at_resource = asked.key("principal").lower() == resource_id(self.api)
        views = asked.parts.control.applications() if at_resource else [principal(asked)]
        found = _with_id(asked, [item for view in views for item in self._roles(view)])
        view = with_principal(asked, found["principalId"])
        asked.parts.control.set_permissions(view.id, revoke=[role_named(found["appRoleId"])])
        return nothing()

    def grants(self, asked: Asked) -> Answer:
        """GET /oauth2PermissionGrants."""
        return many(GRANTS, page_of(self._grants(asked), asked.options, asked.page_size))

    def grants_of(self, asked: Asked) -> Answer:
        """GET …/oauth2PermissionGrants, of one application."""
        id_ = principal(asked).service_principal
        items = [item for item in self._grants(asked) if item["clientId"] == id_]
        return many(GRANTS, page_of(items, asked.options, asked.page_size))

    def grant(self, asked: Asked) -> Answer:
        """GET /oauth2PermissionGrants/{id}."""
        return one(GRANTS, _with_id(asked, self._grants(asked)))

    def allow(self, asked: Asked) -> Answer:
        """POST /oauth2PermissionGrants: 201."""
        said = asked.shaped(NewGrant)
        check_resource(self.api, said.resource_id)
        if (said.consent_type == "Principal") != bool(said.principal_id):
            raise body_invalid("principalId", "it names the person of consentType Principal, and nobody otherwise")
        view = with_principal(asked, said.client_id)
        person = asked.parts.control.show_object("users", said.principal_id)["id"] if said.principal_id else EVERYBODY
        self._put(asked, view, person, said.scope)
        value = next(item for item in self._grants(asked) if item["id"] == _grant_id(view, person))
        return made(GRANTS, value, f"{GRANTS}/{value['id']}")

    def change(self, asked: Asked) -> Answer:
        """PATCH /oauth2PermissionGrants/{id}: 204."""
        found = _with_id(asked, self._grants(asked))
        view = with_principal(asked, found["clientId"])
        self._put(asked, view, found["principalId"] or EVERYBODY, asked.shaped(ScopeBody).scope)
        return nothing()

    def withdraw(self, asked: Asked) -> Answer:
        """DELETE /oauth2PermissionGrants/{id}: 204."""
        found = _with_id(asked, self._grants(asked))
        with asked.parts.database.write() as c:
            app = applications.find(c, asked.parts.tenant, with_principal(asked, found["clientId"]).id)
            applications.forbid(c, app, found["scope"].split(), found["principalId"] or EVERYBODY)
        return nothing()

    def _put(self, asked: Asked, view: ApplicationView, person: str, scope: str) -> None:
        names = {name.lower(): name for name in SCOPES}
        wanted = {names.get(word.lower(), "") for word in scope.split()}
        if "" in wanted or not wanted:
            raise body_invalid("scope", "it holds names of permissions, with spaces between them")
        with asked.parts.database.write() as c:
            app = applications.find(c, asked.parts.tenant, view.id)
            has = {one.permission for one in applications.grants(c, asked.parts.tenant) if one[:2] == (app.id, person)}
            applications.allow(c, app, wanted, asked.parts.clock(), person)
            applications.forbid(c, app, has - wanted, person)

    def _roles(self, view: ApplicationView) -> list[Json]:
        return [self._role(view, name) for name in view.permissions]

    def _role(self, view: ApplicationView, name: str) -> Json:
        whose = {"principalId": view.service_principal, "principalDisplayName": view.name}
        of = {"resourceId": resource_id(self.api), "resourceDisplayName": "Microsoft Graph"}
        id_ = id_of(view.service_principal, name)
        return {"id": id_, "appRoleId": id_of("role", name), "principalType": "ServicePrincipal", **whose, **of}

    def _grants(self, asked: Asked) -> list[Json]:
        views = {view.id: view for view in asked.parts.control.applications()}
        scopes: dict[tuple[str, str], list[str]] = {}
        with asked.parts.database.read() as c:
            for app, person, name in applications.grants(c, asked.parts.tenant):
                if person != BY_ITSELF and app in views:
                    scopes.setdefault((app, person), []).append(name)
        return [self._grant(views[app], person, names) for (app, person), names in scopes.items()]

    def _grant(self, view: ApplicationView, person: str, names: list[str]) -> Json:
        kind = "AllPrincipals" if person == EVERYBODY else "Principal"
        told = {"clientId": view.service_principal, "consentType": kind, "resourceId": resource_id(self.api)}
        whom = None if person == EVERYBODY else person
        return {"id": _grant_id(view, person), **told, "principalId": whom, "scope": " ".join(names)}


def _grant_id(view: ApplicationView, person: str) -> str:
    return id_of(view.service_principal, f"for {person}")


def _with_id(asked: Asked, items: list[Json]) -> Json:
    id_ = asked.key().lower()
    found = next((item for item in items if item["id"] == id_), None)
    if found is None:
        raise resource_unknown(id_)
    return found
