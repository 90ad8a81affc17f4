"""A worker process started and watched as a service does it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from ropeway.model.secret import Secret
from ropeway.service.work.process import Worker, start_worker
from ropeway.service.work.settings import WorkerSettings

PARENT = """
import sys, time
from ropeway.model.secret import Secret
from ropeway.service.work.process import start_worker
from ropeway.service.work.settings import WorkerSettings

print(start_worker(WorkerSettings(Secret(sys.argv[1]))).pid, flush=True)
time.sleep(600)
"""


@contextmanager
def a_worker(url: str, hands: int = 8) -> Generator[Worker, None, None]:
    """A worker, which is ended with the block at the latest."""
    worker = start_worker(WorkerSettings(Secret(url), hands=hands))
    try:
        yield worker
    finally:
        if worker.poll() is None:
            worker.stop()


def orphan(url: str) -> int:
    """The number of a worker whose parent was killed as soon as it had started it."""
    parent = subprocess.Popen([sys.executable, "-c", PARENT, url], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    return pid


def lives(pid: int) -> bool:
    """Whether there is such a process, and it is no corpse."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def processor_seconds(pid: int) -> float:
    """What a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait(happened: Callable[[], object], seconds: float = 60.0) -> None:
    """Until it has happened."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)
