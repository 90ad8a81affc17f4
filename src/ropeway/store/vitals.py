"""How the service is, in a few queries whose cost is bounded: for metrics and for `ropeway service status`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Literal, NamedTuple

from sqlalchemy import Connection, func, select, text

from ropeway.store.agents import ACTIVE_FOR
from ropeway.store.database import Database
from ropeway.store.outbox import notice
from ropeway.store.processes import HEARD_WITHIN, alive
from ropeway.store.service_tables import agent, authority, call, errand, process

MOST = 1_000_000
"""Rows of a table that are counted; where there are more, this is told."""

AgentState = Literal["active", "inactive", "removed"]
AGENT_STATES: tuple[AgentState, ...] = ("active", "inactive", "removed")


class Waiting(NamedTuple):
    """Rows of one kind that are somewhere on their way."""

    rows: int
    oldest: float
    """When the oldest of them was made, seconds since 1970."""


class Heard(NamedTuple):
    """Somebody who says regularly that he lives."""

    name: str
    where: str
    """Of an agent its domain, of a process its machine."""
    what: str
    """Of a process its role; of an agent `removed` or nothing."""
    version: str
    since: float
    seen: float

    def is_alive(self, now: float) -> bool:
        """Whether a process was heard of lately; a clock that was set back kills nobody."""
        return abs(now - self.seen) < HEARD_WITHIN

    def state(self, now: float) -> AgentState:
        """Of an agent: heard of lately, not heard of, or removed."""
        if self.what:
            return "removed"
        return "active" if now - self.seen < ACTIVE_FOR else "inactive"


def agents(c: Connection, tenant: int) -> list[Heard]:
    """All agents, by domain and name."""
    columns = (agent.c.name, agent.c.domain, agent.c.removed, agent.c.version, agent.c.registered, agent.c.seen)
    found = select(*columns).where(agent.c.tenant == tenant).order_by(agent.c.domain, agent.c.name).limit(MOST)
    return [
        Heard(row.name, row.domain, "" if row.removed is None else "removed", row.version, row.registered, row.seen)
        for row in c.execute(found)
    ]


def processes(c: Connection, tenant: int) -> list[Heard]:
    """Processes of the service that did not say that they end, the longest-running first."""
    found = select(process).where(process.c.tenant == tenant).order_by(process.c.started)
    return [Heard(p.id, p.machine, p.role, p.version, p.started, p.seen) for p in c.execute(found)]


def calls(c: Connection, tenant: int) -> dict[tuple[str, str], Waiting]:
    """What agents are asked for, by domain and state; watches stay, so they are not counted."""
    mine = (call.c.tenant == tenant, call.c.method != "watch")
    asked = select(call.c.domain, call.c.state, func.count(), func.min(call.c.created)).where(*mine)
    rows = c.execute(asked.group_by(call.c.domain, call.c.state))
    return {(domain, state): Waiting(count, oldest) for domain, state, count, oldest in rows}


def errands(c: Connection, tenant: int) -> dict[str, Waiting]:
    """What workers are asked for, by state."""
    asked = select(errand.c.state, func.count(), func.min(errand.c.created)).where(errand.c.tenant == tenant)
    return {state: Waiting(count, oldest) for state, count, oldest in c.execute(asked.group_by(errand.c.state))}


def messages(c: Connection, tenant: int) -> int:
    """Notifications that have not arrived yet."""
    mine = select(notice.c.number).where(notice.c.tenant == tenant)
    return c.scalar(select(func.count()).select_from(mine.limit(MOST).subquery())) or 0


def certificates(c: Connection, tenant: int, now: float) -> dict[str, float]:
    """When each authority in the state expires, seconds since 1970: `tls authority`, `agents authority`.

    And what administrators gave their services, by machine; those that a service makes for itself it renews.
    """
    rows = c.execute(select(authority.c.name, authority.c.certificate).where(authority.c.tenant == tenant)).all()
    found = {f"{row.name} authority": _expires(row.certificate) for row in rows}
    for service in alive(c, tenant, "service", now):
        if service.certificate_expires is not None:
            name = f"certificate of {service.machine}"
            found[name] = min(service.certificate_expires, found.get(name, service.certificate_expires))
    return found


def _expires(pem: str) -> float:
    from cryptography import x509  # large, and most commands need it for nothing

    return x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc.timestamp()


def size(c: Connection) -> int:
    """Bytes of the database."""
    if c.dialect.name == "sqlite":
        return (c.scalar(text("PRAGMA page_count")) or 0) * (c.scalar(text("PRAGMA page_size")) or 0)
    return c.scalar(text("SELECT pg_database_size(current_database())")) or 0


def room(database: Database) -> int | None:
    """Bytes that are free where the state's file is; None for a server, whose disk is its own affair."""
    if not database.is_sqlite:
        return None
    return shutil.disk_usage(Path(database.url.removeprefix("sqlite:///")).parent).free
