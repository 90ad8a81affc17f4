"""A worker that does errands in a process of its own, which a test kills: at the n-th commit, or whenever it likes."""

from __future__ import annotations

import multiprocessing
import os
import signal
from functools import partial

from ropeway.control.in_process import InProcess, open_database
from ropeway.control.sources import FromHere
from ropeway.service.errands import serve
from ropeway.store.bell import open_bell
from tests.crash.child import When, count_commits

_fork = multiprocessing.get_context("forkserver")


class Worker:
    """A process that does errands until it is killed; with `at`, it kills itself at its n-th commit."""

    def __init__(self, url: str, *, at: int = 0, when: When = "after") -> None:
        self.process = _fork.Process(target=_work, args=(url, at, when), daemon=True)
        self.process.start()

    def kill(self) -> None:
        """As if the power had failed."""
        assert self.process.pid is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.join()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.is_alive():
            self.kill()
        self.process.close()


def _work(url: str, at: int, when: When) -> None:
    database = open_database(url)
    count_commits(at, when)
    control = InProcess(database, FromHere())
    serve(lambda _: control, database, partial(open_bell, database), lambda: False)
