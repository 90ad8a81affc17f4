"""The tenants of a state."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, or_, select, update

from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.store.bell import ring
from ropeway.store.metadata import tenant

HOME = 1
"""The first tenant: there from the first start, never removed. It has the rows of the service as a whole."""

SERVICE = 0
"""No tenant's number: what concerns several tenants is on record under it, and shown to none of them."""


class TenantRow(NamedTuple):
    """One tenant."""

    number: int
    id: str
    name: str
    created: float | None
    """Seconds since 1970; None of one that was made before this was noted."""
    removed: float | None
    """When its removal began."""


_COLUMNS = [tenant.c[name] for name in TenantRow._fields]


def every(c: Connection, *, also_removed: bool = False) -> list[TenantRow]:
    """All tenants, the oldest first."""
    found = select(*_COLUMNS).order_by(tenant.c.number)
    return [TenantRow(*row) for row in c.execute(found if also_removed else found.where(tenant.c.removed.is_(None)))]


def find(c: Connection, name_or_id: str, *, also_removed: bool = False) -> TenantRow:
    """The tenant of that name or id; RopewayError `tenant-unknown` naming those that exist."""
    for row in every(c, also_removed=also_removed):
        if name_or_id.lower() == row.id or name_or_id == row.name:
            return row
    known = ", ".join(row.name for row in every(c))
    raise RopewayError(Problem("tenant-unknown", value=shown(name_or_id), details={"known": known}))


def by_number(c: Connection, number: int) -> TenantRow:
    """One that is there."""
    return TenantRow(*c.execute(select(*_COLUMNS).where(tenant.c.number == number)).one())


def name_of(c: Connection, number: int) -> str:
    """How a tenant is called; empty where it is gone."""
    return c.scalar(select(tenant.c.name).where(tenant.c.number == number)) or ""


def claim(c: Connection, name: str) -> int:
    """The number of a new tenant; whoever else makes one waits. RopewayError `tenant-name-taken`."""
    c.execute(select(tenant.c.number).where(tenant.c.number == HOME).with_for_update())
    if c.execute(select(tenant.c.number).where(or_(tenant.c.name == name, tenant.c.id == name))).first():
        raise RopewayError(Problem("tenant-name-taken", value=shown(name)))
    return (c.scalar(select(func.max(tenant.c.number))) or 0) + 1


def mark_removed(c: Connection, row: TenantRow, now: float) -> None:
    """From now on nobody finds it; its name is free."""
    fresh: dict[str, Any] = {"removed": now, "name": row.id}
    c.execute(update(tenant).where(_is(row), tenant.c.removed.is_(None)).values(fresh))
    ring(c)


def _is(row: TenantRow) -> ColumnElement[bool]:
    return tenant.c.number == row.number
