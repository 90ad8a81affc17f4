"""The worker process: it begins, waits, ends, and outlives what happens to the database."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from ropeway.control.in_process import InProcess, open_control
from ropeway.model.job import JobSettings, Schedule, SourceSettings
from ropeway.model.secret import Secret
from ropeway.service.work.process import Exit
from ropeway.service.work.settings import WorkerSettings, to_line
from ropeway.store.database import Database
from ropeway.store.schema import upgrade
from ropeway.store.service_tables import process
from tests.crash.conftest import staffed
from tests.crash.working import a_worker, lives, orphan, wait
from tests.fixtures.postgres import PostgresServer
from tests.unit.engine_company import Company

pytestmark = pytest.mark.slow
Make = Callable[[str, Company], None]


@contextmanager
def looking_at(url: str) -> Iterator[InProcess]:
    control = open_control(url)
    try:
        yield control
    finally:
        control.close()


def people(control: InProcess) -> int:
    return len(control.list_objects("users", limit=1000))


def workers(url: str) -> list[str]:
    database = Database(url)
    with database.read() as c:
        found = list(c.execute(select(process.c.id).where(process.c.role == "worker")).scalars())
    database.close()
    return found


def test_a_worker_runs_what_is_there_and_ends_in_order_when_it_is_asked_to(
    tmp_path: Path, new_job: Make, database_url: str
) -> None:
    company = staffed(tmp_path / "company.ldif", people=40)
    new_job(database_url, company)
    with looking_at(database_url) as control, a_worker(database_url) as worker:
        wait(lambda: people(control) == 41)
        company.person("Newcomer")
        company.write()
        wait(lambda: people(control) == 42)
        assert [str(worker.pid) in name for name in workers(database_url)] == [True]
        assert worker.stop() == Exit.ENDED
        assert control.job("Contoso").running is None
    assert workers(database_url) == []


def test_asked_to_end_in_the_midst_of_a_large_import_it_does_not_wait_for_its_end(
    tmp_path: Path, new_job: Make, database_url: str
) -> None:
    new_job(database_url, staffed(tmp_path / "company.ldif", people=6000))
    with looking_at(database_url) as control, a_worker(database_url) as worker:
        wait(lambda: sum(control.job("Contoso").entries.values()) > 500)
        assert worker.stop() == Exit.ENDED
        view = control.job("Contoso")
        assert (view.last_success, [problem.code for problem in view.problems]) == (None, ["job-interrupted"])


def test_a_worker_ends_when_its_parent_is_killed(tmp_path: Path, new_job: Make) -> None:
    url = f"sqlite:///{tmp_path}/ropeway.db"
    new_job(url, staffed(tmp_path / "company.ldif", people=40))
    pid = orphan(url)
    wait(lambda: not lives(pid))


PROGRAM = """
import sys, threading, time
from ropeway.service.work.process import main

def work(settings, stop):
    threading.Thread(target=lambda: 1 / 0).start()
    while not stop():
        time.sleep(0.01)

sys.exit(main(work))
"""


def test_a_worker_of_which_a_thread_died_ends_so_that_another_one_is_started() -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(to_line(WorkerSettings(Secret(""))))
        process.stdin.flush()
        assert process.wait(30) == Exit.FAILED
        assert b"ZeroDivisionError" in process.stderr.read()


def test_a_state_of_another_version_is_refused_with_a_code_that_says_so(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    upgrade(database, "0001")
    database.close()
    with a_worker(empty_database_url) as worker:
        assert worker.wait(60) == Exit.UNUSABLE


@pytest.mark.postgres
def test_a_database_that_is_gone_for_a_while_is_waited_for_and_told_of_once(
    tmp_path: Path, new_job: Make, postgres_url: str, postgres_server: PostgresServer, capfd: pytest.CaptureFixture[str]
) -> None:
    company = staffed(tmp_path / "company.ldif", people=40)
    new_job(postgres_url, company)
    with a_worker(postgres_url) as worker:
        with looking_at(postgres_url) as control:
            wait(lambda: people(control) == 41)
        postgres_server.stop()
        time.sleep(5)  # for several attempts
        company.person("Newcomer")
        company.write()
        postgres_server.start()
        with looking_at(postgres_url) as control:
            wait(lambda: people(control) == 42)
        assert worker.stop() == Exit.ENDED
    said = capfd.readouterr().err
    assert (said.count("database-trouble"), said.count("The database is back.")) == (1, 1)
    assert "Traceback" not in said


def test_a_full_disk_is_told_of_once_and_the_job_goes_on_when_there_is_space(
    tmp_path: Path, new_job: Make, capfd: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/ropeway.db"
    company = staffed(tmp_path / "company.ldif", people=40)
    new_job(url, company)
    with looking_at(url) as control, a_worker(url) as worker:
        wait(lambda: people(control) == 41)
        resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
        company.person("Newcomer")
        company.write()
        said = ""

        def told() -> bool:
            nonlocal said
            said += capfd.readouterr().err
            return " error " in said

        wait(told)
        resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        wait(lambda: people(control) == 42)
        assert worker.stop() == Exit.ENDED
    said += capfd.readouterr().err
    assert said.count(" error ") == 1
    assert "Traceback" not in said


def test_a_job_with_a_schedule_is_run_when_somebody_asks_and_by_nobody_else(tmp_path: Path, database_url: str) -> None:
    company = staffed(tmp_path / "company.ldif", people=40)
    with looking_at(database_url) as control, a_worker(database_url):
        source = SourceSettings("ldif", {"path": str(company.path)})
        control.create_job(JobSettings("Contoso", source, schedule=Schedule(every=86400.0)))
        wait(lambda: people(control) == 41)
        company.person("Newcomer")
        company.write()
        control.restart_job("Contoso", ["Watermark"])
        wait(lambda: people(control) == 42)
