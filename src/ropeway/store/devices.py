"""Devices that wait until somebody signs in for them elsewhere (RFC 8628)."""

from __future__ import annotations

import secrets
from typing import Literal, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, select, update

from ropeway.model.prepared import prepared
from ropeway.model.secret import Secret
from ropeway.store.applications import digest_of
from ropeway.store.identity_tables import given as table

KIND = "device"
GOOD_FOR = 900.0
EVERY = 5.0
"""Seconds between two questions of a device; who asks sooner has to wait longer."""
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""Of codes that people type: no vowels, so no words; no digits that look like letters."""


class Details(msgspec.Struct, frozen=True):
    """What a device waits for."""

    scopes: tuple[str, ...]
    resource: str
    address: str
    every: float = EVERY
    answer: Literal["", "yes", "no"] = ""
    at: float = 0.0
    ways: tuple[str, ...] = ()


class Device(NamedTuple):
    """A device that waits."""

    id: str
    application: str
    person: str
    details: Details
    expires: float
    asked: float | None
    """When it asked last."""


def begin(c: Connection, tenant: int, application: str, details: Details, now: float) -> tuple[Secret[str], str]:
    """The code that the device keeps, and the one that a person types."""
    text, typed = secrets.token_urlsafe(32), "".join(secrets.choice(LETTERS) for _ in range(8))
    row = {"digest": digest_of(text), "tenant": tenant, "kind": KIND, "family": "", "application": application}
    row |= {"person": "", "code": _typed(tenant, typed), "details": _text(details)}
    c.execute(table.insert().values(row | {"created": now, "expires": now + GOOD_FOR}))
    return Secret(text), f"{typed[:4]}-{typed[4:]}"


def find(c: Connection, tenant: int, text: str) -> Device | None:
    """By the code that the device keeps."""
    return _one(c, tenant, table.c.digest == digest_of(text))


def by_id(c: Connection, tenant: int, id_: str) -> Device | None:
    """One that was found before, as it is now."""
    return _one(c, tenant, table.c.digest == id_)


def typed(c: Connection, tenant: int, text: str, now: float) -> Device | None:
    """By the code that a person types, however they write it, while nobody answered yet."""
    letters = "".join(one for one in text.upper() if one in LETTERS)
    found = _one(c, tenant, table.c.code == _typed(tenant, letters)) if len(letters) == 8 else None
    return found if found is not None and found.expires > now and not found.details.answer else None


def ask(c: Connection, device: Device, now: float) -> bool:
    """Whether the device asks at its pace; if not it has to go slower from now on."""
    slow = device.asked is not None and now - device.asked < device.details.every
    every = device.details.every + (EVERY if slow else 0.0)
    details = _text(msgspec.structs.replace(device.details, every=every))
    waits = (table.c.digest == device.id, table.c.person == "")  # somebody may have answered since it was read
    c.execute(update(table).where(*waits).values(used=now, details=details))
    return not slow


def answer(c: Connection, device: Device, person: str, details: Details) -> bool:
    """Somebody said yes or no; False where somebody else was first."""
    waits = (table.c.digest == device.id, table.c.person == "")
    now = update(table).where(*waits).values(person=person, details=_text(details))
    return c.execute(now).rowcount == 1


def take(c: Connection, device: Device) -> bool:
    """Whether it is the first that takes what it waited for."""
    return c.execute(delete(table).where(table.c.digest == device.id)).rowcount == 1


def _one(c: Connection, tenant: int, which: ColumnElement[bool]) -> Device | None:
    t = table.c
    row = c.execute(select(table).where(t.tenant == tenant, t.kind == KIND, which)).first()
    if row is None:
        return None
    details = msgspec.json.decode(row.details, type=prepared(Details))
    return Device(row.digest, row.application, row.person, details, row.expires, row.used)


def _typed(tenant: int, letters: str) -> str:
    return digest_of(f"user code {tenant} {letters}")


def _text(details: Details) -> str:
    return msgspec.json.encode(details).decode()
