"""Which tenant a request means: by its path, its bearer token, or what somebody without a token brings.

What is found is a guess that costs nothing where it is wrong: the tenant looks again, and knows nobody but its own.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from typing import NamedTuple

import msgspec
from sqlalchemy import select
from starlette.types import Message, Receive, Scope

from ropeway.directory import domains
from ropeway.model.prepared import prepared
from ropeway.model.problems import RopewayError
from ropeway.model.wire.sessions import PATH
from ropeway.service import login
from ropeway.service.gateway import certificates
from ropeway.service.gateway.bodies import MOST_TEXT
from ropeway.store import tokens
from ropeway.store.database import Database
from ropeway.store.service_tables import agent

LONGEST = 8192
"""Characters of a token that is looked at."""

_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_DOMAIN = r"(?:[a-z0-9_-]+\.)+[a-z][a-z0-9-]+"
_SEGMENT = re.compile(f"/(?:(?P<id>{_ID})|(?P<domain>{_DOMAIN}))/.", re.ASCII | re.IGNORECASE)
_REALM = "/common/userrealm/"
_COMMON = ("/common/", "/organizations/")
_BROUGHT = {"/login": login.LARGEST} | {f"{PATH}/{name}": MOST_TEXT for name in ("register", "challenge", "sessions")}
"""Where somebody comes who has no token yet, and how much of a body is looked at: more is refused in any case."""


class Named(NamedTuple):
    """A tenant, by one of its names; all empty: none is meant."""

    id: str = ""
    domain: str = ""
    token: str = ""
    """An opaque one of its."""


class Brought(msgspec.Struct):
    """What is looked at of a body."""

    link: str = ""
    token: str = ""
    fingerprint: str = ""
    certificate: str = ""


def named(scope: Scope) -> Named:
    """By path or bearer token."""
    path: str = scope["path"]
    if (found := _SEGMENT.match(path)) is not None:
        return Named(id=(found["id"] or "").lower(), domain=(found["domain"] or "").lower())
    if path.startswith(_REALM):
        return Named(domain=path.rpartition("@")[2].lower())
    for name, value in scope["headers"]:
        if name == b"authorization":
            return _of_token(value.decode("ascii", "replace"))
    return Named()


def _of_token(header: str) -> Named:
    scheme, _, text = header.partition(" ")
    text = text.strip()
    if scheme.lower() != "bearer" or not 0 < len(text) <= LONGEST:
        return Named()
    return Named(id=_tid(text)) if text.count(".") == 2 else Named(token=text)


class _Claims(msgspec.Struct):
    tid: str = ""


def _tid(text: str) -> str:
    """The tenant that a signed token says it is of; it is verified with that tenant's keys, or with nobody's."""
    payload = text.split(".")[1]
    try:
        return msgspec.json.decode(
            urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), type=prepared(_Claims)
        ).tid.lower()
    except (ValueError, msgspec.MsgspecError, RecursionError):
        return ""


def is_common(scope: Scope) -> bool:
    """Whether somebody signs in where no tenant is named: there the first one is meant."""
    return scope["path"].startswith(_COMMON)


def brings(scope: Scope) -> bool:
    """Whether it is in the body who is meant."""
    return scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in _BROUGHT


async def peeked(scope: Scope, receive: Receive) -> tuple[Brought, Receive]:
    """What stands in a body, and the body once more from its beginning, with whatever went wrong on its way."""
    came: list[Message | Exception] = []
    body = bytearray()
    while len(body) <= _BROUGHT[scope["path"]]:
        try:
            message = await receive()
        except Exception as error:  # noqa: BLE001 - it is raised again, where errors are answered
            came.append(error)
            break
        came.append(message)
        body += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body", False):
            break

    async def again() -> Message:
        if not came:
            return await receive()
        first = came.pop(0)
        if isinstance(first, Exception):
            raise first
        return first

    return _read(bytes(body)), again


def _read(body: bytes) -> Brought:
    try:
        return msgspec.json.decode(body, type=prepared(Brought))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Brought()


def number_of(database: Database, meant: Named) -> int | None:
    """The tenant that a domain or an opaque token belongs to."""
    with database.read() as c:
        if meant.domain:
            return domains.owner(c, meant.domain)
        return tokens.tenant_of(c, meant.token) if meant.token else None


def number_of_brought(database: Database, brought: Brought) -> int | None:
    """The tenant whose link, registration token or agent that is."""
    fingerprint = brought.fingerprint or _fingerprint(brought.certificate)
    with database.read() as c:
        if text := brought.link or brought.token:
            return tokens.tenant_of(c, text)
        either = (agent.c.fingerprint == fingerprint) | (agent.c.next_fingerprint == fingerprint)
        return c.scalar(select(agent.c.tenant).where(either)) if fingerprint else None


def _fingerprint(pem: str) -> str:
    try:
        return certificates.fingerprint(certificates.certificate_of(pem)) if pem else ""
    except RopewayError:  # whoever gets the request says what is wrong with it
        return ""
