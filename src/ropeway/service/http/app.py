"""The application of a service: its routes, and what every request gets."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ropeway.model.problems import RopewayError
from ropeway.service.http.errors import on_defect, on_http_error, on_problem
from ropeway.service.operating.observed import Observed

_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


def application(routes: Sequence[BaseRoute]) -> ASGIApp:
    """Routes with errors in Graph's shape, each request observed, with an id on its answer."""
    app = Starlette(
        routes=[*routes],
        exception_handlers={RopewayError: on_problem, HTTPException: on_http_error, Exception: on_defect},
    )
    return RequestIds(Observed(app))


class RequestIds:
    """Gives each request an id, answers with it, and repeats the client's own, as Graph does."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["ropeway.request"] = request_id = str(uuid.uuid4())
        headers = [(b"request-id", request_id.encode())]
        own = dict(scope["headers"]).get(b"client-request-id", b"").decode("ascii", "replace")
        if _ID.fullmatch(own):
            headers.append((b"client-request-id", own.encode()))

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *headers]
            await send(message)

        await self._app(scope, receive, answer)
