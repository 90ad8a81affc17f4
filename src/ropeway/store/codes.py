"""Authorization codes: good for five minutes, once; a second use ends what the first one gave."""

from __future__ import annotations

import secrets
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select, update

from ropeway.model.prepared import prepared
from ropeway.model.secret import Secret
from ropeway.store.applications import digest_of
from ropeway.store.identity_tables import given as table

KIND = "code"
GOOD_FOR = 300.0


class Details(msgspec.Struct, frozen=True):
    """What a code was given for."""

    scopes: tuple[str, ...]
    redirect: str
    challenge: str
    """PKCE's, S256; empty for none."""
    nonce: str
    at: float
    ways: tuple[str, ...]


class Code(NamedTuple):
    """A code that somebody shows."""

    id: str
    application: str
    person: str
    family: str
    """Of the tokens that it gave; empty as long as it gave none."""
    details: Details
    expires: float
    used: float | None


def give(c: Connection, tenant: int, application: str, person: str, details: Details, now: float) -> Secret[str]:
    """A new one."""
    text = secrets.token_urlsafe(32)
    row = {"digest": digest_of(text), "tenant": tenant, "kind": KIND, "family": "", "application": application}
    row |= {"person": person, "details": msgspec.json.encode(details).decode()}
    c.execute(table.insert().values(row | {"created": now, "expires": now + GOOD_FOR}))
    return Secret(text)


def find(c: Connection, tenant: int, text: str) -> Code | None:
    """What a code stands for, whether it is still good or not."""
    t = table.c
    which = (t.digest == digest_of(text), t.tenant == tenant, t.kind == KIND)
    row = c.execute(select(table).where(*which)).one_or_none()
    if row is None:
        return None
    details = msgspec.json.decode(row.details, type=prepared(Details))
    return Code(row.digest, row.application, row.person, row.family, details, row.expires, row.used)


def use(c: Connection, code: Code, family: str, now: float) -> bool:
    """Whether this is the first use; `family` is what a second one ends."""
    which = (table.c.digest == code.id, table.c.used.is_(None))
    return c.execute(update(table).where(*which).values(used=now, family=family)).rowcount == 1
