"""Child processes: measured, or beside the benchmark for a while. They end with it, however it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
LAUNCHER = HERE / "launch.py"
ROPEWAY = (sys.executable, "-m", "ropeway")


@dataclass(frozen=True, slots=True)
class Used:
    """What a process took from its start to its end."""

    wall: float
    cpu: float
    """User and system, seconds."""
    megabytes: float
    """The peak of its memory (resident set)."""
    said: str
    """The end of its standard output, where it was kept."""


def measured(command: Sequence[str | Path], *, more: Mapping[str, str] | None = None, keep: bool = False) -> Used:
    """Run a command to its end; RuntimeError with its last words where it fails. Output is kept only if asked."""
    with tempfile.TemporaryDirectory(prefix="ropeway-bench-") as folder:
        report, told = Path(folder) / "report", Path(folder) / "errors"
        launcher = [sys.executable, "-I", "-S", LAUNCHER, report, *command]
        with told.open("wb") as errors:
            process = subprocess.Popen(
                launcher,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if keep else subprocess.DEVNULL,
                stderr=errors,
                env={**os.environ, **(more or {})},
                cwd=HERE.parent,
                start_new_session=True,
            )
            with _ended(process):
                said = process.communicate()[0] or b""
        if process.returncode:
            last = told.read_text(errors="replace").strip().splitlines()[-3:] or ["nothing"]
            raise RuntimeError(f"{command[0]} ended with {process.returncode}: {' '.join(last)}")
        return Used(**json.loads(report.read_text()), said=said.decode())


@contextmanager
def beside(command: Sequence[str | Path], log: Path) -> Generator[subprocess.Popen[bytes]]:
    """A process that runs while something else is measured; it is told to end (SIGTERM) afterwards."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
        with _ended(process):
            yield process


def cpu_seconds(pid: int) -> float:
    """Of processor time that a process and its children have used so far (proc(5): utime and stime)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    mine = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return mine + sum(cpu_seconds(int(child)) for task in tasks for child in (task / "children").read_text().split())


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Generator[None]:
    """Afterwards the process and its children run no more: it leads a session of its own, so they are one group."""
    try:
        yield
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
