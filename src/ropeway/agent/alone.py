"""One process a folder: a lock that the agent holds while it lives, and that tells others that it does."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from ropeway.agent import files
from ropeway.model.problems import Problem, RopewayError

LOCK = "running"
"""The file; its text is the number of the process that holds it."""
TRIES, PAUSE = 5, 0.1
"""Whoever looks whether an agent runs holds the lock for a moment."""


@contextmanager
def alone(folder: Path) -> Generator[None]:
    """Within, this process is the agent of the folder; RopewayError `agent-runs-already` where another is."""
    try:
        held = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise files.unreadable(folder / LOCK, error) from None
    try:
        if not _locked(held, TRIES):
            pid = os.pread(held, 20, 0).decode()
            raise RopewayError(Problem("agent-runs-already", object=str(folder), details={"process": pid}))
        os.truncate(held, 0)
        os.pwrite(held, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(held)


def running(folder: Path) -> str:
    """The number of the process that is the agent of this folder; empty where there is none."""
    with suppress(FileNotFoundError), (folder / LOCK).open("rb") as file:
        with suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return ""
        return file.read(20).decode()
    return ""


def _locked(file: int, tries: int) -> bool:
    for left in reversed(range(tries)):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(PAUSE if left else 0)
        else:
            return True
    return False
