"""`/servicePrincipals`: the one that stands for Ropeway's synchronization of this tenant."""

from __future__ import annotations

from typing import Any

from starlette.routing import BaseRoute

from ropeway.service.graph.api import DISPLAY_NAME, Api
from ropeway.service.odata.answers import Answer, many, one
from ropeway.service.odata.options import LIST, ONE
from ropeway.service.odata.paging import page_of
from ropeway.service.odata.resource import Asked, Verb, resource


def routes(api: Api) -> list[BaseRoute]:
    """The list and its one member."""

    def listed(asked: Asked) -> Answer:
        return many("servicePrincipals", page_of([_shown(api)], asked.options, asked.page_size))

    def shown(asked: Asked) -> Answer:
        api.check_principal(asked.key("principal"))
        return one("servicePrincipals", _shown(api))

    return [
        resource(api.parts, "/v1.0/servicePrincipals", get=Verb(listed, LIST)),
        resource(api.parts, "/v1.0/servicePrincipals/{principal}", get=Verb(shown, ONE)),
    ]


def _shown(api: Api) -> dict[str, Any]:
    return {
        "id": api.ids.service_principal,
        "accountEnabled": True,
        "appDisplayName": DISPLAY_NAME,
        "appId": api.ids.application,
        "appOwnerOrganizationId": str(api.ids.tenant),
        "displayName": DISPLAY_NAME,
        "servicePrincipalType": "Application",
        "tags": ["HideApp"],
    }
