"""Metrics read from the database: the same from whichever service process answers."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from ropeway.model.job import JobStatus
from ropeway.service.operating.metrics.catalogue import FIGURES
from ropeway.service.operating.patience import hurried
from ropeway.service.parts import Parts
from ropeway.store import agenda, backups, tenants, vitals
from ropeway.store.database import Database
from ropeway.store.job_vitals import JobVitals, job_vitals
from ropeway.store.tenants import HOME
from ropeway.store.vitals import AGENT_STATES, Heard

SHOWN_FOR = 3600.0
"""Seconds for which a process that is gone without a word is still shown."""


class Sample(NamedTuple):
    """A value of a metric."""

    metric: str
    labels: tuple[str, ...]
    value: float


class Figures(Collector):
    """What is in `catalogue.FIGURES`, as it is at each scrape: everything, or one tenant's alone."""

    def __init__(self, parts: Parts, *, own: bool = False) -> None:
        self._parts, self._own = parts, own

    def collect(self) -> Iterable[Metric]:
        """The families with their samples; where the database is away, that and nothing else."""
        families = {m.name: GaugeMetricFamily(m.name, m.says, labels=m.labels) for m in FIGURES}
        for sample in self._samples():
            families[sample.metric].add_metric(sample.labels, sample.value)
        return [family for family in families.values() if family.samples]

    def _samples(self) -> list[Sample]:
        began, now = time.perf_counter(), self._parts.clock()
        try:
            with hurried(self._parts.database) as c:
                found = list(self._found(c, now))
        except (SQLAlchemyError, OSError):
            return [Sample("ropeway_database_up", (), 0)]
        spent = time.perf_counter() - began
        return [*found, Sample("ropeway_database_up", (), 1), Sample("ropeway_scrape_seconds", (), spent)]

    def _found(self, c: Connection, now: float) -> Iterator[Sample]:
        if not self._own:
            yield from _house(c, self._parts.database, now)
        for of in tenants.every(c):
            if not self._own or of.number == self._parts.tenant:
                yield from (one._replace(labels=(of.name, *one.labels)) for one in of_tenant(c, of.number, now))


def _house(c: Connection, database: Database, now: float) -> Iterator[Sample]:
    kind = "sqlite" if database.is_sqlite else "postgresql"
    yield Sample("ropeway_database_size_bytes", (kind,), vitals.size(c))
    if (free := vitals.room(database)) is not None:
        yield Sample("ropeway_state_free_bytes", (), free)
    if (last := backups.last(c, HOME)) is not None:
        yield Sample("ropeway_backup_age_seconds", (), now - last.time)
    yield from _processes(vitals.processes(c, HOME), now)


def of_tenant(c: Connection, tenant: int, now: float) -> Iterator[Sample]:
    """All samples of a tenant, without its label."""
    for name, expires in vitals.certificates(c, tenant, now).items():
        yield Sample("ropeway_certificate_expires_seconds", (name,), expires - now)
    yield Sample("ropeway_notifications_waiting", (), vitals.messages(c, tenant))
    for job in job_vitals(c, tenant, now):
        yield from _job(job, now)
        yield from _cycle(job, now)
    yield from _agents(vitals.agents(c, tenant), now)
    yield from _work(c, tenant, now)
    yield Sample("ropeway_queue_length", (), agenda.waiting(c, tenant, now))


def _job(job: JobVitals, now: float) -> Iterator[Sample]:
    name, standing = job.name, job.standing

    def one(metric: str, value: float, *labels: str) -> Sample:
        return Sample(f"ropeway_job_{metric}", (name, *labels), value)

    for status in JobStatus:
        yield one("status", status.value == job.status, status.value)
    yield one("running", job.running)
    yield one("last_success_age_seconds", now - (job.created if job.last_good is None else job.last_good))
    if job.interval is not None:
        yield one("interval_seconds", job.interval)
    yield one("failures_in_row", standing.failures_in_row)
    yield one("disabled", standing.disabled is not None)
    if standing.stopped is not None:
        yield one("stopped", 1, standing.stopped.error.code)
    if standing.quarantine is not None:
        yield one("quarantine", 1, standing.quarantine.reason.value)
        yield one("quarantine_age_seconds", now - standing.quarantine.series_began)
    yield one("due", job.due)
    yield one("pending_changes", job.pending)
    yield one("held_changes", job.held)
    yield one("holds", job.holds)
    for stage, count in job.escrowed.items():
        yield one("escrow", count, stage)


def _cycle(job: JobVitals, now: float) -> Iterator[Sample]:
    if job.last is None:
        return
    outcome = job.last.outcome

    def one(metric: str, value: float, *labels: str) -> Sample:
        return Sample(f"ropeway_job_cycle_{metric}", (job.name, *labels), value)

    yield one("age_seconds", now - job.last.ended)
    yield one("duration_seconds", job.last.ended - job.last.started)
    for stage, seconds in outcome.seconds.items():
        yield one("stage_seconds", seconds, stage)
    yield one("read", outcome.read)
    yield one("decided", outcome.decided)
    for kind, count in outcome.exported.items():
        yield one("exported", count, kind)
    yield one("failed", outcome.failed)
    yield one("waiting", outcome.waiting)


def _processes(found: list[Heard], now: float) -> Iterator[Sample]:
    alive = Counter({"service": 0, "worker": 0})
    alive.update(p.what for p in found if p.is_alive(now))
    for role, count in alive.items():
        yield Sample("ropeway_processes", (role,), count)
    for p in found:
        if now - p.seen < SHOWN_FOR:
            yield Sample("ropeway_process_heard_age_seconds", (p.what, p.where, p.name), now - p.seen)


def _agents(found: list[Heard], now: float) -> Iterator[Sample]:
    states = Counter((a.where, a.state(now)) for a in found)
    for domain in sorted({a.where for a in found}):
        for state in AGENT_STATES:
            yield Sample("ropeway_agents", (domain, state), states[domain, state])
    for (domain, name), seen in _newest(a for a in found if not a.what).items():
        yield Sample("ropeway_agent_heartbeat_age_seconds", (domain, name), now - seen)


def _newest(found: Iterable[Heard]) -> dict[tuple[str, str], float]:
    """Two agents of one name, registered after each other on one machine, are one line."""
    seen: dict[tuple[str, str], float] = {}
    for a in found:
        seen[a.where, a.name] = max(a.seen, seen.get((a.where, a.name), 0.0))
    return seen


def _work(c: Connection, tenant: int, now: float) -> Iterator[Sample]:
    for (domain, state), some in vitals.calls(c, tenant).items():
        yield Sample("ropeway_calls", (domain, state), some.rows)
        yield Sample("ropeway_call_oldest_age_seconds", (domain, state), now - some.oldest)
    errands = vitals.errands(c, tenant)
    for state in sorted({"open", "taken", *errands}):
        some = errands.get(state)
        yield Sample("ropeway_errands", (state,), some.rows if some else 0)
        if some:
            yield Sample("ropeway_errand_oldest_age_seconds", (state,), now - some.oldest)
