"""`/me`: the person for whom an application acts, as one of `/users`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.routing import BaseRoute

from ropeway.model.permissions import OWN
from ropeway.service.graph.api import Api
from ropeway.service.odata.resource import VerbRoute, resource
from ropeway.service.who import not_allowed

_USER = "/v1.0/users/{id}"


def routes(api: Api, others: Sequence[BaseRoute]) -> list[BaseRoute]:
    """What there is of each user, of whoever asks; nobody deletes themselves."""
    found: list[BaseRoute] = []
    for route in others:
        if isinstance(route, VerbRoute) and (route.path == _USER or route.path.startswith(f"{_USER}/")):
            verbs = {name: verb for name, verb in route.verbs.items() if name != "delete" or route.path != _USER}
            found.append(resource(api.parts, route.path.replace(_USER, "/v1.0/me", 1), **verbs))
    return found


def check_own(body: Any) -> None:
    """RopewayError `not-allowed` where people would change more of themselves than they may."""
    named: list[str] = list(body) if isinstance(body, dict) else []  # pyright: ignore[reportUnknownArgumentType]
    beyond = next((name for name in named if name not in OWN and not name.startswith("@")), None)
    if beyond is not None:
        raise not_allowed(f"People change {', '.join(sorted(OWN))} of themselves, and not {beyond[:64]}.")
