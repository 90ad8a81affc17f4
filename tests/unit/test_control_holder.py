"""Who holds a job is known to be dead, or to live, whatever of /proc may be seen."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ropeway.control import holder
from ropeway.control.holder import is_dead

RUN = """
import sys
from pathlib import Path
from ropeway.control import holder
holder.PROC = Path(sys.argv[1])
with holder.a_run() as name:
    print(name, flush=True)
    sys.stdin.read()
"""


@contextmanager
def a_holder(proc: Path) -> Generator[tuple[str, subprocess.Popen[str]]]:
    """A process that holds something, and sees this of /proc."""
    command = [sys.executable, "-c", RUN, str(proc)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), process


@pytest.mark.parametrize("seen_there", [True, False])
@pytest.mark.parametrize("seen_here", [True, False])
def test_a_process_is_dead_once_it_is_killed_and_not_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen_there: bool, seen_here: bool
) -> None:
    """Under systemd others may be hidden, and what is the boot."""
    monkeypatch.setattr(holder, "PROC", holder.PROC if seen_here else tmp_path)
    with a_holder(Path("/proc") if seen_there else tmp_path) as (name, process):
        assert not is_dead(name)
        process.kill()
        process.wait()
        assert is_dead(name)


def test_a_later_process_of_the_same_number_is_another_one() -> None:
    with a_holder(Path("/proc")) as (name, process):
        mark = name.partition("-")[2].partition(")")[0]
        assert is_dead(name.replace(mark, "1"))
        assert is_dead(name.replace("(", "(0", 1))
        process.kill()
