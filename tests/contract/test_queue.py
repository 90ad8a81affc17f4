"""What both queues promise: one running cycle per job, none lost, none too many, whoever dies."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest

from ropeway.control.in_process import open_control
from ropeway.control.queueing.queue import Queue
from ropeway.model.job import JobSettings, JobStatus, Schedule, SourceSettings
from ropeway.store import jobs
from ropeway.store.database import Database
from ropeway.store.rows import Key
from tests.contract.queue_worker import QUEUES, Cycles, Line, lines, process, working

KINDS = [
    "sqlite scheduler",
    pytest.param("postgresql scheduler", marks=pytest.mark.postgres),
    pytest.param("postgresql procrastinate", marks=pytest.mark.postgres),
]


class Office:
    """A state with jobs that run when somebody asks, and a queue for them."""

    def __init__(self, url: str, kind: str, folder: Path) -> None:
        self.url, self.kind, self.file = url, kind, folder / "cycles"
        open_control(url).close()
        self.database = Database(url)
        self.queue: Queue = QUEUES[kind](self.database, 1)
        self.cycles = Cycles(self.database, self.file)

    def job(self, name: str) -> int:
        settings = JobSettings(name, SourceSettings("ldif", {"path": "/nowhere"}), schedule=Schedule(off=True))
        with self.database.write() as c:
            return jobs.create(c, self.database, 1, settings, time.time()).number

    def seen(self, what: str, job: int) -> list[Line]:
        return [line for line in lines(self.file) if (line.what, line.job) == (what, job)]

    def wait_for(self, what: str, job: int, times: int = 1, seconds: float = 30.0) -> Line:
        wait(lambda: len(self.seen(what, job)) >= times, seconds)
        return self.seen(what, job)[times - 1]

    def settled(self, job: int) -> int:
        """How often the job ran, once a job that was asked for after it has run as well."""
        with self.database.read() as c:
            last = max(row.number for row in jobs.every(c, 1))
        before = len(self.seen("end", last))
        self.queue.ask(last)
        self.wait_for("end", last, before + 1)
        return len(self.seen("begin", job))


def wait(happened: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture(params=KINDS)
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    database, kind = request.param.split()
    url = f"sqlite:///{tmp_path}/ropeway.db" if database == "sqlite" else request.getfixturevalue("postgres_url")
    opened = Office(url, kind, tmp_path)
    yield opened
    opened.database.close()


def test_asked_twice_before_it_began_it_runs_once(office: Office) -> None:
    sales, last = office.job("sales"), office.job("last")
    office.queue.ask(sales)
    office.queue.ask(sales)
    with working(office.queue, office.cycles):
        office.wait_for("end", sales)
        assert office.settled(sales) == 1
    assert last


def test_asked_while_it_runs_it_runs_again(office: Office) -> None:
    sales, _ = office.job("sales"), office.job("last")
    office.cycles.seconds = 0.3
    with working(office.queue, office.cycles):
        office.queue.ask(sales)
        office.wait_for("begin", sales)
        office.queue.ask(sales)
        office.queue.ask(sales)
        office.wait_for("end", sales, times=2)
        assert office.settled(sales) == 2


def test_different_jobs_run_side_by_side(office: Office) -> None:
    numbers = [office.job(name) for name in ("sales", "service", "staff")]
    office.cycles.seconds = 1.0
    for number in numbers:
        office.queue.ask(number)
    with working(office.queue, office.cycles):
        ends = [office.wait_for("end", number) for number in numbers]
    begins = [office.seen("begin", number)[0] for number in numbers]
    assert max(begin.time for begin in begins) < min(end.time for end in ends)


def test_a_worker_that_waits_begins_at_once(office: Office) -> None:
    sales, _ = office.job("sales"), office.job("last")
    took: list[float] = []
    with working(office.queue, office.cycles):
        office.settled(sales)
        for number in range(1, 8):
            asked = time.time()
            office.queue.ask(sales)
            took.append(office.wait_for("begin", sales, times=number).time - asked)
            office.settled(sales)
    assert sorted(took)[3] < 0.2


def test_asked_to_stop_it_finishes_what_runs_and_begins_nothing(office: Office) -> None:
    sales, staff = office.job("sales"), office.job("staff")
    office.cycles.seconds = 0.5
    with working(office.queue, office.cycles) as stop:
        office.queue.ask(sales)
        office.wait_for("begin", sales)
        stop()
        time.sleep(0.25)  # a look at `stop` later
        office.queue.ask(staff)
    assert (len(office.seen("end", sales)), office.seen("begin", staff)) == (1, [])
    with working(office.queue, office.cycles):
        office.wait_for("end", staff)


def test_a_job_that_fails_stops_no_other_and_is_tried_again(office: Office) -> None:
    sales, staff = office.job("sales"), office.job("staff")
    office.cycles.raising.add(sales)
    with working(office.queue, office.cycles):
        office.queue.ask(sales)
        office.wait_for("raise", sales)
        office.queue.ask(staff)
        office.wait_for("end", staff)
        office.wait_for("raise", sales, times=2)
        office.cycles.raising.clear()
        office.wait_for("end", sales)
    began = [line.time for line in office.seen("begin", sales)]
    assert all(later - sooner > 0.9 for sooner, later in pairwise(began))


def test_a_job_that_is_deleted_or_paused_meanwhile_is_left_alone(office: Office) -> None:
    gone, resting, last = office.job("gone"), office.job("resting"), office.job("last")
    for number in (gone, resting):
        office.queue.ask(number)
    with office.database.write() as c:
        jobs.set_status(c, resting, JobStatus.PAUSED)
    jobs.erase(office.database, Key(tenant=1, job=gone))
    office.queue.ask(gone)
    with working(office.queue, office.cycles):
        assert (office.settled(gone), office.settled(resting)) == (0, 0)
        with office.database.write() as c:
            jobs.set_status(c, resting, JobStatus.ACTIVE)
        office.wait_for("end", resting)
    assert last


@pytest.mark.slow
def test_two_processes_run_a_job_one_after_the_other(office: Office) -> None:
    numbers = [office.job(name) for name in ("sales", "service", "staff")]
    with ExitStack() as workers:
        for _ in range(2):
            workers.enter_context(process(office.url, office.kind, office.file, 0.05))
        until = time.monotonic() + 8
        while time.monotonic() < until or not _all_ran(office, numbers):
            for number in numbers:
                office.queue.ask(number)
            time.sleep(0.02)
            assert time.monotonic() < until + 60
        told = len(lines(office.file))
        wait(lambda: len(lines(office.file)) > told)
    for number in numbers:
        ran = [line for line in lines(office.file) if line.job == number]
        assert [line.what for line in ran] == ["begin", "end"] * (len(ran) // 2)


def _all_ran(office: Office, numbers: list[int]) -> bool:
    """Each job often, by both processes, however busy the machine is."""
    told = lines(office.file)
    often = all(sum(line.job == number for line in told) > 10 for number in numbers)
    return often and len({line.process for line in told}) == 2


@pytest.mark.slow
def test_what_a_worker_had_that_was_killed_is_taken_over(office: Office) -> None:
    sales, staff = office.job("sales"), office.job("staff")
    with process(office.url, office.kind, office.file, 600.0) as first:
        office.queue.ask(sales)
        begun = office.wait_for("begin", sales)
        os.kill(first.pid, signal.SIGKILL)
        killed = time.time()
        office.queue.ask(staff)
        first.wait()
        with process(office.url, office.kind, office.file, 0.0):
            office.wait_for("end", staff)
            taken = office.wait_for("end", sales, seconds=60)
    assert begun.process != taken.process
    print(f"{office.kind} on {office.url.partition(':')[0]}: taken over after {taken.time - killed:.1f} s")
