"""Refresh tokens: one row for each sign-in, which knows only the token given last.

A token is the name of its family and a secret, 256 bits each. Using it puts another secret in the place of its own; one
whose family is there and whose secret is another was used before, by its owner or by a thief, and nobody can tell
which: the family is over.
"""

from __future__ import annotations

import secrets
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, delete, or_, select, update

from ropeway.model.prepared import prepared
from ropeway.model.secret import Secret
from ropeway.store.applications import digest_of
from ropeway.store.identity_tables import given as table
from ropeway.store.identity_tables import password

KIND = "refresh"
KEPT = 90 * 86400.0
"""Seconds for which a token is good; each use gives a new one."""
_PART = 43


_FIND = select(table).where(
    table.c.digest == bindparam("b_digest"), table.c.tenant == bindparam("b_tenant"), table.c.kind == KIND
)
_GOOD = select(table.c.digest).where(
    table.c.digest == bindparam("b_digest"), table.c.tenant == bindparam("b_tenant"), table.c.kind == KIND
)
_RENEW = (
    update(table)
    .where(table.c.digest == bindparam("b_digest"), table.c.code == bindparam("b_code"))
    .values({name: bindparam(name) for name in ("code", "used", "expires")})
)


class Details(msgspec.Struct, frozen=True):
    """What a sign-in was for."""

    scopes: tuple[str, ...]
    """As they were asked for, openid's own among them."""
    resource: str
    at: float
    """When the person signed in."""
    ways: tuple[str, ...]
    """How: `pwd`, `mfa` (RFC 8176)."""


class Family(NamedTuple):
    """A sign-in that is still good."""

    id: str
    """Its digest."""
    application: str
    person: str
    details: Details
    created: float
    expires: float


def begin(
    c: Connection,
    tenant: int,
    name: Secret[str],
    application: str,
    person: str,
    details: Details,
    now: float,
    *,
    kept: float = KEPT,
) -> str:
    """The first token of a family; `name` is a secret of its own, which nobody else may know."""
    secret = secrets.token_urlsafe(32)
    digest = id_of(name)
    row: dict[str, Any] = {
        "digest": digest, "tenant": tenant, "kind": KIND, "family": digest,
        "application": application, "person": person, "code": digest_of(secret),
        "details": msgspec.json.encode(details).decode(), "created": now, "expires": now + kept,
    }  # fmt: skip
    c.execute(table.insert().values(row))
    return name.reveal() + secret


def new_name() -> Secret[str]:
    """For a family that is going to be."""
    return Secret(secrets.token_urlsafe(32))


def id_of(name: Secret[str]) -> str:
    """What a family is kept under."""
    return digest_of(name.reveal())


def find(c: Connection, tenant: int, text: str) -> Family | None:
    """The family of a token, whether it is the last one given or not; None for one that nobody knows."""
    named = {"b_digest": digest_of(text[:_PART]), "b_tenant": tenant}
    row = c.execute(_FIND, named).one_or_none() if len(text) == 2 * _PART else None
    if row is None:
        return None
    details = msgspec.json.decode(row.details, type=prepared(Details))
    return Family(row.digest, row.application, row.person, details, row.created, row.expires)


def is_good(c: Connection, tenant: int, family: str) -> bool:
    """Whether a sign-in is not over yet."""
    return c.scalar(_GOOD, {"b_digest": family, "b_tenant": tenant}) is not None


def next_to(text: str) -> str:
    """Another token of the same family, which is none yet."""
    return text[:_PART] + secrets.token_urlsafe(32)


def renew(c: Connection, family: Family, text: str, following: str, now: float) -> bool:
    """The following token in place of this one; False where this one was used before. Of two at once one gets it."""
    this = {"b_digest": family.id, "b_code": digest_of(text[_PART:])}
    values = {"code": digest_of(following[_PART:]), "used": now, "expires": now + KEPT}
    return c.execute(_RENEW, this | values).rowcount == 1


def end(c: Connection, family: str) -> None:
    """All that goes back to one sign-in is worth nothing any more."""
    c.execute(delete(table).where(table.c.family == family))


def hold(c: Connection, tenant: int, person: str) -> None:
    """Whoever would sign in as somebody, or end their sign-ins, meanwhile waits until this transaction is over."""
    p = password.c
    c.execute(select(p.person).where(p.tenant == tenant, p.person == person).with_for_update())


def end_all(c: Connection, tenant: int, person: str) -> None:
    """Whatever a person was given: tokens, codes, sessions; what is being given at this moment, too."""
    hold(c, tenant, person)
    c.execute(delete(table).where(table.c.tenant == tenant, table.c.person == person))


def sweep(c: Connection, now: float) -> None:
    """Forget what expired: an hour ago, tokens a day ago. Until then it can be said that they did."""
    t = table.c
    c.execute(delete(table).where(t.expires < now - 3600.0, or_(t.kind != KIND, t.expires < now - 86400.0)))
