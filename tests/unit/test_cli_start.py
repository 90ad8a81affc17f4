"""The console script: interrupted while it starts, and with streams that take nothing."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

PROGRAM = [sys.executable, "-m", "ropeway"]


def typed(*words: str, **streams: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*PROGRAM, *words], stderr=subprocess.PIPE, text=True, timeout=60, check=False, **streams)  # pyright: ignore[reportCallIssue, reportArgumentType, reportUnknownVariableType]


def test_ctrl_c_while_modules_are_read_ends_without_a_word() -> None:
    with subprocess.Popen([*PROGRAM, "job", "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as starting:
        deadline = time.monotonic() + 60
        while not _leaves_the_signal(starting.pid) and time.monotonic() < deadline:
            time.sleep(0.001)
        starting.send_signal(signal.SIGINT)
        assert starting.communicate() == (b"", b"")
    assert starting.returncode == -signal.SIGINT


def _leaves_the_signal(pid: int) -> bool:
    """Whether typer is being read, and SIGINT is not Python's: bit 1 of SigCgt (proc_pid_status(5))."""
    caught = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("SigCgt"))
    return "click" in Path(f"/proc/{pid}/maps").read_text() or not int(caught.split()[1], 16) & 2


def test_a_full_disk_for_the_output_is_told(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        words = ("--state", str(tmp_path / "s.db"), "directory", "domains", "add", "contoso.test")
        answer = typed(*words, stdout=full.fileno())
    assert answer.returncode == 1
    assert "The output could not be written: No space left on device." in answer.stderr
    assert "defect" not in answer.stderr


def test_output_that_was_closed_is_output_for_nobody(tmp_path: Path) -> None:
    state = tmp_path / "s.db"
    line = [*PROGRAM, "--quiet", "--json", "--state", str(state), "directory", "domains", "add", "contoso.test"]
    answer = subprocess.run(["/bin/sh", "-c", '"$@" >&-', "sh", *line], stderr=subprocess.PIPE, check=False)
    assert (answer.returncode, answer.stderr) == (0, b"")
    assert state.read_bytes().startswith(b"SQLite format 3")


def test_a_state_is_for_its_owner_alone_and_said_to_be_new_once(tmp_path: Path) -> None:
    state = tmp_path / "s.db"
    looked = typed("--state", str(state), "job", "list", stdout=subprocess.DEVNULL)
    assert (looked.returncode, "(state-empty)" in looked.stderr, state.exists()) == (1, True, False)
    first = typed("--state", str(state), "directory", "domains", "add", "contoso.test", stdout=subprocess.DEVNULL)
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    assert first.stderr == f"{state} is new: there was no state of that name.\n"
    assert typed("--state", str(state), "job", "list", stdout=subprocess.DEVNULL).stderr == ""


def test_a_folder_in_the_place_of_a_state(tmp_path: Path) -> None:
    answer = typed("--state", str(tmp_path), "job", "list", stdout=subprocess.DEVNULL)
    assert "it is a folder" in answer.stderr
    assert "(state-cannot-open)" in answer.stderr


def test_a_state_that_cannot_be_made() -> None:
    answer = typed("--state", "/proc/none/s.db", "tenant", "create", "Fabrikam", stdout=subprocess.DEVNULL)
    assert "/proc/none/s.db" in answer.stderr
    assert "it is not there, and cannot be made: No such file or directory" in answer.stderr
