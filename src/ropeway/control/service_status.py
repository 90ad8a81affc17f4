"""How an installation is, and what of that needs a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version
from typing import NamedTuple

from sqlalchemy import Connection

from ropeway.control.service_views import AgentsView, BackupView, JobStateView, ProcessView, ServiceView
from ropeway.control.views import iso
from ropeway.model.problems import Problem, describe
from ropeway.store import backups, vitals
from ropeway.store.backups import Backup
from ropeway.store.database import Database
from ropeway.store.job_vitals import JobVitals, job_vitals
from ropeway.store.schema import version_of
from ropeway.store.tenants import HOME
from ropeway.store.vitals import AgentState, Heard, Waiting

DAY = 86400.0
OVERDUE = 7200.0
"""Seconds without a good cycle of a job that runs by itself (Connect Health: "health data older than 2 h")."""
WAITED = 60.0
"""Seconds after which an errand should have been taken."""
BACKUP_EVERY = 8 * DAY
"""A weekly backup, with a day to spare."""
CERTIFICATE_WITHIN = 30 * DAY
ROOM = 200 << 20
"""Bytes that should be free beside as many as the state has: for a backup, or the write-ahead log of a large run."""


class _Found(NamedTuple):
    """What was read of the state at one moment."""

    now: float
    jobs: list[JobVitals]
    processes: list[Heard]
    agents: list[Heard]
    errands: dict[str, Waiting]
    certificates: dict[str, float]
    backup: Backup | None
    size: int
    free: int | None


def service_view(database: Database, tenant: int, now: float) -> ServiceView:
    """What concerns a tenant; the house itself (machines, disk, backups) is shown to the first one alone."""
    is_home = tenant == HOME
    with database.snapshot() as c:
        found = _read(c, database, tenant, now)
        schema, messages = version_of(c) or "", vitals.messages(c, tenant)
    return ServiceView(
        version=version("ropeway"),
        database="sqlite" if database.is_sqlite else "postgresql",
        schema=schema,
        size=found.size if is_home else 0,
        free=found.free if is_home else None,
        processes=tuple(_process(p, now) for p in found.processes) if is_home else (),
        jobs=tuple(_job(job) for job in found.jobs),
        agents=tuple(_agents(found.agents, now)),
        errands={state: waiting.rows for state, waiting in found.errands.items()},
        messages=messages,
        certificates={name: iso(expires) or "" for name, expires in found.certificates.items()},
        last_backup=_backup(found.backup) if is_home else None,
        problems=tuple(_problems(found, is_home=is_home)),
    )


def _read(c: Connection, database: Database, tenant: int, now: float) -> _Found:
    return _Found(
        now=now,
        jobs=job_vitals(c, tenant, now),
        processes=vitals.processes(c, HOME),
        agents=vitals.agents(c, tenant),
        errands=vitals.errands(c, tenant),
        certificates=vitals.certificates(c, tenant, now),
        backup=backups.last(c, HOME),
        size=vitals.size(c),
        free=vitals.room(database),
    )


def _process(p: Heard, now: float) -> ProcessView:
    return ProcessView(
        role=p.what,
        machine=p.where,
        process=p.name,
        version=p.version,
        since=iso(p.since) or "",
        heard=iso(p.seen) or "",
        alive=p.is_alive(now),
    )


def _job(job: JobVitals) -> JobStateView:
    return JobStateView(
        name=job.name,
        status=job.status,
        running=job.running,
        last_good=iso(job.last_good),
        due=job.due,
        pending=job.pending,
        held=job.held,
        escrowed=sum(job.escrowed.values()),
    )


def _agents(found: list[Heard], now: float) -> Iterator[AgentsView]:
    for domain, states in _by_domain(found, now).items():
        seen = max((a.seen for a in found if a.where == domain and not a.what), default=None)
        yield AgentsView(
            domain=domain,
            active=states["active"],
            inactive=states["inactive"],
            removed=states["removed"],
            last_heard=iso(seen),
        )


def _by_domain(found: list[Heard], now: float) -> dict[str, Counter[AgentState]]:
    domains: dict[str, Counter[AgentState]] = {}
    for a in found:
        domains.setdefault(a.where, Counter())[a.state(now)] += 1
    return domains


def _backup(last: Backup | None) -> BackupView | None:
    if last is None:
        return None
    return BackupView(time=iso(last.time) or "", machine=last.machine, place=last.place, bytes=last.bytes)


def _problems(found: _Found, *, is_home: bool) -> Iterator[Problem]:
    """What needs a person, the most urgent first."""
    yield from _nobody_works(found)
    for job in found.jobs:
        yield from _of_job(job, found.now)
    for domain, states in _by_domain(found.agents, found.now).items():
        if states["inactive"]:
            code = "agents-silent" if states["active"] else "no-agent"
            yield Problem(code, object=domain, details={"count": str(states["inactive"])})
    open_ = found.errands.get("open")
    if open_ and found.now - open_.oldest > WAITED:
        yield Problem("errands-waiting", details={"count": str(open_.rows), "since": iso(open_.oldest) or ""})
    yield from _of_certificates(found)
    if is_home:
        yield from _of_the_house(found)


def _nobody_works(found: _Found) -> Iterator[Problem]:
    alive = any(p.what == "worker" and p.is_alive(found.now) for p in found.processes)
    meant = any(job.interval is not None for job in found.jobs)
    if meant and not alive and not any(job.running for job in found.jobs):
        yield Problem("worker-silent")


def _of_job(job: JobVitals, now: float) -> Iterator[Problem]:
    standing = job.standing
    if standing.disabled is not None or standing.quarantine is not None:
        reason = standing.quarantine.reason.value if standing.quarantine else ""
        code = "job-disabled" if standing.disabled is not None else "job-quarantine-lasts"
        since = standing.disabled or (standing.quarantine.series_began if standing.quarantine else now)
        yield Problem(code, job.name, details={"reason": reason, "since": iso(since) or ""})
    if standing.stopped is not None and standing.disabled is None:
        details = {"since": iso(standing.stopped.since) or "", "why": describe(standing.stopped.error)}
        yield Problem("job-stopped", job.name, details=details)
    elif standing.quarantine is None and standing.disabled is None and _is_overdue(job, now):
        yield Problem("job-overdue", job.name, details={"since": iso(job.last_good or job.created) or ""})
    if job.holds:
        yield Problem("changes-held", job.name, details={"count": f"{job.held:,}", "holds": str(job.holds)})


def _is_overdue(job: JobVitals, now: float) -> bool:
    return job.interval is not None and now - (job.last_good or job.created) > max(OVERDUE, 2 * job.interval)


def _of_certificates(found: _Found) -> Iterator[Problem]:
    for name, expires in found.certificates.items():
        if expires - found.now < CERTIFICATE_WITHIN:
            yield Problem("certificate-expires", object=name, details={"when": iso(expires) or ""})


def _of_the_house(found: _Found) -> Iterator[Problem]:
    if found.free is not None and found.free < found.size + ROOM:
        yield Problem("disk-low", details={"free": _mb(found.free), "size": _mb(found.size)})
    if found.jobs and (found.backup is None or found.now - found.backup.time > BACKUP_EVERY):
        yield Problem("backup-old", details={"since": (iso(found.backup.time) if found.backup else None) or "never"})


def _mb(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"
