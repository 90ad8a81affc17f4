"""Workers that die come back, and end in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ropeway.service import supervising
from ropeway.service.supervising import Supervisor
from tests.fixtures.https import a_service

STAYS = "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); print('ready', flush=True); "


def child(program: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-S", "-c", program], stdout=subprocess.PIPE)


def ready(program: str = STAYS + "time.sleep(600)") -> subprocess.Popen[bytes]:
    """A child that has begun."""
    started = child(program)
    assert started.stdout
    started.stdout.readline()
    started.stdout.close()
    return started


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ropeway.service.supervising.FIRST_WAIT", 0.05)
    monkeypatch.setattr(supervising, "LOOK_EVERY", 0.01)


def eventually(condition: Callable[[], bool]) -> None:
    waiting = threading.Event()
    assert any(condition() or waiting.wait(0.02) for _ in range(1000))


@pytest.mark.usefixtures("hurried")
def test_a_killed_worker_comes_back_and_it_is_told() -> None:
    said: list[str] = []
    supervisor = Supervisor(ready, 2, said.append)
    supervisor.begin()
    try:
        eventually(lambda: len(supervisor.pids) == 2)
        victim = supervisor.pids[0]
        os.kill(victim, signal.SIGKILL)
        eventually(lambda: len(supervisor.pids) == 2 and victim not in supervisor.pids)
        assert said == [f"Worker {victim} was ended by signal 9; another one starts in 0 s."]
    finally:
        supervisor.end()
    assert supervisor.pids == []


@pytest.mark.usefixtures("hurried")
def test_a_worker_that_always_dies_is_started_less_and_less_often() -> None:
    said: list[str] = []
    supervisor = Supervisor(lambda: _ended(7), 1, said.append)
    supervisor.begin()
    eventually(lambda: len(said) >= 4)
    supervisor.end()
    assert all("ended with code 7" in line for line in said)


def _ended(code: int) -> subprocess.Popen[bytes]:
    started = subprocess.Popen([sys.executable, "-S", "-c", f"raise SystemExit({code})"])
    started.wait()
    return started


@pytest.mark.usefixtures("hurried")
def test_a_worker_that_cannot_use_the_state_is_not_started_again() -> None:
    started: list[subprocess.Popen[bytes]] = []
    said: list[str] = []

    def start() -> subprocess.Popen[bytes]:
        started.append(_ended(78))
        return started[-1]

    supervisor = Supervisor(start, 1, said.append)
    supervisor.begin()
    eventually(lambda: bool(said))
    threading.Event().wait(0.3)
    supervisor.end()
    assert (len(started), len(said)) == (1, 1)


@pytest.mark.usefixtures("hurried")
def test_a_worker_that_cannot_be_started_is_no_disaster() -> None:
    said: list[str] = []

    def start() -> subprocess.Popen[bytes]:
        if len(said) < 2:
            raise OSError(11, "Resource temporarily unavailable")
        return ready()

    supervisor = Supervisor(start, 1, said.append)
    supervisor.begin()
    eventually(lambda: len(supervisor.pids) == 1)
    supervisor.end()
    assert said == ["A worker could not be started: Resource temporarily unavailable."] * 2


def test_a_worker_finishes_what_it_does(tmp_path: Path) -> None:
    file = tmp_path / "finished"
    program = (
        "import signal, sys, time\n"
        f"signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.3), open({str(file)!r}, 'w').close(), sys.exit(0)))\n"
        "print('ready', flush=True)\n"
        "time.sleep(600)"
    )
    supervisor = Supervisor(lambda: ready(program), 1, print)
    supervisor.begin()
    eventually(lambda: len(supervisor.pids) == 1)
    supervisor.end()
    assert file.exists()


def test_a_worker_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervising, "ENDS_WITHIN", 0.2)
    said: list[str] = []
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('x', flush=True); time.sleep(600)"
    supervisor = Supervisor(lambda: ready(deaf), 1, said.append)
    supervisor.begin()
    eventually(lambda: len(supervisor.pids) == 1)
    supervisor.end()
    assert "is killed" in said[0]


@pytest.mark.usefixtures("hurried")
def test_a_service_s_worker_comes_back_while_it_answers(tmp_path: Path) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        started.append(ready())
        return started[-1]

    with a_service(tmp_path / "service", worker=start) as service, service.client() as client:
        eventually(lambda: len(started) == 1)
        started[0].kill()
        eventually(lambda: len(started) == 2)
        assert client.get("/login").status_code == 200
        assert any("another one starts" in line for line in service.said)
    assert [one.poll() for one in started] == [-9, 0]
