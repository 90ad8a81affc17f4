"""Which of Microsoft's published operations there are here, and which operations here Microsoft does not publish."""

from __future__ import annotations

import re

from starlette.routing import Route

from ropeway.service.graph import routes
from tests.fixtures.contract import contract, needs_contract
from tests.unit.graph_office import GraphOffice, shared_office

__all__ = ["shared_office"]

ABOUT = ("/servicePrincipals", "/auditLogs", "/onPremisesPublishingProfiles")
UNPUBLISHED = {
    ("PUT", "/v1.0/servicePrincipals/{}/synchronization/jobs/{}/schema"),
    ("GET", "/v1.0/servicePrincipals/{}/synchronization/secrets"),
    ("POST", "/beta/onPremisesPublishingProfiles/{}/agents/{}/agentGroups/$ref"),
    ("DELETE", "/beta/onPremisesPublishingProfiles/{}/agents/{}/agentGroups/{}/$ref"),
    ("GET", "/v1.0/users/{}/manager/$ref"),
    ("GET", "/v1.0/contacts/{}/manager/$ref"),
}
"""Documented by Microsoft, and not in its metadata."""
NOT_IN_THE_SLICE = (
    *("/v1.0/applications", "/v1.0/me", "/v1.0/auditLogs/signIns", "/v1.0/users/{}/changePassword"),
    *("/v1.0/directoryRole", "/v1.0/roleManagement", "/v1.0/oauth2PermissionGrants"),
    *(f"/v1.0/servicePrincipals/{{}}/{name}" for name in ("appRoleAssign", "oauth2PermissionGrants")),
    *("/v1.0/servicePrincipals/delta", "/v1.0/servicePrincipals/$count"),
)
OF_OBJECTS = re.compile(
    r"GET /v1.0/(users|groups|contacts|devices)/\{\}/\w+(/\{\})?(/\$count)?"  # casts and counts of what is related
    r"|GET /v1.0/directory/deletedItems/\{\}/\$count"
    r"|POST /v1.0/(users|groups|contacts|devices)/\{\}/(check|get)Member(Groups|Objects)"  # as of directoryObjects
)
"""As Graph has them for every relation, and Microsoft's metadata for none."""
NEVER = re.compile(
    r"(POST|PATCH|DELETE) .*/synchronization"
    r"|(POST|PATCH|DELETE) .*/templates(/\{\}(/schema)?)?"  # come with Ropeway
    r"|(POST|PATCH|DELETE) .*/schema/directories(/\{\})?"  # by the schema itself
    r"|POST .*/templates/\{\}/schema/directories/\{\}/discover"  # a template has no source
    r"|(PATCH|DELETE) .*/bulkUpload"
    r"|GET /v1.0/auditLogs|(POST|PATCH|DELETE) .*/auditLogs.*"  # written by Ropeway alone
    r"|(POST|PATCH|DELETE) .*/onPremisesPublishingProfiles(/\{\})?"
    r"|(POST|PATCH) .*/agents(/\{\})?"  # registered by a token
    r"|(PATCH|DELETE) .*/(agentGroups|publishedResources)/\{\}"  # follow from the domains
    r"|.* .*/(connectors|connectorGroups)(/.*)?"  # of the application proxy
)
"""Published, and not here, for the reason beside each."""


def unnamed(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path).removesuffix("()")


def offered(office: GraphOffice) -> set[tuple[str, str]]:
    found = [route for route in routes(office.parts) if isinstance(route, Route)]
    return {(m, unnamed(r.path)) for r in found for m in (r.methods or set()) - {"HEAD"}}


@needs_contract
def test_every_route_is_published_by_microsoft_or_listed(shared_office: GraphOffice) -> None:
    judge = contract()
    assert judge is not None
    here = {(m, p) for m, p in offered(shared_office) if not p.startswith(NOT_IN_THE_SLICE)}
    here = {(m, p) for m, p in here if OF_OBJECTS.fullmatch(f"{m} {p}") is None}
    assert {(m, p) for m, p in here if judge.operation(m, p.replace("{}", "x"))[1] is None} == UNPUBLISHED


@needs_contract
def test_every_published_operation_is_here_or_listed(shared_office: GraphOffice) -> None:
    judge = contract()
    assert judge is not None
    published = {
        (method.upper(), unnamed(f"/{version}{path}"))
        for version, document in judge.apis.items()
        for path, operations in document["paths"].items()
        if path.startswith(ABOUT)
        for method in operations
        if method != "parameters"
    }
    missing = {f"{m} {p}" for m, p in published - offered(shared_office)}
    assert [one for one in missing if NEVER.fullmatch(one) is None] == []
