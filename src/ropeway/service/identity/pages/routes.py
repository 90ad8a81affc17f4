"""Where the pages answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import parse_qsl

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from ropeway.service.http.auditing import only_looked
from ropeway.service.identity.errors import Refusal
from ropeway.service.identity.forms import read_form, single
from ropeway.service.identity.identity import Identity
from ropeway.service.identity.pages.admin_consenting import first_form, with_scope
from ropeway.service.identity.pages.authorizing import authorize
from ropeway.service.identity.pages.devices import device
from ropeway.service.identity.pages.enrolling import second_factor
from ropeway.service.identity.pages.leaving import leave
from ropeway.service.identity.pages.rendering import page
from ropeway.service.identity.pages.visit import Visit

Said = Mapping[str, str] | None
Handler = Callable[[Visit, Said], Response]

AWAY = "Sign-in is not possible at the moment. Try again in a minute."


def routes(identity: Identity) -> list[BaseRoute]:
    """Every page."""

    def at(path: str, handler: Handler, way: str) -> Route:
        async def endpoint(request: Request) -> Response:
            only_looked(request)
            form = await read_form(request) if request.method == "POST" else {}
            return await run_in_threadpool(partial(_answered, identity, handler, way, request, form))

        return Route(path, endpoint, methods=["GET", "POST"])

    return [
        at("/{tenant}/oauth2/v2.0/authorize", authorize, "authorization_code"),
        at("/{tenant}/oauth2/v2.0/logout", leave, "logout"),
        at("/{tenant}/adminconsent", first_form, "admin_consent"),
        at("/{tenant}/v2.0/adminconsent", with_scope, "admin_consent"),
        at("/{tenant}/device", device, "device_code"),
        at("/{tenant}/second-factor", second_factor, "second_factor"),
    ]


def _answered(identity: Identity, handler: Handler, way: str, request: Request, form: Said) -> Response:
    try:
        visit = Visit(request, identity.server_of(request.path_params["tenant"]), form, way)
        if form is None:
            raise Refusal(9002313)
        return handler(visit, single(parse_qsl(request.url.query, keep_blank_values=True)))
    except Refusal as refusal:
        lines = (f"AADSTS{refusal.number}: {refusal.words}",)
        return _failed(request, "Sign-in is not possible", lines, 400)
    except SQLAlchemyError:
        return _failed(request, "Sign-in is not possible", (AWAY,), 503)


def _failed(request: Request, title: str, lines: tuple[str, ...], status: int) -> Response:
    id_ = request.scope.get("ropeway.request", "")
    return page("message", status, title=title, organisation="Ropeway", lines=lines, request_id=id_)
