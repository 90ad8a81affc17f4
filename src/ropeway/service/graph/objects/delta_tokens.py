"""Where a delta is: everything that was asked, and how far it was told. Opaque, no secret; good for seven days."""

from __future__ import annotations

import base64
import binascii
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from starlette.exceptions import HTTPException

from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem, RopewayError
from ropeway.service.graph.opaque import opaque_of
from ropeway.service.odata.paging import Number, Own
from ropeway.service.parts import Parts

LIFETIME = 7 * 86400.0
"""Seconds, as Graph has it for directory objects."""
LONGEST = 8192
VERSION = 3


class Issued(msgspec.Struct, frozen=True, array_like=True):
    """What every token says first."""

    version: int
    tenant: bytes
    """Whose objects it is about, in a form that tells nothing of how many there are."""
    plural: str
    """What is asked about: `users`."""
    issued: float
    """When the round began."""


T = TypeVar("T", bound=Issued)


def tenant_of(parts: Parts) -> bytes:
    """What a tenant's tokens know it by."""
    return UUID(opaque_of(parts).id(b"tenant", parts.tenant)).bytes[:6]


class Round(Issued, frozen=True, array_like=True):
    """A place in a round of pages."""

    sequence: Number
    """Of the change log: what follows is still to be told."""
    select: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    """Only these objects; empty: all."""
    place: tuple[str, Own, str] | None = None
    """In a first round: value of the order and number within the tenant of the last object, and the reference of the
    last member told of the one after it; None: changes are told."""


def written(token: Issued) -> str:
    """The token as text."""
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(token)).rstrip(b"=").decode()


def read(text: str, of: tuple[bytes, str], now: float, again: str) -> Round:
    """What a token of this tenant and plural says; HTTP 410 with the place to begin anew for one that is too old."""
    if len(text) > LONGEST:
        raise RopewayError(Problem("page-token-stale"))
    found = decoded(text, Round, VERSION, again)
    check(found, (VERSION, *of), now, again)
    return found


def decoded(text: str, kind: type[T], version: int, again: str) -> T:
    """A token of that kind and version; HTTP 410 for one of an older version, RopewayError where it was changed."""
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True)
        (theirs, *_) = msgspec.msgpack.decode(raw, type=prepared(list[Any]))
        if isinstance(theirs, int) and 0 < theirs < version:
            raise gone(again)
        return msgspec.msgpack.decode(raw, type=prepared(kind))
    except (ValueError, binascii.Error, msgspec.DecodeError):
        raise RopewayError(Problem("page-token-stale")) from None


def check(token: Issued, of: tuple[int, bytes, str], now: float, again: str) -> None:
    """RopewayError where it is of another version, tenant or plural; HTTP 410 where it is too old."""
    if (token.version, token.tenant, token.plural) != of:
        raise RopewayError(Problem("page-token-stale"))
    if now - token.issued > LIFETIME:
        raise gone(again)


def gone(again: str) -> HTTPException:
    """410: the client must begin anew."""
    words = "The sync state is not found or has expired. Begin anew at the address in Location."
    return HTTPException(410, words, {"Location": f"{again}?$deltatoken="})
