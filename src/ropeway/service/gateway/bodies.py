"""What agents send: read up to a bound, and understood, or refused."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request

from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem, RopewayError, shown

T = TypeVar("T")

MOST_TEXT = 64 * 1024
"""Bytes of a JSON body; a request for a certificate has less than one thousand."""


async def bounded(request: Request, most: int) -> bytes:
    """The body; RopewayError `request-too-large` as soon as it is known to be, whatever its header says."""
    told = request.headers.get("content-length", "0")
    if told.isdigit() and int(told[:20]) > most:
        raise _too_large(most)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise _too_large(most)
    except ClientDisconnect:
        raise refused("the connection ended in the middle of the request") from None
    return bytes(body)


async def understood(request: Request, kind: type[T]) -> T:
    """A JSON body of that kind."""
    body = await bounded(request, MOST_TEXT)
    try:
        return msgspec.json.decode(body, type=prepared(kind))
    except (msgspec.MsgspecError, RecursionError) as error:
        raise refused(shown(str(error))) from None


def number(text: str) -> int:
    """A number of a path."""
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise refused(f"{shown(text)} is no number")
    return int(text)


def refused(reason: str) -> RopewayError:
    """A request that is not understood."""
    return RopewayError(Problem("agent-request-refused", details={"reason": f"{reason[:1].upper()}{reason[1:]}."}))


def _too_large(most: int) -> RopewayError:
    return RopewayError(Problem("request-too-large", details={"most": f"{most:,}"}))
