"""The sign-in log."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, select

from ropeway.store import families, lockouts
from ropeway.store.constant import inserting
from ropeway.store.identity_tables import sign_in

KEPT = 30 * 86400.0
"""Seconds for which Entra ID keeps one, and so do we."""

PORTION = 1000
"""Lines that are forgotten in one transaction."""


class SignIn(NamedTuple):
    """Somebody, or an application, who signed in, or was refused."""

    time: float
    person: str
    name: str
    application: str
    """Its appId."""
    application_name: str
    way: str
    """The grant: `client_credentials`, `password` …"""
    resource: str
    error: int
    """AADSTS number; 0: it went well."""
    address: str
    agent: str
    request: str


_INSERT = inserting(sign_in, "tenant", *SignIn._fields)


def note(c: Connection, tenant: int, one: SignIn) -> None:
    """Put it on record."""
    _INSERT.run(c, [(tenant, *one)])


def some(
    c: Connection, tenant: int, where: ColumnElement[bool], *, after: int | None, oldest_first: bool, limit: int
) -> list[tuple[int, SignIn]]:
    """Some of the log, with each line's number, after (or before) the one with that number."""
    s = sign_in.c
    place = [] if after is None else [s.id > after if oldest_first else s.id < after]
    query = select(s.id, *(s[name] for name in SignIn._fields)).where(s.tenant == tenant, where, *place)
    rows = c.execute(query.order_by(s.id.asc() if oldest_first else s.id.desc()).limit(limit))
    return [(row[0], SignIn._make(row[1:])) for row in rows]


def sweep(c: Connection, now: float) -> bool:
    """Forget what people were given that is over, and of the log what is older than 30 days; whether there is more.

    The log is looked at where it begins, a portion at a time: as long as nothing is old that costs nothing.
    """
    families.sweep(c, now)
    lockouts.sweep(c, now)
    s = sign_in.c
    first = select(s.id, s.time).order_by(s.id).limit(PORTION).subquery()
    old = select(first.c.id).where(first.c.time < now - KEPT)
    return c.execute(delete(sign_in).where(s.id.in_(old))).rowcount == PORTION
