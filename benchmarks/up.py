"""Figure 6: how soon `ropeway up` answers, and how long an answer takes while a synchronization runs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median, quantiles

import httpx2
from sqlalchemy import func, select

from benchmarks import tenant
from benchmarks.bench import Bench
from benchmarks.figure import Figure
from benchmarks.from_ldif import written
from benchmarks.installation import Installation, installed
from benchmarks.machine import load
from benchmarks.process import measured
from ropeway.control.in_process import TENANT
from ropeway.store import tokens
from ropeway.store.tables import cycle

ANSWERS_WITHIN = 2.0
"""Seconds."""
STARTS = 5
AT_REST = 200
BARE = "import uvicorn, starlette, sqlalchemy, alembic, cryptography.x509, msgspec"
ASKED = "/v1.0/servicePrincipals?$top=10"


def measure(bench: Bench) -> Iterator[Figure]:
    """The start, then the answers."""
    bench.say(f"{STARTS} starts of `ropeway up`")
    with bench.throwaway("starts") as folder:
        first, again, bare = list[float](), list[float](), list[float]()
        for number in range(STARTS):
            state = folder / f"{number}.db"
            first.append(_start(folder, state))
            again.append(_start(folder, state))
            bare.append(measured([sys.executable, "-c", BARE]).wall)
    for what, times in (("on a new state", first), ("on a state that is there", again)):
        yield Figure(what=f"`ropeway up` answers, {what}", value=median(times), unit="s",
                     yardstick="Python with its libraries", beside=median(bare), bound=ANSWERS_WITHIN,
                     load=load())  # fmt: skip
    yield from _answers(bench)


def _start(folder: Path, state: Path) -> float:
    """Seconds until a request was answered over TLS."""
    began = time.monotonic()
    with installed(folder, state) as service:
        told = time.monotonic()
        client = _client(service)
        ready = time.monotonic()
        client.get("/healthz").raise_for_status()
        took = told - began + time.monotonic() - ready
        client.close()
        service.authority.unlink()
    return took


def _client(service: Installation) -> httpx2.Client:
    return httpx2.Client(base_url=service.url, verify=service.trust(), trust_env=False, timeout=30)


def _answers(bench: Bench) -> Iterator[Figure]:
    export = bench.sizes.exports[0]
    path = written(bench, export)
    bench.say(f"answers while {export.people:,} users are synchronized")
    with bench.throwaway("answers") as folder, installed(folder, folder / "state.db") as service:
        ask = _asking(service)
        rest = [ask() for _ in range(AT_REST)]
        tenant.add_job(service.control, tenant.of_file(path))
        busy = list[float]()
        while not _is_over(service):
            busy.append(ask())
            time.sleep(0.02)  # somebody asks 30 times a second or so
    for name, of in (("median", median), ("95th percentile", _high)):
        yield Figure(what=f"an answer while {export.people:,} users are synchronized: {name}", value=of(busy),
                     unit="ms", yardstick="at rest", beside=of(rest), load=load())  # fmt: skip


def _asking(service: Installation) -> Callable[[], float]:
    with service.database.write() as c:
        token = tokens.issue(c, TENANT, "administrator", "benchmark", now=time.time(), lifetime=3600.0)
    client = _client(service)
    headers = {"Authorization": f"Bearer {token.reveal()}"}

    def ask() -> float:
        began = time.perf_counter()
        client.get(ASKED, headers=headers).raise_for_status()
        return (time.perf_counter() - began) * 1000

    ask()
    return ask


def _is_over(service: Installation) -> bool:
    with service.database.read() as c:
        return bool(c.execute(select(func.count()).select_from(cycle).where(cycle.c.ended.is_not(None))).scalar())


def _high(values: list[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[-1]
