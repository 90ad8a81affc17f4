"""`/servicePrincipals`: Ropeway's own, which synchronizes; Microsoft Graph's with the permissions; applications'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.routing import BaseRoute

from ropeway.control.applications import Applications
from ropeway.control.protocol import ApplicationView
from ropeway.service.graph import permission_ids
from ropeway.service.graph.api import DISPLAY_NAME, Api
from ropeway.service.graph.applications import COUNT
from ropeway.service.graph.objects.collections import counted_here
from ropeway.service.graph.objects.delta import OPTIONS as DELTA
from ropeway.service.graph.short_lists import SEARCHED, changed, listed, searched
from ropeway.service.identity.scopes import GRAPH_ID
from ropeway.service.odata.answers import Answer, made, nothing, one
from ropeway.service.odata.bodies import Body
from ropeway.service.odata.options import ONE
from ropeway.service.odata.refusals import body_invalid, resource_unknown
from ropeway.service.odata.resource import Asked, Verb, resource

Json = dict[str, Any]
LISTS = (
    "addIns", "alternativeNames", "keyCredentials", "notificationEmailAddresses", "passwordCredentials", "replyUrls",
    "resourceSpecificApplicationPermissions",
)  # fmt: skip
EMPTY = (
    "appDescription", "applicationTemplateId", "deletedDateTime", "description", "disabledByMicrosoftStatus",
    "homepage", "info", "loginUrl", "logoutUrl", "notes", "preferredSingleSignOnMode",
    "preferredTokenSigningKeyThumbprint", "samlSingleSignOnSettings", "tokenEncryptionKeyId", "verifiedPublisher",
)  # fmt: skip
"""What Graph has of a service principal, and nobody says here."""


class NewPrincipal(Body, frozen=True):
    """The body of POST."""

    app_id: str
    account_enabled: bool = True


class PrincipalBody(Body, frozen=True):
    """What may be changed."""

    account_enabled: bool


@dataclass(frozen=True, slots=True)
class ServicePrincipals:
    """Service principals as resources; the key is the id, or the appId."""

    api: Api

    def routes(self) -> Sequence[BaseRoute]:
        """The list, and one of it."""
        parts, path = self.api.parts, "/v1.0/servicePrincipals"
        create = Verb(self.create, body=True, act="enable_application")
        change = Verb(self.change, body=True, act="change_application")
        remove = Verb(self.remove, act="disable_application")
        return [
            resource(parts, path, get=Verb(self.listed, SEARCHED), post=create),
            resource(parts, f"{path}/delta", get=Verb(self.delta, DELTA)),
            resource(parts, f"{path}/$count", get=Verb(self.count, COUNT)),
            resource(parts, f"{path}/{{principal}}", get=Verb(self.shown, ONE), patch=change, delete=remove),
        ]

    def listed(self, asked: Asked) -> Answer:
        """GET /servicePrincipals."""
        return listed(asked, "servicePrincipals", self._items(asked))

    def delta(self, asked: Asked) -> Answer:
        """GET /servicePrincipals/delta."""
        return changed(asked, "servicePrincipals", self._items(asked))

    def count(self, asked: Asked) -> Answer:
        """GET /servicePrincipals/$count: an advanced query."""
        return counted_here(asked, searched(asked, self._items(asked)))

    def shown(self, asked: Asked) -> Answer:
        """GET /servicePrincipals/{id}."""
        wanted = asked.key("principal").lower()
        found = next((item for item in self._items(asked) if wanted in (item["id"], item["appId"])), None)
        if found is None:
            raise resource_unknown(wanted)
        return one("servicePrincipals", found)

    def create(self, asked: Asked) -> Answer:
        """POST /servicePrincipals: 201. An application has its own from the beginning; it may sign in from now on."""
        said = asked.shaped(NewPrincipal)
        view = next((v for v in asked.parts.control.applications() if v.app_id == said.app_id.lower()), None)
        if view is None:
            raise body_invalid("appId", "no application of this tenant has it")
        view = _known(asked).change(view.id, enabled=said.account_enabled)
        return made("servicePrincipals", self._principal(view), f"servicePrincipals/{view.service_principal}")

    def change(self, asked: Asked) -> Answer:
        """PATCH /servicePrincipals/{id}: 204."""
        _known(asked).change(principal(asked).id, enabled=asked.shaped(PrincipalBody).account_enabled)
        return nothing()

    def remove(self, asked: Asked) -> Answer:
        """DELETE /servicePrincipals/{id}: 204. The application signs in no more, and loses what it was granted."""
        _known(asked).strip(principal(asked).id)
        return nothing()

    def _items(self, asked: Asked) -> list[Json]:
        ids, graph = self.api.ids, permission_ids.resource_id(self.api)
        own = self._told(ids.service_principal, ids.application, DISPLAY_NAME, enabled=True, tags=["HideApp"])
        resource_ = self._told(graph, GRAPH_ID, "Microsoft Graph", enabled=True, tags=["HideApp"])
        apps = [self._principal(view) for view in asked.parts.control.applications()]
        return [own, resource_ | permission_ids.published(), *apps]

    def _principal(self, view: ApplicationView) -> Json:
        told = self._told(view.service_principal, view.app_id, view.name, enabled=view.enabled, tags=[])
        return told | {"replyUrls": list(view.redirect_uris)}

    def _told(self, id_: str, app_id: str, name: str, *, enabled: bool, tags: list[str]) -> Json:
        return {
            "id": id_,
            "accountEnabled": enabled,
            "appDisplayName": name,
            "appId": app_id,
            "appOwnerOrganizationId": str(self.api.ids.tenant),
            "appRoles": [],
            "displayName": name,
            "oauth2PermissionScopes": [],
            "appRoleAssignmentRequired": False,
            "servicePrincipalNames": [app_id],
            "servicePrincipalType": "Application",
            "signInAudience": "AzureADMyOrg",
            "tags": tags,
            **{name: [] for name in LISTS},
            **dict.fromkeys(EMPTY),
        }


def principal(asked: Asked, key: str = "principal") -> ApplicationView:
    """The application of the service principal that a path names; RopewayError for those that are nobody's."""
    return with_principal(asked, asked.key(key))


def with_principal(asked: Asked, id_: str) -> ApplicationView:
    """The application of a service principal, by its id or appId."""
    wanted = id_.lower()
    views = asked.parts.control.applications()
    found = next((view for view in views if wanted in (view.service_principal, view.app_id)), None)
    if found is None:
        raise resource_unknown(wanted)
    return found


def _known(asked: Asked) -> Applications:
    return Applications(asked.parts.database, asked.parts.tenant, asked.parts.clock)
