"""Figure 3: one member added to a group of 250,000, with a source in this process: state and hub are the real ones.

The last one added is the 250,000th: a cloud takes no more, and a larger group would be set aside.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import connect
from statistics import median

from benchmarks.bench import Bench
from benchmarks.counting import rows_written
from benchmarks.figure import Figure
from benchmarks.machine import load
from benchmarks.members import Members
from benchmarks.tenant import JOB, hub, url
from ropeway.control.holder import a_run
from ropeway.control.in_process import TENANT
from ropeway.engine.cycle import Cycle
from ropeway.engine.records import Outcome
from ropeway.engine.work import Work
from ropeway.model.job import JobSettings, SourceSettings
from ropeway.rules import compile_rules, load_schema
from ropeway.store import jobs
from ropeway.store.database import Database
from ropeway.store.schema import prepare
from ropeway.store.state import SqlState

BOUND = 100.0
TIMES = 20
WRITTEN = {"link": 2, "directory_link": 1}
"""Of links: one row in the state, seen and then confirmed, and one in the directory."""


def measure(bench: Bench) -> Iterator[Figure]:
    """The whole cycle, beside one row in one transaction."""
    wanted = bench.sizes.members
    source = Members(wanted, wanted - TIMES)
    bench.say(f"a group of {wanted:,} in the hub, about {wanted / 1000:.0f} s")
    with bench.throwaway("hub") as folder, working(folder / "state.db", source) as (work, database):
        outcome = _cycle(work)
        if outcome.exported.get("create") != wanted + 1:
            raise RuntimeError(f"{outcome.exported} exported instead of {wanted + 1} objects")
        _cycle(work)
        with rows_written(database) as rows:
            taken = [_one(work, source, rows) for _ in range(TIMES)]
        bare = _plain(folder / "plain.db", wanted)
    yield Figure(what=f"one member more in a group of {wanted:,}, hub and state", value=median(taken) * 1000, unit="ms",
                 yardstick="one row, one transaction", beside=bare * 1000, bound=BOUND, load=load())  # fmt: skip


@contextmanager
def working(state: Path, source: Members) -> Generator[tuple[Work, Database]]:
    """A job with a source of our own: the parts of its cycles, its lease held."""
    database = Database(url(state))
    try:
        prepare(database)
        directory = hub(database)
        settings = JobSettings(JOB, SourceSettings("active-directory"))
        with database.write() as connection:
            row = jobs.create(connection, database, TENANT, settings, time.time())
        held = SqlState(database, TENANT, row.number)
        with a_run() as holder:
            held.acquire(holder, [])
            rules = compile_rules(load_schema(None, "active-directory"))
            yield Work(settings, rules, source, directory.target(row.number, precedence=100), held), database
            held.release()
    finally:
        database.close()


def _cycle(work: Work) -> Outcome:
    """A cycle of its own number, as a running job does it."""
    return Cycle(Work(work.settings, work.rules, work.source, work.target, work.state)).run()


def _one(work: Work, source: Members, rows: Counter[str]) -> float:
    source.members += 1
    rows.clear()
    began = time.perf_counter()
    outcome = _cycle(work)
    took = time.perf_counter() - began
    if outcome.read != 1 or rows != WRITTEN:
        raise RuntimeError(f"one member was added, but {outcome.read} read and {dict(rows)} rows written")
    return took


def _plain(path: Path, rows: int) -> float:
    """Seconds to add one row to as many in SQLite, in a transaction of its own."""
    database = connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=NORMAL")
    database.execute("CREATE TABLE link (owner INTEGER, other TEXT, PRIMARY KEY (owner, other)) WITHOUT ROWID")
    database.execute("BEGIN")
    database.executemany("INSERT INTO link VALUES (1, ?)", ((f"{n:036x}",) for n in range(rows)))
    database.execute("COMMIT")
    taken: list[float] = []
    for n in range(rows, rows + TIMES):
        began = time.perf_counter()
        database.execute("INSERT INTO link VALUES (1, ?)", (f"{n:036x}",))
        taken.append(time.perf_counter() - began)
    database.close()
    return median(taken)
