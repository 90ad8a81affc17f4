"""Where sign-in answers: discovery, keys, and the token endpoint of each tenant."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from ropeway.service.http.auditing import only_looked
from ropeway.service.http.errors import AGAIN_AFTER
from ropeway.service.identity import discovery
from ropeway.service.identity.by_device import begin
from ropeway.service.identity.errors import Refusal
from ropeway.service.identity.forms import read_form
from ropeway.service.identity.identity import Identity
from ropeway.service.identity.pages import routes as pages
from ropeway.service.identity.redirects import may_read
from ropeway.service.identity.requests import Answered, Posted
from ropeway.service.identity.server import Server

_HEADER = re.compile(r"(x-[a-z-]{1,40}|content-type|client-request-id|return-client-request-id)", re.IGNORECASE)

LONGEST_SIGNED = 8192
"""Characters of a token that are worth verifying."""

OPEN = {"Access-Control-Allow-Origin": "*"}
"""What is public may be read by scripts of any page."""


def routes(identity: Identity) -> list[BaseRoute]:
    """Every route of sign-in."""

    def configuration(request: Request) -> Response:
        segment = request.path_params["tenant"]
        return _said(request, lambda: discovery.configuration(identity.issuer_of(segment), segment))

    def keys(request: Request) -> Response:
        return _said(request, lambda: {"keys": identity.issuer_of(request.path_params["tenant"]).keys.published()})

    def instance(request: Request) -> Response:
        def told() -> dict[str, Any]:
            found = discovery.instance(identity.issuer, request.query_params.get("authorization_endpoint", ""))
            if found is None:
                raise Refusal(50049)
            return found

        return _said(request, told)

    def realm(request: Request) -> Response:
        user = request.path_params["user"]
        return _said(request, lambda: discovery.realm(user, identity.has_domain(user.rpartition("@")[2])))

    def posted(name: str, answer: Callable[[Server, Posted], Answered]) -> Route:
        async def endpoint(request: Request) -> Response:
            only_looked(request)
            if request.method == "OPTIONS":
                return await run_in_threadpool(_preflight, identity, request)
            form = await read_form(request)
            return await run_in_threadpool(_answered, identity, request, form, answer)

        return Route(f"/{{tenant}}/oauth2/v2.0/{name}", endpoint, methods=["POST", "OPTIONS"])

    def userinfo(request: Request) -> Response:
        only_looked(request)
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        found = identity.person(text.strip()) if scheme.lower() == "bearer" and len(text) <= LONGEST_SIGNED else None
        if found is None:
            return _json({"error": "invalid_token"}, 401, {"WWW-Authenticate": 'Bearer error="invalid_token"'})
        return _json(found, 200, OPEN)

    return [
        Route("/common/discovery/instance", instance),
        Route("/common/userrealm/{user}", realm),
        Route("/{tenant}/v2.0/.well-known/openid-configuration", configuration),
        Route("/{tenant}/.well-known/openid-configuration", configuration),
        Route("/{tenant}/discovery/v2.0/keys", keys),
        posted("token", Server.answer),
        posted("devicecode", begin),
        posted("revoke", Server.revoke),
        Route("/oidc/userinfo", userinfo, methods=["GET", "POST"]),
        *pages.routes(identity),
    ]


def _said(request: Request, told: Callable[[], dict[str, Any]]) -> Response:
    try:
        return _json(told(), 200, OPEN)
    except Refusal as refusal:
        return _refused(request, refusal)


def _answered(
    identity: Identity,
    request: Request,
    form: dict[str, str] | None,
    answer: Callable[[Server, Posted], Answered],
) -> Response:
    try:
        if form is None:
            raise Refusal(9002313)
        server = identity.server_of(request.path_params["tenant"])
        headers = {name.lower(): value for name, value in request.headers.items()}
        address = request.client.host if request.client else ""
        posted = Posted(str(request.url.replace(scheme="https")), form, headers, address, _id(request))
        found = answer(server, posted)
    except Refusal as refusal:
        return _refused(request, refusal)
    except SQLAlchemyError:
        return _refused(request, Refusal(90033))
    return _json(found.body, found.status, found.headers | _readable(server, request, form))


def _readable(server: Server, request: Request, form: dict[str, str]) -> dict[str, str]:
    """What lets a page read the answer: only where it is the application's own."""
    origin = request.headers.get("origin", "")
    try:
        good = origin != "" and may_read(server.clients.find(form.get("client_id", "")).app, origin)
    except Refusal:
        good = False
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"} if good else {}


def _preflight(identity: Identity, request: Request) -> Response:
    """A page asks whether it may ask; which application it is, it says when it does (Fetch 3.2.2)."""
    origin, headers = request.headers.get("origin", ""), {"Vary": "Origin"}
    if origin and origin in identity.origins():
        asked = request.headers.get("access-control-request-headers", "")
        names = ", ".join(name for name in re.split(r"\s*,\s*", asked) if _HEADER.fullmatch(name))
        headers |= {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Methods": "POST"}
        headers |= {"Access-Control-Allow-Headers": names, "Access-Control-Max-Age": "600"}
    return Response(status_code=204, headers=headers)


def _refused(request: Request, refusal: Refusal) -> Response:
    correlation = request.headers.get("client-request-id", "")[:64]
    headers = {"Retry-After": AGAIN_AFTER} if refusal.status_code == 503 else {}
    return _json(refusal.body(_id(request), correlation), refusal.status_code, headers)


def _json(value: object, status: int, headers: dict[str, str]) -> Response:
    plain = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    told = plain | {name: text for name, text in headers.items() if name.lower() != "content-type"}
    return Response(msgspec.json.encode(value), status, told, media_type="application/json")


def _id(request: Request) -> str:
    return request.scope.get("ropeway.request", "")
