"""Opaque secrets that stand for somebody: made here, shown once, kept as their SHA-256 only."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, bindparam, delete, or_, select, update

from ropeway.model.secret import Secret
from ropeway.store.bell import ring
from ropeway.store.service_tables import token

Kind = Literal[
    "administrator",
    "login-link",
    "agent-registration",
    "agent-challenge",
    "agent-session",
    "metrics",
    "metrics-of-all",
]
_by_digest = select(token).where(token.c.digest == bindparam("digest"))
PREFIX = "rw_"
"""So that scanners for leaked secrets can know one."""


class TokenRow(NamedTuple):
    """What is known of a token that was shown to us."""

    tenant: int
    kind: Kind
    subject: str
    created: float
    expires: float
    id: str = ""
    """Names the token to people: the beginning of its digest, which tells nothing of it."""


def issue(c: Connection, tenant: int, kind: Kind, subject: str, *, now: float, lifetime: float) -> Secret[str]:
    """A new token for a subject, good for `lifetime` seconds: 256 random bits."""
    text = PREFIX + secrets.token_urlsafe(32)
    c.execute(
        token.insert().values(
            digest=_digest(text), tenant=tenant, kind=kind, subject=subject, created=now, expires=now + lifetime
        )
    )
    return Secret(text)


def find(c: Connection, text: str, kinds: Sequence[Kind], now: float) -> TokenRow | None:
    """Whom a token stands for; None for one that is unknown, of another kind, expired or used up."""
    found = fate(c, text)
    if found is None or found.used is not None or found.row.kind not in kinds or found.row.expires <= now:
        return None
    return found.row


def tenant_of(c: Connection, text: str) -> int | None:
    """The tenant that a token was issued in, whatever it is worth by now."""
    return c.scalar(select(token.c.tenant).where(token.c.digest == _digest(text)))


def use(c: Connection, text: str, kind: Kind, now: float) -> TokenRow | None:
    """The same for a token that works once: of two who use it at the same moment one gets it."""
    found = find(c, text, (kind,), now)
    if found is None:
        return None
    taken = c.execute(update(token).where(token.c.digest == _digest(text), token.c.used.is_(None)).values(used=now))
    return found if taken.rowcount == 1 else None


def revoke(c: Connection, kind: Kind, subject: str) -> int:
    """All tokens of a subject are worth nothing any more; answers how many there were."""
    gone = c.execute(delete(token).where(token.c.kind == kind, token.c.subject == subject)).rowcount
    ring(c)
    return gone


def good(c: Connection, tenant: int, kind: Kind, now: float) -> list[TokenRow]:
    """Tokens of a kind that are worth something now, the oldest first."""
    which = (token.c.tenant == tenant, token.c.kind == kind, token.c.expires > now, token.c.used.is_(None))
    return [_row(row) for row in c.execute(select(token).where(*which).order_by(token.c.created))]


def revoke_one(c: Connection, tenant: int, kind: Kind, id_: str) -> TokenRow | None:
    """One token is worth nothing any more; None where there is none with this id."""
    which = (token.c.tenant == tenant, token.c.kind == kind, token.c.digest.startswith(id_, autoescape=True))
    row = c.execute(select(token).where(*which)).first() if len(id_) == _ID else None
    if row is None:
        return None
    c.execute(delete(token).where(token.c.digest == row.digest))
    ring(c)
    return _row(row)


class Fate(NamedTuple):
    """A token that may not be good any more."""

    row: TokenRow
    used: float | None
    """When it was, if it works once."""


def fate(c: Connection, text: str) -> Fate | None:
    """What became of a token; None for one that nobody knows."""
    row = c.execute(_by_digest, {"digest": _digest(text)}).one_or_none()
    return Fate(_row(row), row.used) if row else None


def sweep(c: Connection, now: float, *, keep: float = 86400.0) -> None:
    """Forget what expired or was used long ago."""
    c.execute(delete(token).where(or_(token.c.expires < now - keep, token.c.used < now - keep)))


_ID = 12
"""Digits of a token's id."""


def _row(row: Any) -> TokenRow:
    return TokenRow(row.tenant, row.kind, row.subject, row.created, row.expires, row.digest[:_ID])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
