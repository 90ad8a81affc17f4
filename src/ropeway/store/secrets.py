"""What Graph calls secrets of the synchronization, as far as they are none."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select

from ropeway.store.service_tables import synchronization_secret as secret


def every(c: Connection, tenant: int) -> dict[str, str]:
    """All of them, key to value."""
    rows = c.execute(select(secret.c.key, secret.c.value).where(secret.c.tenant == tenant).order_by(secret.c.key))
    return {row.key: row.value for row in rows}


def replace(c: Connection, tenant: int, values: Mapping[str, str], now: float) -> None:
    """These and no others, as Graph's PUT does it."""
    c.execute(delete(secret).where(secret.c.tenant == tenant))
    for key, value in values.items():
        c.execute(secret.insert().values(tenant=tenant, key=key, value=value, changed=now))
