"""Figure 9: what a worker needs for 1,000 jobs of which 200 are due each minute, and for a few that are not."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from benchmarks.bench import Bench
from benchmarks.figure import Figure
from benchmarks.machine import load
from ropeway.control.in_process import open_database
from ropeway.model.job import JobSettings, Schedule, SourceSettings
from ropeway.model.secret import Secret
from ropeway.service.work.process import start_worker
from ropeway.service.work.settings import WorkerSettings
from ropeway.store import jobs, lifecycle
from ropeway.store.database import Database

BOUND = 20.0
"""Percent of one core, for whatever agents add to it too (issue 4)."""

RARE, OFTEN = 7 * 86400.0, 30.0
BUSY, ALL, FEW = 100, 1000, 10
"""100 jobs every 30 seconds are 200 a minute."""

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
    """On a file, as `ropeway up` has it; once everybody was read."""
    bench.say(f"a worker with {ALL:,} jobs, of which {2 * BUSY} are due each minute")
    with bench.throwaway("due") as folder:
        busy = _share(folder / "busy.db", ALL, BUSY)
        idle = _share(folder / "idle.db", FEW, 0)
    yield Figure(what=f"{2 * BUSY} due jobs a minute among {ALL:,}, share of a core", value=busy, unit="%",
                 yardstick=f"{FEW} jobs, none due", beside=idle, bound=BOUND, load=load())  # fmt: skip


def _share(state: Path, count: int, busy: int) -> float:
    """Percent of one core over a minute."""
    url = f"sqlite:///{state}"
    database = open_database(url)
    _fill(database, state.with_suffix(".ldif"), count, busy)
    worker = start_worker(WorkerSettings(Secret(url)))
    try:
        time.sleep(2 * OFTEN)  # until the busy ones were read, and are due at times of their own
        before = _used(worker.pid)
        time.sleep(60.0)
        return (_used(worker.pid) - before) / 60.0 * 100.0
    finally:
        worker.stop()
        database.close()


def _fill(database: Database, file: Path, count: int, busy: int) -> None:
    file.write_text(PERSON)
    source, now = SourceSettings("ldif", {"path": str(file)}), time.time()
    for number in range(count):
        every = OFTEN if number < busy else RARE
        settings = JobSettings(f"Job {number}", source, schedule=Schedule(every=every))
        last = now - OFTEN * (1 - number / busy) if number < busy else now
        with database.write() as c:
            row = jobs.create(c, database, 1, settings, now)
            lifecycle.change_standing(
                c, row.number, lambda how, at=last: msgspec.structs.replace(how, last_run=at), now
            )


def _used(pid: int) -> float:
    """Processor seconds so far (proc(5): utime and stime)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
