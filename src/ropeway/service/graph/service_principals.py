"""`/servicePrincipals` and `/applications`: Ropeway's own, which synchronizes, and those that sign in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.routing import BaseRoute

from ropeway.control.protocol import ApplicationView, CredentialView
from ropeway.service.graph.api import DISPLAY_NAME, Api
from ropeway.service.odata.answers import Answer, many, one
from ropeway.service.odata.options import LIST, ONE
from ropeway.service.odata.paging import page_of
from ropeway.service.odata.refusals import resource_unknown
from ropeway.service.odata.resource import Asked, Verb, resource

Json = dict[str, Any]


def routes(api: Api) -> list[BaseRoute]:
    """Both lists, and their members by id or appId."""

    def principals(asked: Asked) -> list[Json]:
        return [_own(api), *(_principal(api, view) for view in asked.parts.control.applications())]

    def applications(asked: Asked) -> list[Json]:
        return [_application(view) for view in asked.parts.control.applications()]

    return [
        *_pair(api, "servicePrincipals", "principal", principals),
        *_pair(api, "applications", "application", applications),
    ]


def _pair(api: Api, name: str, key: str, items: Callable[[Asked], list[Json]]) -> list[BaseRoute]:
    """The list of a kind, and one of it."""

    def listed(asked: Asked) -> Answer:
        """All of them."""
        return many(name, page_of(items(asked), asked.options, asked.page_size))

    def shown(asked: Asked) -> Answer:
        """One, by id or appId."""
        wanted = asked.key(key).lower()
        found = next((item for item in items(asked) if wanted in (item["id"], item["appId"])), None)
        if found is None:
            raise resource_unknown(wanted)
        return one(name, found)

    path = f"/v1.0/{name}"
    return [
        resource(api.parts, path, get=Verb(listed, LIST)),
        resource(api.parts, f"{path}/{{{key}}}", get=Verb(shown, ONE)),
    ]


def _own(api: Api) -> Json:
    return _told(api, api.ids.service_principal, api.ids.application, DISPLAY_NAME, enabled=True, tags=["HideApp"])


def _principal(api: Api, view: ApplicationView) -> Json:
    return _told(api, view.service_principal, view.app_id, view.name, enabled=view.enabled, tags=[])


def _told(api: Api, id_: str, app_id: str, name: str, *, enabled: bool, tags: list[str]) -> Json:
    return {
        "id": id_,
        "accountEnabled": enabled,
        "appDisplayName": name,
        "appId": app_id,
        "appOwnerOrganizationId": str(api.ids.tenant),
        "displayName": name,
        "servicePrincipalType": "Application",
        "tags": tags,
    }


def _application(view: ApplicationView) -> Json:
    kinds: dict[str, list[Json]] = {"secret": [], "certificate": []}
    for credential in view.credentials:
        kinds[credential.kind].append(_credential(credential))
    redirects = list(view.redirect_uris)
    return {
        "id": view.id,
        "appId": view.app_id,
        "createdDateTime": view.created,
        "displayName": view.name,
        "isFallbackPublicClient": view.public,
        "keyCredentials": kinds["certificate"],
        "passwordCredentials": kinds["secret"],
        "publicClient": {"redirectUris": redirects if view.public else []},
        "web": {"redirectUris": [] if view.public else redirects},
        "signInAudience": "AzureADMyOrg",
    }


def _credential(one: CredentialView) -> Json:
    told = {"displayName": one.name, "endDateTime": one.expires, "keyId": one.id, "startDateTime": one.created}
    return told | ({"hint": one.hint} if one.kind == "secret" else {"type": "AsymmetricX509Cert", "usage": "Verify"})
