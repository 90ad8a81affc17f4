"""The sign-in log."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, delete

from ropeway.store.identity_tables import sign_in

KEPT = 30 * 86400.0
"""Seconds for which Entra ID keeps one, and so do we."""


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


def note(c: Connection, tenant: int, one: SignIn) -> None:
    """Put it on record."""
    c.execute(sign_in.insert().values(one._asdict() | {"tenant": tenant}))


def sweep(c: Connection, now: float) -> None:
    """Forget what is older than 30 days."""
    c.execute(delete(sign_in).where(sign_in.c.time < now - KEPT))
