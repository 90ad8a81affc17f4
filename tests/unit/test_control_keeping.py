"""Jobs that come while all of them are kept in step."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from ldif_office import OFFICE

from ropeway.control import room
from ropeway.control.in_process import open_control
from ropeway.control.keeping import Keeping
from ropeway.control.protocol import Control, CycleView, Progress
from ropeway.engine.lifecycle import schedule
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


def test_a_run_by_hand_is_given_room_by_who_keeps_the_job_in_step(control: Control, tmp_path: Path) -> None:
    contoso = settings(tmp_path, "contoso", OFFICE)
    control.create_job(contoso)
    with kept_in_step(control) as told:
        assert told.get(timeout=30).job == "contoso"
        assert control.run_job("contoso").result == "nothing-to-do"
        assert control.plan_job("contoso").counts == {}
        Path(contoso.source.settings["path"]).write_text(OFFICE.replace("Engineer", "Director"))
        last = told.get(timeout=30)
        assert (last.result, last.read, last.problems) == ("success", 4, ())
    assert told.empty()


def test_a_keeper_waits_for_a_run_by_hand_that_takes_long(control: Control, tmp_path: Path) -> None:
    """Longer than a wish for room lasts: it is renewed for as long as the run does."""
    control.create_job(settings(tmp_path, "contoso", OFFICE))
    slow = Slow(control, 0.5)
    with kept_in_step(control) as told, pytest.MonkeyPatch.context() as patched:
        assert told.get(timeout=30).job == "contoso"
        patched.setattr(schedule, "ROOM", 0.2)
        patched.setattr(room, "ROOM", 0.2)
        assert control.run_job("contoso", full=True, progress=slow).result == "success"
        assert slow.stood_still
    assert told.empty()


class Slow:
    """Progress that stands still for a moment, once."""

    def __init__(self, control: Control, seconds: float) -> None:
        self.stood_still = False
        self._control, self._seconds = control, seconds

    def __call__(self, progress: Progress) -> None:
        if not self.stood_still:
            self.stood_still = True
            threading.Event().wait(self._seconds)


def test_who_is_busy_with_a_job_is_named_after_a_while_with_the_time_since_then(
    control: Control, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "LONGEST_WAIT", 0.3)
    control.create_job(settings(tmp_path, "contoso", OFFICE))
    refused: list[RopewayError] = []

    def a_second_time(_: Progress) -> None:
        if not refused:
            with pytest.raises(RopewayError) as refusal:
                control.run_job("contoso")
            refused.append(refusal.value)

    assert control.run_job("contoso", progress=a_second_time).result == "success"
    assert refused[0].problem.code == "job-is-running"
    assert f"process {os.getpid()} " in str(refused[0])
    assert "since 20" in str(refused[0])
    assert control.run_job("contoso").result == "nothing-to-do"


def test_a_failure_nobody_foresaw_is_told_and_the_job_is_put_off_longer_each_time(tmp_path: Path) -> None:
    control = open_control(f"sqlite:///{tmp_path / 'ropeway.db'}")
    control.create_job(settings(tmp_path, "contoso", OFFICE))
    told: list[CycleView] = []

    def fails(_: object) -> Any:
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
