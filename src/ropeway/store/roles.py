"""Who has which directory role."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, select

from ropeway.store.identity_tables import role

_r = role.c


_OF = select(_r.role).where(_r.tenant == bindparam("b_tenant"), _r.person == bindparam("b_person")).order_by(_r.role)


def of(c: Connection, tenant: int, person: str) -> list[str]:
    """The names of a person's roles."""
    return list(c.scalars(_OF, {"b_tenant": tenant, "b_person": person}))


def members(c: Connection, tenant: int, name: str) -> list[str]:
    """The ids of the people who have a role, in the order in which they got it."""
    found = select(_r.person).where(_r.tenant == tenant, _r.role == name)
    return list(c.scalars(found.order_by(_r.created, _r.person)))


def every(c: Connection, tenant: int) -> list[tuple[str, str]]:
    """All assignments, as role and person."""
    found = select(_r.role, _r.person).where(_r.tenant == tenant)
    return [(row.role, row.person) for row in c.execute(found.order_by(_r.role, _r.created, _r.person))]


def assign(c: Connection, tenant: int, name: str, person: str, now: float) -> bool:
    """Give a role; False where the person has it already."""
    if name in of(c, tenant, person):
        return False
    c.execute(role.insert().values(tenant=tenant, role=name, person=person, created=now))
    return True


def withdraw(c: Connection, tenant: int, name: str, person: str) -> bool:
    """Take a role away; False where the person did not have it."""
    is_it = (_r.tenant == tenant, _r.role == name, _r.person == person)
    return c.execute(delete(role).where(*is_it)).rowcount > 0
