"""PostgreSQL that goes away in the midst of a run, and a process that is killed while it works there."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from ropeway.control.in_process import open_control
from ropeway.control.protocol import CycleView
from tests.crash.child import JOB, Child
from tests.crash.conftest import busy_day, finish, staffed
from tests.crash.picture import picture
from tests.fixtures.postgres import PostgresServer
from tests.unit.engine_company import Company

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
Make = Callable[[str, Company], None]
LOST = {"database-trouble", "directory-unavailable", "state-cannot-open"}


@pytest.fixture
def two_databases(postgres_server: PostgresServer) -> Iterator[tuple[str, str]]:
    """One to be disturbed, and one in peace."""
    urls = tuple(postgres_server.create(name) for name in ("disturbed", "undisturbed"))
    yield urls  # type: ignore[misc]
    for name in ("disturbed", "undisturbed"):
        postgres_server.drop(name)


def test_a_process_killed_again_and_again_on_postgresql_ends_where_an_undisturbed_one_does(
    tmp_path: Path, new_job: Make, two_databases: tuple[str, str]
) -> None:
    url, undisturbed = two_databases
    company = staffed(tmp_path / "company.ldif", people=100)
    for each in two_databases:
        new_job(each, company)
    for change in (lambda: None, lambda: busy_day(company)):
        change()
        finish(undisturbed)
        killed = 0
        for number in (2, 3, 5, 7, 9, 4, 6):
            child = Child(url, at=number, when="before" if number % 2 else "after")
            child.answer()
            killed += child.was_killed
        assert killed >= 4
        finish(url)
        assert picture(url) == picture(undisturbed)


def terminate_all(server: PostgresServer, database: str) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database])


def test_connections_cut_in_the_midst_of_a_run_are_told_in_a_sentence(
    tmp_path: Path, new_job: Make, two_databases: tuple[str, str], postgres_server: PostgresServer
) -> None:
    url, undisturbed = two_databases
    company = staffed(tmp_path / "company.ldif", people=300)
    for each in two_databases:
        new_job(each, company)
    finish(undisturbed)
    answers: set[str] = set()
    for wait in (0.3, 0.5, 0.7, 0.9):
        child = Child(url)
        child.process.join(wait)
        terminate_all(postgres_server, "disturbed")
        problem, _ = child.answer()
        answers.add(getattr(problem, "code", problem))
    assert answers <= LOST | {"success", "nothing-to-do"}
    finish(url)
    assert picture(url) == picture(undisturbed)


def test_a_server_that_is_stopped_and_started_costs_nothing_but_the_run(
    tmp_path: Path, new_job: Make, two_databases: tuple[str, str], postgres_server: PostgresServer
) -> None:
    url, undisturbed = two_databases
    company = staffed(tmp_path / "company.ldif", people=300)
    for each in two_databases:
        new_job(each, company)
    finish(undisturbed)
    child = Child(url)
    wait_for(lambda: entries(url) > 0)
    postgres_server.stop()
    problem, _ = child.answer()
    assert getattr(problem, "code", "nothing") in LOST
    problem, _ = Child(url).answer()
    assert problem.code == "state-cannot-open"
    postgres_server.start()
    finish(url)
    assert picture(url) == picture(undisturbed)


def test_a_job_that_is_kept_in_step_survives_its_database_being_away(
    tmp_path: Path, new_job: Make, postgres_url: str, postgres_server: PostgresServer
) -> None:
    company = staffed(tmp_path / "company.ldif", people=40)
    new_job(postgres_url, company)
    told: list[CycleView] = []
    ending = threading.Event()
    control = open_control(postgres_url)
    keeping = threading.Thread(
        target=control.keep_in_step, args=([JOB],), kwargs={"stop": ending.is_set, "cycle": told.append}
    )
    keeping.start()
    try:
        wait_for(lambda: any(view.result == "success" for view in told))
        postgres_server.stop()
        wait_for(lambda: told[-1].result == "stopped")
        assert told[-1].problems[0].code in LOST
        company.person("Newcomer")
        company.write()
        postgres_server.start()
        wait_for(lambda: told[-1].result == "success" and told[-1].exported.get("create") == 1)
    finally:
        ending.set()
        keeping.join()
        control.close()


def entries(url: str) -> int:
    """How many objects the job has read."""
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT count(*) FROM entry").fetchall()[0][0]


def wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)
