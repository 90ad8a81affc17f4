"""Workers killed at random, again and again, while three companies change: nothing lost, nothing done twice."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ropeway.control.in_process import open_control
from ropeway.model.job import Guard, Guards, JobSettings, Schedule, SourceSettings
from ropeway.service.work.process import Worker
from ropeway.service.work.queues import queue_of
from ropeway.store import jobs
from ropeway.store.database import Database
from tests.crash.picture import picture
from tests.crash.working import a_worker, wait
from tests.fixtures.postgres import PostgresServer
from tests.unit.engine_company import Company, Thing

pytestmark = pytest.mark.slow
SECONDS = 20.0
JOBS = ("Contoso", "Fabrikam", "Adatum")
"""The first polls, the others run when somebody asks."""

ANYTHING = Guard(most=10**6, at_least=10**6)
NO_GUARDS = Guards(ANYTHING, ANYTHING, ANYTHING, ANYTHING)


@dataclass
class Firm:
    """One of the companies, with its own people and GUIDs."""

    name: str
    company: Company
    staff: list[Thing] = field(default_factory=list)
    leavers: list[Thing] = field(default_factory=list)
    groups: list[Thing] = field(default_factory=list)

    def found(self) -> None:
        self.staff = [self.company.person(f"{self.name} {n}", department="D0") for n in range(120)]
        self.leavers = [self.company.person(f"{self.name} Leaver {n}") for n in range(10)]
        self.groups = [self.company.group(f"{self.name} Team {n}", self.staff[n * 10 : n * 10 + 40]) for n in range(4)]
        self.company.write()

    def change(self, chance: random.Random) -> None:
        """What ends the same however many of the steps in between somebody saw."""
        if chance.random() < 0.3:
            self.staff.append(self.company.person(f"{self.name} {self.company.last}"))
        if self.leavers and chance.random() < 0.2:
            self.company.remove(self.leavers.pop())
        for person in chance.sample(self.staff, 8):
            person.values["department"] = f"D{chance.randrange(100)}"
            person.links["manager"] = [chance.choice(self.staff).number]
        chance.choice(self.groups).links["member"] = [one.number for one in chance.sample(self.staff, 40)]
        self.company.write()


@pytest.fixture
def firms(tmp_path: Path) -> list[Firm]:
    made = [Firm(name, Company(tmp_path / f"{name}.ldif", last=1000 * (n + 1))) for n, name in enumerate(JOBS)]
    for firm in made:
        firm.found()
    return made


def with_jobs(url: str, firms: list[Firm]) -> str:
    control = open_control(url)
    control.add_domain("contoso.test")
    control.verify_domain("contoso.test")
    for firm in firms:
        schedule = Schedule() if firm.name == JOBS[0] else Schedule(every=86400.0)
        source = SourceSettings("ldif", {"path": str(firm.company.path)})
        control.create_job(JobSettings(firm.name, source, schedule=schedule, guards=NO_GUARDS))
    control.close()
    return url


def run_all(url: str) -> None:
    control = open_control(url)
    for name in JOBS:
        control.run_job(name)
    control.close()


def whole_picture(url: str) -> dict[str, Any]:
    control = open_control(url)
    views = [control.job(name) for name in JOBS]
    control.close()
    told = {view.name: (view.entries, view.linked, view.due, view.pending, view.held, view.escrowed) for view in views}
    ours = {"running", "status", "problems"}  # the polling job is kept while we look
    return {k: v for k, v in picture(url).items() if k not in ours} | told


class Ward:
    """So many workers; for each that is killed another is started."""

    def __init__(self, url: str, count: int) -> None:
        self._url = url
        self._open = ExitStack()
        self._workers = [self._begin() for _ in range(count)]
        self.killed = 0

    def _begin(self) -> Worker:
        return self._open.enter_context(a_worker(self._url))

    def kill_one(self, chance: random.Random) -> None:
        victim = chance.randrange(len(self._workers))
        self.look()
        self._workers[victim].kill()
        self._workers[victim].wait()
        self._workers[victim] = self._begin()
        self.killed += 1

    def look(self) -> None:
        """Whoever was not killed is still there."""
        ended = [worker.poll() for worker in self._workers]
        assert not any(code is not None for code in ended), f"a worker ended by itself: {ended}"

    def close(self) -> None:
        self._open.close()


def survive(url: str, undisturbed: str, firms: list[Firm], workers: int) -> int:
    """SECONDS of changes and kills, and then peace until all was read; how many were killed."""
    chance = random.Random(20260131)
    database = Database(url)
    queue = queue_of(database, 1)
    with database.read() as c:
        asked = [row.number for row in jobs.every(c, 1) if row.name != JOBS[0]]
    ward = Ward(url, workers)
    try:
        until, next_kill = time.monotonic() + SECONDS, time.monotonic() + 2.0
        while time.monotonic() < until:
            chance.choice(firms).change(chance)
            for number in asked:
                queue.ask(number)
            if time.monotonic() > next_kill:
                ward.kill_one(chance)
                next_kill = time.monotonic() + chance.uniform(0.3, 2.5)
            time.sleep(chance.uniform(0.05, 0.4))
        for number in asked:
            queue.ask(number)
        wait(lambda: ward.look() or all(is_still(url, name) for name in JOBS), 120)
        run_all(undisturbed)
        with suppress(AssertionError):  # whoever looks afterwards says what is different
            wait(lambda: whole_picture(url) == whole_picture(undisturbed))
    finally:
        ward.close()
        database.close()
    return ward.killed


def is_still(url: str, name: str) -> bool:
    """Whether the job has read its file as it is now, and has nothing to do."""
    control = open_control(url)
    try:
        row = control._row(name)  # pyright: ignore[reportPrivateUsage]
        view = control.job(name)
        busy = row.standing.run_now or row.standing.owed or view.due or view.pending
        age = time.time() - Path(str(view.settings.source.settings["path"])).stat().st_mtime
        return not busy and age > 3.0 and (name == JOBS[0] or view.running is None)
    finally:
        control.close()


def check(url: str, undisturbed: str, firms: list[Firm], workers: int) -> None:
    for each in (url, undisturbed):
        with_jobs(each, firms)
        run_all(each)
    assert survive(url, undisturbed, firms, workers) > 5
    assert whole_picture(url) == whole_picture(undisturbed)


@pytest.fixture
def two_databases(postgres_server: PostgresServer) -> Iterator[tuple[str, str]]:
    names = ("killed", "in_peace")
    yield tuple(postgres_server.create(name) for name in names)  # type: ignore[misc]
    for name in names:
        postgres_server.drop(name)


@pytest.mark.postgres
def test_two_workers_on_postgresql_end_where_an_undisturbed_run_does(
    firms: list[Firm], two_databases: tuple[str, str]
) -> None:
    check(*two_databases, firms, workers=2)


def test_one_worker_on_a_file_ends_where_an_undisturbed_run_does(tmp_path: Path, firms: list[Firm]) -> None:
    check(f"sqlite:///{tmp_path}/killed.db", f"sqlite:///{tmp_path}/in_peace.db", firms, workers=1)
