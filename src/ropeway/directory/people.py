"""Users as sign-in sees them."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, select

from ropeway.directory import tables
from ropeway.directory.computed import UPN
from ropeway.directory.record import decoded
from ropeway.model.values import compare_key

_o, _k = tables.object_.c, tables.key.c


class Person(NamedTuple):
    """A live user."""

    id: str
    upn: str
    name: str
    mail: str
    enabled: bool
    synchronised: bool
    """Mastered on premises, its password with it."""


def by_upn(c: Connection, tenant: int, upn: str) -> Person | None:
    """Whoever has that userPrincipalName."""
    held = select(_k.object).where(_k.tenant == tenant, _k.name == UPN, _k.value == compare_key(upn))
    return _one(c, tenant, _o.number.in_(held))


def by_id(c: Connection, tenant: int, id_: str) -> Person | None:
    """By object id."""
    return _one(c, tenant, _o.id == id_.lower())


def _one(c: Connection, tenant: int, which: ColumnElement[bool]) -> Person | None:
    live = (_o.tenant == tenant, _o.type == "user", _o.deleted.is_(None))
    row = c.execute(select(_o.id, _o.properties).where(*live, which)).first()
    if row is None:
        return None
    told: dict[str, Any] = decoded(row.properties)

    def text(name: str) -> str:
        return str(told.get(name) or "")

    enabled = told.get("accountEnabled") is not False
    synchronised = told.get("onPremisesSyncEnabled") is True
    name = text("displayName")
    return Person(row.id, text("userPrincipalName"), name, text("mail"), enabled, synchronised)
