"""The last backup of the state, as far as the state knows."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select

from ropeway.store.database import Database
from ropeway.store.metadata import tenant
from ropeway.store.service_tables import backup


class Backup(NamedTuple):
    """A backup that was written to a file."""

    time: float
    """The moment that it shows, seconds since 1970."""
    machine: str
    place: str
    bytes: int


def note(c: Connection, db: Database, taken: Backup) -> None:
    """Remember the newest backup, for every tenant that it holds."""
    for number in c.execute(select(tenant.c.number)).scalars().all():
        values = taken._asdict()
        statement = db.insert(backup).values(tenant=number, **values)
        c.execute(statement.on_conflict_do_update(index_elements=["tenant"], set_=values))


def last(c: Connection, tenant_: int) -> Backup | None:
    """The newest backup that is known."""
    row = c.execute(select(backup).where(backup.c.tenant == tenant_)).one_or_none()
    return Backup(row.time, row.machine, row.place, row.bytes) if row else None
