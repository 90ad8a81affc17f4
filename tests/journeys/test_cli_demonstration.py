"""`make demo` tells its story to the end, and leaves nothing behind: neither files nor processes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fixtures.addresses import Addresses

DEMO = Path(__file__).parents[2] / "scripts" / "demonstration"
SYSTEM = ("ropeway --state", "initial synchronization", "nobody runs anything", "From AD to the directory")
BY_HAND = ("create user: 1", "initial synchronization")
BOTH = ("surname = Lindqvist", "department = ", "+members = ", "Deleted date time", "What to look at next")
LAST = "nothing runs any more"
IN_TIME = 5.0
"""Seconds for a change, on a machine that tests share; a quiet one needs 0.3 s."""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as short:  # Samba's sockets need a short path
        yield Path(short)


@contextmanager
def demonstration(folder: Path, *words: str) -> Generator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, str(DEMO), "--people", "90", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(folder)},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def told(folder: Path, *words: str) -> str:
    with demonstration(folder, *words) as process:
        out, err = process.communicate(timeout=300)
    assert process.returncode == 0, out + err
    assert left(folder) == []
    return out


def left(folder: Path) -> list[str]:
    """Files in a folder, and processes that have something to do with it."""
    return [*map(str, folder.iterdir()), *processes(folder)]


def processes(folder: Path) -> list[str]:
    lines: list[str] = []
    for number in Path("/proc").glob("[0-9]*"):
        try:
            line = (number / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            lines.append(line)
    return lines


def until(true: Callable[[], object], what: str, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def missing_from(story: str, *chapters: str) -> list[str]:
    return [chapter for chapter in (*chapters, *BOTH, LAST) if chapter not in story]


def read_to(process: subprocess.Popen[str], text: str) -> str:
    """What is printed up to a line with a text."""
    assert process.stdout
    lines: list[str] = []
    while not lines or text not in lines[-1]:
        lines.append(process.stdout.readline())
        assert lines[-1], "".join(lines) + (process.stderr.read() if process.stderr else "")
    return "".join(lines)


@pytest.mark.slow
def test_the_story_is_told_from_an_export_where_there_is_no_samba(tmp_path: Path) -> None:
    assert missing_from(told(tmp_path, "--ldif"), *BY_HAND) == []


@pytest.mark.slow
@pytest.mark.samba
def test_changes_in_a_real_domain_arrive_by_themselves(folder: Path, loopback: Addresses) -> None:
    story = told(folder, "--address", loopback(250))
    assert missing_from(story, *SYSTEM) == []
    times = [float(found) for found in re.findall(r"^  [a-z' ]+ +(\d+\.\d\d) s$", story, re.MULTILINE)]
    assert len(times) == 5
    assert max(times) < IN_TIME


@pytest.mark.slow
@pytest.mark.samba
def test_it_stays_with_a_link_to_sign_in_until_it_is_asked_to_end(folder: Path, loopback: Addresses) -> None:
    with demonstration(folder, "--stay", "--address", loopback(250)) as process:
        (link,) = re.findall(r"^https://.*/login#.*$", read_to(process, "Ctrl-C here ends"), re.MULTILINE)
        environment = os.environ | {"XDG_CONFIG_HOME": str(folder / "mine")}
        login = subprocess.run(
            [sys.executable, "-m", "ropeway", "login"], input=link, text=True, env=environment, check=False
        )
        assert login.returncode == 0
        (folder / "mine" / "ropeway" / "login.json").unlink()
        (folder / "mine" / "ropeway").rmdir()
        (folder / "mine").rmdir()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=120)
    assert (process.returncode, LAST in out) == (0, True), err
    assert left(folder) == []


@pytest.mark.slow
@pytest.mark.samba
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_whoever_ends_it_in_the_middle_leaves_nothing_running(
    folder: Path, loopback: Addresses, number: signal.Signals
) -> None:
    with demonstration(folder, "--address", loopback(250)) as process:
        read_to(process, "ropeway agent list")
        assert processes(folder)
        process.send_signal(number)
        process.communicate(timeout=120)
    if number == signal.SIGINT:
        assert (process.returncode, left(folder)) == (130, [])
    until(lambda: not processes(folder), "what it had started ends as well")
