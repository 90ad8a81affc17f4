"""Who is signed in in a browser, or halfway: a row for each person, found by the browser's cookie."""

from __future__ import annotations

import secrets
from typing import Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, delete, select, update

from ropeway.model.prepared import prepared
from ropeway.store import families
from ropeway.store.applications import digest_of
from ropeway.store.identity_tables import given as table

KIND = "session"
GOOD_FOR = 86400.0
"""Seconds after which a browser asks for the password again."""

Stage = Literal["done", "second-factor", "enrolment", "new-password"]
"""How far a sign-in is: what is still to be done, the password having been right."""


class Details(msgspec.Struct, frozen=True):
    """A sign-in in a browser."""

    at: float
    """When the password was right."""
    ways: tuple[str, ...]
    stage: Stage = "done"
    tries: int = 0
    """Wrong codes, of the second factor or of devices."""
    key: str = ""
    """The sealed key, in Base64, of a second factor that does not count yet."""


class Account(NamedTuple):
    """A person in a browser."""

    id: str
    """Names the row in forms; it is no secret."""
    person: str
    details: Details


def of(c: Connection, tenant: int, browser: str, now: float) -> list[Account]:
    """Everybody in a browser, whoever came last first."""
    t = table.c
    which = (t.tenant == tenant, t.kind == KIND, t.code == digest_of(browser), t.expires > now)
    rows = c.execute(select(t.digest, t.person, t.details).where(*which).order_by(t.created.desc(), t.digest))
    return [Account(row.digest, row.person, msgspec.json.decode(row.details, type=prepared(Details))) for row in rows]


def enter(c: Connection, tenant: int, browser: str, person: str, details: Details, now: float) -> Account:
    """Somebody's password was right; whoever the same person was in this browser before is forgotten."""
    t, digest = table.c, digest_of(browser)
    c.execute(delete(table).where(t.tenant == tenant, t.kind == KIND, t.code == digest, t.person == person))
    made = Account(secrets.token_hex(16), person, details)
    row = {"digest": made.id, "tenant": tenant, "kind": KIND, "family": made.id, "application": "", "code": digest}
    row |= {"person": person, "details": _text(details)}
    c.execute(table.insert().values(row | {"created": now, "expires": now + GOOD_FOR}))
    return made


def is_there(c: Connection, tenant: int, account: Account) -> bool:
    """Whether the sign-in was not ended since; nobody ends it until this transaction is over."""
    families.hold(c, tenant, account.person)
    which = (table.c.kind == KIND, table.c.digest == account.id)
    return c.execute(select(table.c.digest).where(*which)).first() is not None


def go_on(c: Connection, account: Account, details: Details) -> Account:
    """A sign-in is one step further."""
    which = (table.c.kind == KIND, table.c.digest == account.id)
    c.execute(update(table).where(*which).values(details=_text(details)))
    return account._replace(details=details)


def move(c: Connection, tenant: int, before: str, after: str) -> None:
    """The browser has another cookie: one that was known before somebody signed in is worth nothing afterwards."""
    which = (table.c.tenant == tenant, table.c.kind == KIND, table.c.code == digest_of(before))
    c.execute(update(table).where(*which).values(code=digest_of(after)))


def leave(c: Connection, tenant: int, browser: str) -> None:
    """Everybody is signed out."""
    c.execute(delete(table).where(table.c.tenant == tenant, table.c.kind == KIND, table.c.code == digest_of(browser)))


def _text(details: Details) -> str:
    return msgspec.json.encode(details).decode()
