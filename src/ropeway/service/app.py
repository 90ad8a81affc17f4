"""The application of a service: its routes, and what every request gets."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ropeway.model.problems import RopewayError
from ropeway.service.http.addresses import Addresses
from ropeway.service.http.auditing import Auditing, Trail
from ropeway.service.http.bounds import Bounds
from ropeway.service.http.errors import on_database, on_defect, on_http_error, on_problem
from ropeway.service.operating.observed import Observed
from ropeway.store.trouble import may_be_stored

_ID = re.compile(r"[0-9A-Za-z-]{1,64}")

USUAL = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cache-control": b"no-store",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
}
"""Headers of every answer that does not say otherwise."""

HSTS = (b"strict-transport-security", b"max-age=31536000")
"""Never plain HTTP at this name again (RFC 6797); not for localhost, where other programs answer on other ports."""


def application(routes: Sequence[BaseRoute], trail: Trail | None = None) -> ASGIApp:
    """The application of one tenant alone."""
    return around(audited(routes, trail))


def around(app: ASGIApp) -> ASGIApp:
    """Bounds, each request observed, with an id on its answer, and where it comes from."""
    return Addresses(RequestIds(Observed(Bounds(app))))


def audited(routes: Sequence[BaseRoute], trail: Trail | None) -> ASGIApp:
    """Routes with errors in Graph's shape, and an audit trail."""
    app = Starlette(
        routes=[*routes],
        exception_handlers={
            RopewayError: on_problem,
            SQLAlchemyError: on_database,
            HTTPException: on_http_error,
            Exception: on_defect,
        },
    )
    app.router.redirect_slashes = False  # to wherever the header Host says
    return Auditing(app, trail) if trail else app


class RequestIds:
    """Gives each request an id, answers with it, and repeats the client's own, as Graph does."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            scope["ropeway.request"] = str(uuid.uuid4())
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        may_be_stored.set(False)
        request_id = scope["ropeway.request"]
        asked = dict(scope["headers"])
        headers = [(b"request-id", request_id.encode())]
        own = asked.get(b"client-request-id", b"").decode("ascii", "replace")
        if _ID.fullmatch(own):
            headers.append((b"client-request-id", own.encode()))
        if asked.get(b"host", b"").partition(b":")[0].lower() != b"localhost":
            headers.append(HSTS)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message.get("headers", [])}
                usual = [(name, value) for name, value in USUAL.items() if name not in said]
                message["headers"] = [*message.get("headers", []), *usual, *headers]
            await send(message)

        await self._app(scope, receive, answer)
