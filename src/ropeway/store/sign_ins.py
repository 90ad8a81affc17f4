"""The sign-in log."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, literal, select, true, tuple_

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


_EVER = sign_in.c.time >= 0.0
"""Of every line; said so that the index that has the order is taken where nothing else is asked for."""
_INSERT = inserting(sign_in, "tenant", *SignIn._fields)


def note(c: Connection, tenant: int, one: SignIn) -> None:
    """Put it on record."""
    _INSERT.run(c, [(tenant, *one)])


def some(
    c: Connection, tenant: int, where: ColumnElement[bool], *, after: int | None, oldest_first: bool, limit: int
) -> list[tuple[int, SignIn]]:
    """Some of the log in the order of time, with each line's number, beyond the one with that number.

    What is asked of a person, an application or a span of time is read from an index that has this order.
    """
    s = sign_in.c
    query = select(s.id, *(s[name] for name in SignIn._fields)).where(s.tenant == tenant, where, _EVER)
    if after is not None:
        here, there = (
            tuple_(s.time, s.id),
            tuple_(select(s.time).where(s.id == after).scalar_subquery(), literal(after)),
        )
        query = query.where(here > there if oldest_first else here < there)
    rows = c.execute(
        query.order_by(*(one.asc() if oldest_first else one.desc() for one in (s.time, s.id))).limit(limit)
    )
    return [(row[0], SignIn._make(row[1:])) for row in rows]


def latest(
    c: Connection, tenant: int, *, who: str | None, since: float | None, failed: bool, limit: int
) -> list[SignIn]:
    """The latest, the oldest of them first; `who` is a part of the name, `failed` leaves out what went well."""
    s, where = sign_in.c, true()
    if who:
        where &= func.lower(s.name).contains(who.lower(), autoescape=True)
    if since is not None:
        where &= s.time >= since
    if failed:
        where &= s.error != 0
    found = some(c, tenant, where, after=None, oldest_first=False, limit=limit)
    return [one for _, one in reversed(found)]


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
