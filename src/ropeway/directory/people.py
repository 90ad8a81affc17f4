"""Users as sign-in sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, Select, bindparam, select

from ropeway.directory import tables
from ropeway.directory.computed import UPN
from ropeway.directory.record import decoded
from ropeway.model.values import compare_key

_o, _k = tables.object_.c, tables.key.c


_tenant: BindParameter[int] = bindparam("b_tenant")
_LIVE = select(_o.id, _o.properties).where(_o.tenant == _tenant, _o.type == "user", _o.deleted.is_(None))
_HELD = select(_k.object).where(_k.tenant == _tenant, _k.name == UPN, _k.value == bindparam("b_upn"))
_BY_UPN = _LIVE.where(_o.number.in_(_HELD))
_BY_ID = _LIVE.where(_o.id == bindparam("b_id"))


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
    return _one(c, _BY_UPN, {"b_tenant": tenant, "b_upn": compare_key(upn)})


def by_id(c: Connection, tenant: int, id_: str) -> Person | None:
    """By object id."""
    return _one(c, _BY_ID, {"b_tenant": tenant, "b_id": id_.lower()})


def is_enabled(properties: Mapping[str, object]) -> bool:
    """Whether somebody may sign in and act: only where it is said so. Each user of the directory says it."""
    return properties.get("accountEnabled") is True


def _one(c: Connection, query: Select[Any, Any], named: dict[str, Any]) -> Person | None:
    row = c.execute(query, named).first()
    if row is None:
        return None
    told: dict[str, Any] = decoded(row.properties)

    def text(name: str) -> str:
        return str(told.get(name) or "")

    synchronised = told.get("onPremisesSyncEnabled") is True
    name = text("displayName")
    return Person(row.id, text("userPrincipalName"), name, text("mail"), is_enabled(told), synchronised)
