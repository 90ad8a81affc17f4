"""A tenant comes into being: its row, its counters, and its initial domain, all at once."""

from __future__ import annotations

import re
from typing import NamedTuple

from sqlalchemy import Connection, select

from ropeway.directory import domains, tables
from ropeway.store.database import Database
from ropeway.store.metadata import tenant as tenants

SUFFIX = "ropeway.internal"
"""Of initial domains; `.internal` is reserved for private use."""

FIRST_NUMBER = 40
"""Bits of an object's number below its tenant's."""


class New(NamedTuple):
    """A tenant to be."""

    number: int
    id: str
    name: str
    domain: str
    """The initial one, verified for ever: what UPNs of unverified domains are rewritten to (entra.md 1.11)."""
    created: float


def found(c: Connection, database: Database, new: New) -> None:
    """What is there already stays as it is."""
    row = {"number": new.number, "id": new.id, "name": new.name, "created": new.created}
    c.execute(database.insert(tenants).on_conflict_do_nothing(), row)
    counters = {"tenant": new.number, "sequence": 0, "last_object": new.number << FIRST_NUMBER, "features": "{}"}
    c.execute(database.insert(tables.directory).on_conflict_do_nothing(), counters)
    mine = tables.directory.c.tenant == new.number
    c.execute(select(tables.directory.c.tenant).where(mine).with_for_update())
    if c.execute(select(tables.domain.c.name).where(tables.domain.c.tenant == new.number)).first() is None:
        domains.add(c, new.number, new.domain, initial=True)


def initial_domain(c: Connection, name: str, id_: str) -> str:
    """A free one that reminds of the tenant's name."""
    label = re.sub(r"[^a-z0-9]+", "-", name.lower())[:40].strip("-") or "tenant"
    usual = f"{label}.{SUFFIX}"
    taken = domains.owner(c, usual) is not None
    return f"{label}-{id_.replace('-', '')[-12:]}.{SUFFIX}" if taken else usual
