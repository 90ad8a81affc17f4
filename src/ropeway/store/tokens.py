"""Opaque secrets that stand for somebody: made here, shown once, kept as their SHA-256 only."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from typing import Literal, NamedTuple

from sqlalchemy import Connection, delete, or_, select, update

from ropeway.model.secret import Secret
from ropeway.store.bell import ring
from ropeway.store.service_tables import token

Kind = Literal["administrator", "login-link", "agent-registration", "agent-challenge", "agent-session"]
PREFIX = "rw_"
"""So that scanners for leaked secrets can know one."""


class TokenRow(NamedTuple):
    """What is known of a token that was shown to us."""

    tenant: int
    kind: Kind
    subject: str
    created: float
    expires: float


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
    row = c.execute(
        select(token).where(
            token.c.digest == _digest(text), token.c.kind.in_(kinds), token.c.expires > now, token.c.used.is_(None)
        )
    ).one_or_none()
    return TokenRow(row.tenant, row.kind, row.subject, row.created, row.expires) if row else None


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


def sweep(c: Connection, now: float, *, keep: float = 86400.0) -> None:
    """Forget what expired or was used long ago."""
    c.execute(delete(token).where(or_(token.c.expires < now - keep, token.c.used < now - keep)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
