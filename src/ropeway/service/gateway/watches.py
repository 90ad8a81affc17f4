"""The calls that stay: one for each job that asks its domain all the time, and is read through agents."""

from __future__ import annotations

import msgspec

from ropeway.engine.lifecycle.schedule import is_ready
from ropeway.model.job import JobStatus
from ropeway.model.wire.calls import Arguments
from ropeway.service.gateway.settings import domain_of, travelling
from ropeway.store import calls, jobs
from ropeway.store.calls import WATCH, Order
from ropeway.store.database import Database
from ropeway.store.jobs import JobRow


def keep_watches(database: Database, tenant: int, now: float) -> None:
    """Ask for the watches that jobs need, and withdraw those that none needs."""
    with database.read() as c:
        needed = {row.number: _order(tenant, row) for row in jobs.every(c, tenant) if _polls(row)}
        there = calls.watches(c, tenant)
    stale = [job for job, (_, body, domain) in there.items() if not _is(needed.get(job), body, domain)]
    missing = [order for job, order in needed.items() if job not in there or job in stale]
    if not stale and not missing:
        return
    with database.write() as c:
        for job in stale:
            calls.withdraw(c, there[job][0])
        for order in missing:
            calls.ask_watch(c, database, order, now)


def _polls(row: JobRow) -> bool:
    source = row.settings.source
    through_agents = source.kind == "active-directory" and source.through == "agents"
    asks = row.status != JobStatus.PAUSED.value and row.settings.schedule.every is None
    return through_agents and asks and is_ready(row.settings, row.standing)


def _order(tenant: int, row: JobRow) -> Order:
    settings = row.settings.source.settings
    arguments = msgspec.msgpack.encode(Arguments(settings=travelling(settings)))
    return Order(tenant, domain_of(settings), row.number, WATCH, arguments)


def _is(order: Order | None, body: bytes, domain: str) -> bool:
    return order is not None and (order.body, order.domain) == (body, domain)
