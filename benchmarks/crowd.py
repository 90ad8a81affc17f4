"""Figure 7: what a service and its worker need for 1,000 connected agents and 200 due jobs a minute, together.

Each job is read through the agents of its domain, whose answers are those of a small file. One process simulates all
agents; what is measured is the processor time of `ropeway up` and its worker.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import msgspec

from benchmarks.bench import Bench
from benchmarks.crowd_agent import CrowdAgent, Place
from benchmarks.figure import Figure
from benchmarks.installation import LONGEST, Installation, installed, until
from benchmarks.machine import load
from benchmarks.process import cpu_seconds
from ropeway.control.in_process import TENANT
from ropeway.model.job import JobSettings, Schedule, SourceSettings
from ropeway.model.wire.sessions import HEARTBEAT
from ropeway.store import agents, jobs, lifecycle, processes, tokens
from ropeway.store.agents import AgentRow
from ropeway.store.database import Database

BOUND = 20.0
"""Percent of one core."""
DOMAINS = 100
RARE, OFTEN = 7 * 86400.0, 30.0
SECONDS = 60.0
SETTLING = 10.0
"""Seconds for what is done once, at the beginning."""

PERSON = """dn: DC=contoso,DC=test
objectClass: domainDNS
objectGUID:: AAAAAAAAAAAAAAAAAAAAAQ==

dn: CN=Ann,DC=contoso,DC=test
objectClass: user
objectGUID:: AAAAAAAAAAAAAAAAAAAAAg==
cn: Ann
sAMAccountName: ann
userPrincipalName: ann@contoso.test
"""


def measure(bench: Bench) -> Iterator[Figure]:
    """At rest, then with everybody."""
    count, total = bench.sizes.agents, bench.sizes.jobs
    busy = total // 10
    bench.say(f"{count:,} agents, and {2 * busy} due jobs a minute of {total:,}")
    with bench.throwaway("crowd") as folder:
        file = folder / "person.ldif"
        file.write_text(PERSON)
        with installed(folder, folder / "state.db") as service:
            rest = _share_now(service)
            sessions = _agents(service.database, count)
            _jobs(service.database, total, busy)
            share = asyncio.run(_crowd(service, file, sessions, busy))
            _require_work(service.database, busy)
    yield Figure(what=f"{count:,} agents and {2 * busy} due jobs a minute, share of a core", value=share, unit="%",
                 yardstick="no agent, no job", beside=rest, bound=BOUND, load=load())  # fmt: skip


def _share_now(service: Installation) -> float:
    until(lambda: _worker(service.database), "the worker has begun", LONGEST)
    time.sleep(SETTLING)
    before = cpu_seconds(service.pid)
    time.sleep(SECONDS / 3)
    return (cpu_seconds(service.pid) - before) / SECONDS * 300.0


async def _crowd(service: Installation, file: Path, sessions: list[str], busy: int) -> float:
    """Percent of one core over a minute, once all are connected and each busy job was read."""
    place, count = Place(service.url, service.trust(), file), len(sessions)
    work = [asyncio.create_task(CrowdAgent(place, token).live(n / count)) for n, token in enumerate(sessions)]
    try:
        await asyncio.sleep(HEARTBEAT)  # by then all are connected
        ends = time.monotonic() + LONGEST
        while _run(service.database) < busy:
            if time.monotonic() > ends:
                raise RuntimeError(f"only {_run(service.database)} of {busy} jobs were run")
            await asyncio.sleep(1)
        await asyncio.sleep(SETTLING)
        before = cpu_seconds(service.pid)
        await asyncio.sleep(SECONDS)
        share = (cpu_seconds(service.pid) - before) / SECONDS * 100.0
        for task in work:
            if task.done():
                task.result()
        return share
    finally:
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)


def _agents(database: Database, count: int) -> list[str]:
    """Registered agents, each with a session."""
    made, now = list[str](), time.time()
    with database.write() as c:
        for number in range(count):
            row = AgentRow(
                str(uuid4()), TENANT, f"vm{number}", _domain(number), "", uuid4().hex, now + 9e6, None, "", "",
                "info", now, now,
            )  # fmt: skip
            agents.add(c, row)
            made.append(tokens.issue(c, TENANT, "agent-session", row.subject, now=now, lifetime=3600).reveal())
    return made


def _jobs(database: Database, count: int, busy: int) -> None:
    """A tenth every 30 seconds, spread; the others were just read."""
    now = time.time()
    for number in range(count):
        every = OFTEN if number < busy else RARE
        source = SourceSettings("active-directory", {"domain": _domain(number)}, "agents")
        settings = JobSettings(f"Job {number}", source, schedule=Schedule(every=every))
        last = now + OFTEN * number / busy if number < busy else now
        with database.write() as c:
            row = jobs.create(c, database, TENANT, settings, now)
            lifecycle.change_standing(
                c, row.number, lambda how, at=last: msgspec.structs.replace(how, last_run=at), now
            )


def _domain(number: int) -> str:
    return f"domain{number % DOMAINS}.test"


def _require_work(database: Database, busy: int) -> None:
    """RuntimeError where the jobs were not run, or stopped."""
    done = _run(database)
    if done < busy:
        raise RuntimeError(f"only {done} of {busy} jobs were run")


def _run(database: Database) -> int:
    """How many of the busy jobs have read their domain, and lately."""
    with database.read() as c:
        rows = [row for row in jobs.every(c, TENANT) if row.settings.schedule.every == OFTEN]
    return sum(row.watermark is not None and (row.standing.last_run or 0) > time.time() - 3 * OFTEN for row in rows)


def _worker(database: Database) -> bool:
    with database.read() as c:
        return bool(processes.alive(c, TENANT, "worker", time.time()))
