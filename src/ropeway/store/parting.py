"""What is kept of people for their sign-in, which goes with them; the sign-in log goes by itself, after 30 days."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete

from ropeway.store.identity_tables import given, grant, lockout, password, place, role
from ropeway.store.statements import among


def forget_people(c: Connection, tenant: int, ids: Sequence[str]) -> None:
    """Passwords, roles, consents, places, and whatever they were given."""
    for table in (password, lockout, place, role, grant, given):
        if ids:
            c.execute(delete(table).where(table.c.tenant == tenant, among(c, table.c.person, ids)))
