"""Jobs that come while all of them are kept in step."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from ldif_office import OFFICE

from ropeway.control.in_process import open_control
from ropeway.control.keeping import Keeping
from ropeway.control.protocol import Control, CycleView
from ropeway.model.job import JobSettings, SourceSettings
from ropeway.model.problems import RopewayError
from ropeway.store import agenda


@pytest.fixture
def control(tmp_path: Path) -> Generator[Control, None, None]:
    opened = open_control(f"sqlite:///{tmp_path / 'ropeway.db'}")
    yield opened
    opened.close()


def settings(tmp_path: Path, name: str, text: str) -> JobSettings:
    path = tmp_path / f"{name}.ldif"
    path.write_text(text)
    return JobSettings(name, SourceSettings("ldif", {"path": str(path)}))


@contextmanager
def kept_in_step(control: Control) -> Generator[Queue[CycleView], None, None]:
    told: Queue[CycleView] = Queue()
    stop = threading.Event()
    keeping = threading.Thread(target=control.keep_in_step, args=([],), kwargs={"stop": stop.is_set, "cycle": told.put})
    keeping.start()
    try:
        yield told
    finally:
        stop.set()
        keeping.join()


def test_a_job_that_is_created_later_is_kept_in_step_too(control: Control, tmp_path: Path) -> None:
    control.create_job(settings(tmp_path, "contoso", OFFICE))
    with kept_in_step(control) as told:
        assert told.get(timeout=30).job == "contoso"
        control.create_job(settings(tmp_path, "fabrikam", OFFICE.replace("contoso", "fabrikam")))
        assert told.get(timeout=30).job == "fabrikam"


def test_a_job_that_runs_here_is_not_run_here_a_second_time(control: Control, tmp_path: Path) -> None:
    control.create_job(settings(tmp_path, "contoso", OFFICE))
    with kept_in_step(control) as told:
        assert told.get(timeout=30).job == "contoso"
        with pytest.raises(RopewayError) as refusal:
            control.run_job("contoso")
    assert refusal.value.problem.code == "job-is-running"
    assert control.run_job("contoso").result == "nothing-to-do"


def test_a_failure_nobody_foresaw_is_told_and_the_job_is_put_off_longer_each_time(tmp_path: Path) -> None:
    control = open_control(f"sqlite:///{tmp_path / 'ropeway.db'}")
    control.create_job(settings(tmp_path, "contoso", OFFICE))
    told: list[CycleView] = []

    def fails(_: str) -> Any:
        raise ZeroDivisionError

    database = control._db  # pyright: ignore[reportPrivateUsage]
    waits: list[float] = []
    with Keeping(database, fails, told.append) as keeping:
        for _ in range(4):
            keeping.run(1)
            while keeping.stays(1):
                pass
            with database.read() as c:
                waits.append(round((agenda.next_after(c, 1, time.time()) or 0.0) - time.time()))
    assert [view.problems[0].code for view in told] == ["job-failed"] * 4
    assert waits == [1, 2, 4, 8]
    control.close()
