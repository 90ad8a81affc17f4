"""Progress of running cycles on both databases: written seldom, gone at the end, and never another run's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ropeway.control.in_process import InProcess, open_control
from ropeway.control.protocol import LiveView
from ropeway.model.job import JobSettings, SourceSettings
from ropeway.store import jobs, leases, progress
from ropeway.store.database import Database
from ropeway.store.progress import ProgressRow, Teller
from ropeway.store.rows import Key
from tests.unit.ldif_office import OFFICE


@pytest.fixture
def control(database_url: str, tmp_path: Path) -> Iterator[InProcess]:
    (tmp_path / "office.ldif").write_text(OFFICE)
    with closing(open_control(database_url)) as opened:
        opened.create_job(JobSettings("Contoso", SourceSettings("ldif", {"path": str(tmp_path / "office.ldif")})))
        yield opened


@pytest.fixture
def database(control: InProcess, database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as opened:
        yield opened


def held(database: Database, since: float) -> Key:
    """Somebody has had the job since then."""
    with database.write() as c:
        key = Key(tenant=1, job=jobs.find(c, 1, "Contoso").number)
        leases.acquire(c, database, key, "dc process 7 (x) run 1", (), since)
    return key


def until(look: Callable[[], LiveView], true: Callable[[LiveView], bool]) -> LiveView:
    deadline = time.monotonic() + 20
    while not true(view := look()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return view


def test_a_running_cycle_is_seen_from_elsewhere_and_gone_when_it_ends(control: InProcess, database: Database) -> None:
    with Teller(database, held(database, time.time())) as tell:
        tell("import", 10, 100)
        tell("import", 50, 100)
        view = until(lambda: control.live("Contoso"), lambda view: view.done == 50)
        assert (view.stage, view.total) == ("import", 100)
        tell("decide", 7, None)
        assert until(lambda: control.live("Contoso"), lambda view: view.stage == "decide").total is None
        tell.end()
        assert until(lambda: control.live("Contoso"), lambda view: not view.stage).running


def test_a_short_cycle_writes_nothing(control: InProcess, database: Database) -> None:
    key = held(database, time.time())
    with Teller(database, key) as tell:
        tell("import", 1, 1)
        tell.end()
    with database.read() as c:
        assert progress.find(c, key["job"]) is None


def test_what_a_dead_process_left_is_not_told_as_the_progress_of_another(
    control: InProcess, database: Database
) -> None:
    now = time.time()
    key = held(database, now)
    with database.write() as c:
        progress.put(c, database, key, ProgressRow("export", 5, 9, now - 60, now - 30))
    assert control.live("Contoso").stage == ""


def test_the_rate_is_that_of_the_stage(control: InProcess, database: Database) -> None:
    now = time.time()
    key = held(database, now - 20)
    with database.write() as c:
        progress.put(c, database, key, ProgressRow("export", 500, 900, now - 10, now))
    assert control.live("Contoso").rate == pytest.approx(50)


def test_a_cycle_tells_its_progress_by_itself(control: InProcess, database: Database) -> None:
    stages: list[str] = []
    control.run_job("Contoso", progress=lambda one: stages.append(one.stage))
    assert "import" in stages
    assert control.live("Contoso").cycles[0].cycle.kind == "initial"
