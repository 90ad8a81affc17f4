"""Figures of operations: a backup and a restore, as whole processes, and a scrape of /metrics."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, cast

from sqlalchemy import text

from benchmarks import tenant
from benchmarks.bench import Bench
from benchmarks.figure import Figure
from benchmarks.from_ldif import written
from benchmarks.machine import load
from benchmarks.process import ROPEWAY, Used, measured
from ropeway.control.in_process import TENANT
from ropeway.model.job import JobSettings
from ropeway.service.operating.metrics.figures import Figures
from ropeway.service.parts import Parts
from ropeway.store import jobs
from ropeway.store.database import Database

MEGABYTES = 150
"""A backup and a restore stay below, whatever the size of the state."""
JOBS = 100
SCRAPES = 20
SCRAPE = 100.0
"""Milliseconds."""


def measure(bench: Bench) -> Iterator[Figure]:
    """With the largest export that is not the longest: what is read of it does not matter here."""
    export = max(bench.sizes.exports, key=lambda wanted: wanted.people)
    path, people = written(bench, export), f"{export.people:,} users"
    with bench.throwaway("operating") as folder:
        state = folder / "state.db"
        tenant.prepare(state, tenant.of_file(path))
        bench.say(f"a state of {people}, for backup, restore and metrics")
        tenant.run_once(state)
        yield from _archive(bench, state, people)
        yield _scrape(bench, state, path, people)


def _archive(bench: Bench, state: Path, people: str) -> Iterator[Figure]:
    archive, copy, other = (state.with_name(name) for name in ("one.backup", "copy.db", "other.db"))
    bench.say(f"backup and restore of {state.stat().st_size / 1e6:.0f} MB")
    taken = measured([*ROPEWAY, "--state", str(state), "--quiet", "service", "backup", str(archive)])
    bare = _copied(state, copy)
    idle = measured([*ROPEWAY, "--state", str(state), "job", "list"]).megabytes
    yield from _both(f"backup of {people}", taken, bare, idle)
    put_back = measured([*ROPEWAY, "--state", str(other), "--quiet", "service", "restore", str(archive)])
    yield from _both(f"restore of {people}", put_back, bare, idle)
    yield Figure(what=f"backup of {people}: size", value=archive.stat().st_size / 1e6, unit="MB",
                 yardstick="the state's file", beside=state.stat().st_size / 1e6, load=load())  # fmt: skip


def _both(what: str, used: Used, bare: float, idle: float) -> Iterator[Figure]:
    yield Figure(what=f"{what}: time", value=used.wall, unit="s", yardstick="SQLite's own copy of the file",
                 beside=bare, load=load())  # fmt: skip
    yield Figure(what=f"{what}: memory", value=used.megabytes, unit="MB", yardstick="`ropeway job list`", beside=idle,
                 bound=MEGABYTES, load=load())  # fmt: skip


def _copied(state: Path, copy: Path) -> float:
    began = time.perf_counter()
    with sqlite3.connect(state) as source, sqlite3.connect(copy) as into:
        source.backup(into)
    return time.perf_counter() - began


def _scrape(bench: Bench, state: Path, path: Path, people: str) -> Figure:
    bench.say(f"metrics of {JOBS} jobs")
    database = Database(tenant.url(state))
    try:
        for number in range(1, JOBS):
            with database.write() as c:
                jobs.create(c, database, TENANT, JobSettings(f"Job {number}", tenant.of_file(path)), time.time())
        parts = Parts(TENANT, database, cast(Any, None), cast(Any, None), time.time, "")
        figures = Figures(parts)
        took = [_once(figures) for _ in range(SCRAPES)]
        bare = median(_count(database) for _ in range(SCRAPES))
    finally:
        database.close()
    return Figure(what=f"a scrape of {JOBS} jobs, {people}", value=median(took), unit="ms",
                  yardstick="counting the entries", beside=bare, bound=SCRAPE, load=load())  # fmt: skip


def _once(figures: Figures) -> float:
    began = time.perf_counter()
    list(figures.collect())
    return (time.perf_counter() - began) * 1000


def _count(database: Database) -> float:
    began = time.perf_counter()
    with database.read() as c:
        c.execute(text("SELECT count(*) FROM entry")).all()
    return (time.perf_counter() - began) * 1000
