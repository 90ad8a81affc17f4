"""A synchronization in a process of its own, which a test kills: at the n-th commit, or whenever it likes."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, Literal

from ropeway.control.in_process import open_control
from ropeway.model.problems import RopewayError
from ropeway.store.database import Database

JOB = "Contoso"
_fork = multiprocessing.get_context("forkserver")
_fork.set_forkserver_preload(["tests.crash.child", "ropeway.connectors.ldif", "alembic", "psycopg"])

When = Literal["before", "after"]

TIMED = frozenset({"progress", "lease"})
"""Threads that write when their time has come: their commits are not counted, since no two runs have as many."""


class Child:
    """A process that runs the job once. `answer` waits for its end: the view's result, a problem's code, or nothing."""

    def __init__(self, url: str, *, at: int = 0, when: When = "after", largest_file: int | None = None) -> None:
        here, there = _fork.Pipe(duplex=False)
        self._pipe: Connection = here
        self.process = _fork.Process(target=_run, args=(there, url, at, when, largest_file))
        self.process.start()
        there.close()

    def answer(self) -> Any:
        """(result or problem, commits); None where it was killed."""
        try:
            return self._pipe.recv()
        except EOFError:
            return None
        finally:
            self._pipe.close()
            self.process.join()

    @property
    def was_killed(self) -> bool:
        return self.process.exitcode == -signal.SIGKILL


def _run(pipe: Connection, url: str, at: int, when: When, largest_file: int | None) -> None:
    commits = count_commits(at, when)
    if largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    try:
        control = open_control(url)
        try:
            result: Any = control.run_job(JOB).result
        finally:
            control.close()
    except RopewayError as error:
        result = error.problem
    pipe.send((result, commits()))


def count_commits(at: int, when: When) -> Callable[[], int]:
    """From now on this process counts its write transactions, and ends at the `at`-th as if the power had failed."""
    write, done = Database.write, [0]

    @contextmanager
    def counted(self: Database) -> Generator[Any, None, None]:
        if threading.current_thread().name in TIMED:
            with write(self) as connection:
                yield connection
            return
        done[0] += 1
        mine = done[0] == at
        with write(self) as connection:
            yield connection
            if mine and when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
        if mine:
            os.kill(os.getpid(), signal.SIGKILL)

    Database.write = counted  # type: ignore[method-assign]
    return lambda: done[0]
