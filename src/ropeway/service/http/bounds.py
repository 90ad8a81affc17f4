"""What a request may cost: bytes of its body and of its path, time to send the one and to take the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ropeway.model.problems import Problem, RopewayError
from ropeway.service.http import connection
from ropeway.service.http.errors import error_answer, refusal

BODY = 64 << 20
"""Bytes of any body; most routes take less, and read it only once they know who asks."""

PATH = 4096
"""Characters of a path."""

GRACE, RATE = 30.0, 16 * 1024
"""Seconds for a body of any size, and bytes a second beyond."""

TAKEN_WITHIN = 60.0
"""Seconds until a client must have taken some of its answer."""


class Bounds:
    """Refuses what is larger, and lets go of whoever is slower."""

    def __init__(self, app: ASGIApp, body: int = BODY, grace: float = GRACE) -> None:
        self._app, self._most, self._grace = app, body, grace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        body = Body(request, receive, self._most, self._grace)
        answer = Answer(send, body, scope.get(connection.LINGER, bool))
        if body.announced > self._most:
            await refusal(request, body.too_large)(scope, receive, answer)
        elif _is_odd(scope["path"]):
            await error_answer(request, 400, "Request_BadRequest", "The path is none that leads anywhere.")(
                scope, receive, answer
            )
        else:
            with suppress(ClientGone):  # uvicorn closes a connection whose answer is not complete
                await self._app(scope, body.receive, answer)


def _is_odd(path: str) -> bool:
    """Longer than any of ours, with characters that cannot be seen, or with steps to a parent."""
    return len(path) > PATH or not path.isprintable() or ".." in path.split("/")


class Body:
    """The body of one request, as far as it has come."""

    def __init__(self, request: Request, receive: Receive, most: int, grace: float) -> None:
        self._receive, self._most, self._grace = receive, most, grace
        length = request.headers.get("content-length", "0")
        self.announced = int(length) if length.isascii() and length.isdigit() else 0
        self.awaited = bool(self.announced) or "transfer-encoding" in request.headers
        """Whether some of it has still to come."""
        self._came = 0
        self._until: float | None = None

    @property
    def too_large(self) -> Problem:
        """Why it is refused."""
        return Problem("request-too-large", details={"most": f"{self._most:,}"})

    async def receive(self) -> Message:
        """The next part; RopewayError `request-too-large` or `request-too-slow`. After the last it waits for ever."""
        if not self.awaited:
            return await self._receive()
        now = asyncio.get_running_loop().time()
        self._until = self._until or now + self._grace
        message = await _within(self._until + self._came / RATE - now, self._receive(), self._slow)
        self._came += len(message.get("body", b""))
        self.awaited = message["type"] == "http.request" and message.get("more_body", False)
        if self._came > self._most:
            raise RopewayError(self.too_large)
        return message

    def _slow(self) -> RopewayError:
        details = {"received": f"{self._came:,}", "seconds": f"{self._grace + self._came / RATE:.0f}"}
        return RopewayError(Problem("request-too-slow", details=details))


class Answer:
    """The way back. Where a body was not read to its end the connection is of no further use (`lingering`)."""

    def __init__(self, send: Send, body: Body, linger: Callable[[], None]) -> None:
        self._send, self._body, self._linger = send, body, linger

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and self._body.awaited:
            message["headers"] = [*message.get("headers", []), (b"connection", b"close")]
        elif message["type"] == "http.response.body" and self._body.awaited and not message.get("more_body"):
            self._linger()
        await self._hand_over(message)

    async def _hand_over(self, message: Message) -> None:
        await _within(TAKEN_WITHIN, self._send(message), ClientGone)


class ClientGone(OSError):  # noqa: N818 - a fact
    """Nobody takes the answer."""


async def _within(seconds: float, what: Awaitable[Message | None], otherwise: Callable[[], Exception]) -> Message:
    try:
        async with asyncio.timeout(max(seconds, 0.0)):
            return await what or {}
    except TimeoutError:
        raise otherwise() from None
