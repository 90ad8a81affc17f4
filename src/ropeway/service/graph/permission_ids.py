"""Permissions as Graph tells them: app roles and scopes of one resource, Microsoft Graph, each with an id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from ropeway.model.permissions import BY_ANYBODY, KNOWN, SCOPES
from ropeway.service.graph.api import Api
from ropeway.service.identity.scopes import GRAPH_ID
from ropeway.service.odata.refusals import body_invalid

_ROOT = UUID(GRAPH_ID)


def id_of(kind: str, name: str) -> str:
    """The same in every tenant; Microsoft's own differ, so programs look permissions up by their names."""
    return str(uuid5(_ROOT, f"{kind} {name}"))


_NAMES = {id_of("role", name): name for name in KNOWN}
_REQUIRED = {id_of("role", name): f"Role {name}" for name in KNOWN} | {
    id_of("scope", name): f"Scope {name}" for name in SCOPES
}


def role_named(id_: str) -> str:
    """The permission that an app role is; RopewayError for an id of none."""
    if (name := _NAMES.get(id_.lower())) is None:
        raise body_invalid("appRoleId", "Permission being assigned was not found on application")
    return name


def required_named(kind: str, id_: str) -> str:
    """What an entry of requiredResourceAccess means, `Role NAME` or `Scope NAME`; RopewayError for an id of none."""
    name = _REQUIRED.get(id_.lower(), "")
    if not name or name.partition(" ")[0] != kind:
        raise body_invalid("requiredResourceAccess", f"there is no {kind} with the id '{id_[:40]}'")
    return name


def required_access(roles: Sequence[str], scopes: Sequence[str]) -> list[dict[str, Any]]:
    """What an application requires, as Graph has it."""
    found = [{"id": id_of(kind.lower(), name), "type": kind} for kind, names in (("Role", roles), ("Scope", scopes))
             for name in names]  # fmt: skip
    return [{"resourceAppId": GRAPH_ID, "resourceAccess": found}] if found else []


def resource_id(api: Api) -> str:
    """Of the service principal that has the permissions."""
    return api.ids.of("service principal of Microsoft Graph")


def check_resource(api: Api, id_: str) -> None:
    """RopewayError for every other one."""
    if id_.lower() != resource_id(api):
        raise body_invalid("resourceId", "only Microsoft Graph has permissions here")


def published() -> dict[str, list[dict[str, Any]]]:
    """What may be granted to applications, and what for people."""
    return {
        "appRoles": [_role(name) for name in sorted(KNOWN)],
        "oauth2PermissionScopes": [_scope(name) for name in sorted(SCOPES)],
    }


def _role(name: str) -> dict[str, Any]:
    told = {"displayName": name, "description": name, "isEnabled": True, "origin": "Application", "value": name}
    return {"id": id_of("role", name), "allowedMemberTypes": ["Application"], **told}


def _scope(name: str) -> dict[str, Any]:
    kind = "User" if name in BY_ANYBODY else "Admin"
    told = {"adminConsentDisplayName": name, "adminConsentDescription": name, "isEnabled": True, "value": name}
    return {"id": id_of("scope", name), "type": kind, **told}
