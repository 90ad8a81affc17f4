"""Which of Microsoft's published operations there are here, and which operations here Microsoft does not publish."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.routing import Route

from ropeway.service.graph import routes
from ropeway.service.graph.objects.kinds import KINDS, Kind
from tests.fixtures.contract import contract, needs_contract
from tests.unit.graph_office import GraphOffice, shared_office

__all__ = ["shared_office"]

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
    r"|.* .*/(extensions(/\{\})?|assignLicense|renew)"  # not kept here: open extensions, licences, groups that expire
    r"|.* .*/(subscribedSkus|licenseDetails|serviceConfigurationRecords|verificationDnsRecords)/\{\}"  # lists alone
    r"|POST .*/(subscribedSkus|licenseDetails|serviceConfigurationRecords|verificationDnsRecords)"
    r"|POST .*/(members|owners|memberOf|transitive\w+|directReports|registered\w+|domainNameReferences)"  # by $ref
    r"|(GET|PATCH) /\S+/(directory|auditLogs)|(GET|POST) .*/(directoryObjects|directory/deletedItems)"  # no such lists
    r"|PATCH .*/(directoryObjects|directory/deletedItems)/\{\}|\w+ .*/deletedItems/(\{\}/(check|get)Member\w+|[a-z]\w+)"
    r"|(POST|DELETE) .*/(organization|onPremisesSynchronization|onPremisesSyncBehavior)(/\{\})?"  # one, for ever
    r"|GET /beta/directory/onPremisesSynchronization/\{\}"
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
        for method in operations
        if method != "parameters"
    }
    missing = {f"{m} {p}" for m, p in published - offered(shared_office)}
    assert [one for one in missing if NEVER.fullmatch(one) is None] == []


NOT_KEPT = {
    "user": {
        "aboutMe", "birthday", "hireDate", "interests", "mySite", "pastProjects", "preferredName", "responsibilities",
        "schools", "skills",  # of SharePoint, which Graph tells of one alone
        "deviceEnrollmentLimit", "identityParentId", "mailboxSettings", "print",  # of other services
    },
    "group": {
        "accessType", "allowExternalSenders", "autoSubscribeNewMembers", "hideFromOutlookClients", "isArchived",
        "isFavorite", "isSubscribedByMail", "organizationId", "unseenConversationsCount", "unseenCount",
        "unseenMessagesCount", "welcomeMessageEnabled",  # of Exchange, which Graph tells of one alone
    },
    "orgContact": set(),
    "device": set(),
}  # fmt: skip
"""Published properties that cannot be asked for, with the reason."""
LEADING = {"extensions", "licenseDetails", "onPremisesSyncBehavior"}
"""What is no property: it leads to something else."""


@needs_contract
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_published_property_can_be_selected_or_is_listed(kind: Kind) -> None:
    judge = contract()
    assert judge is not None
    names = {name for name in properties(judge.strict, kind.name) if "@" not in name} - LEADING - kind.relations
    assert {name for name in names if kind.property(name) is None} == NOT_KEPT[kind.name]


def properties(definitions: dict[str, Any], name: str) -> set[str]:
    """Those of a type, and of the types that it is made of."""
    whole = definitions[f"microsoft.graph.{name}"]
    parts = [whole, *(part for part in whole.get("allOf", ()) if "$ref" not in part)]
    bases = [part["$ref"].rpartition("microsoft.graph.")[2] for part in whole.get("allOf", ()) if "$ref" in part]
    own = {one for part in parts for one in part.get("properties", {})}
    return own.union(*(properties(definitions, base) for base in bases))
