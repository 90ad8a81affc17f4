"""Every request: counted, timed, one line in the log, a part of a trace, and the request's id in all that it causes.

Told of a request are its method, its route as it is declared, and its status; never its path or query, which name
people and may hold secrets.
"""

from __future__ import annotations

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ropeway.service.operating.metrics.requests import REQUESTS_HERE, UNKNOWN, Requests
from ropeway.telemetry import tracing
from ropeway.telemetry.correlation import bound

_log = logging.getLogger("ropeway.requests")

ROUTINE = frozenset({"/healthz", "/readyz", "/metrics", "/heartbeat", "/poll"})
"""Routes that somebody asks all the time: told at `debug`, and worth no trace."""

ABANDONED = 499
"""The status of a request whose client, or whose WebSocket, went away without an answer."""


class Observed:
    """Around an application, within `RequestIds`."""

    def __init__(self, app: ASGIApp, requests: Requests = REQUESTS_HERE) -> None:
        self._app = app
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        parent = dict(scope["headers"]).get(b"traceparent", b"").decode("ascii", "replace")
        request = {"request": scope["ropeway.request"]} if "ropeway.request" in scope else {}
        with bound(**request), tracing.within(f"traceparent={parent}"), tracing.span("request"):
            await self._observe(scope, receive, send)

    async def _observe(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = str(scope.get("method", "WEBSOCKET"))
        began, status = time.perf_counter(), ABANDONED
        self._requests.began(method)

        async def answer(message: Message) -> None:
            nonlocal status
            status = _status(message, status)
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception:
            status = 500 if status == ABANDONED else status
            raise
        finally:
            self._tell(scope, method, status, time.perf_counter() - began)

    def _tell(self, scope: Scope, method: str, status: int, seconds: float) -> None:
        route = str(getattr(scope.get("route"), "path", UNKNOWN))
        self._requests.ended(method, route, status, seconds)
        if route in ROUTINE:
            tracing.forget()
        else:
            tracing.describe(method=method, route=route, status=status)
        client = scope.get("client")
        extra = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)}
        extra |= {"client": client[0]} if client else {}
        _log.log(logging.DEBUG if route in ROUTINE else logging.INFO, "request", extra=extra)


def _status(message: Message, before: int) -> int:
    match message["type"]:
        case "http.response.start" | "websocket.http.response.start":
            return int(message["status"])
        case "websocket.accept":
            return 101
        case _:
            return before
