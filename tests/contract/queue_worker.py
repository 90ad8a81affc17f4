"""A worker of a queue, in this process or in one of its own, whose cycles are lines in a file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import msgspec

from ropeway.control.holder import a_run
from ropeway.control.queueing.queue import Queue
from ropeway.control.queueing.scheduler import Scheduler
from ropeway.control.running import dead_holders
from ropeway.model.problems import RopewayError
from ropeway.service.work.procrastinate import ProcrastinateQueue
from ropeway.store import jobs
from ropeway.store.database import Database
from ropeway.store.state import SqlState

QUEUES: dict[str, type[Scheduler] | type[ProcrastinateQueue]] = {
    "scheduler": Scheduler,
    "procrastinate": ProcrastinateQueue,
}


class Line(NamedTuple):
    """What happened to a job: begin | end | raise."""

    what: str
    job: int
    process: int
    time: float


class Cycles:
    """Runs that do what a cycle does to a job's row and lease, and nothing else; they take `seconds`."""

    def __init__(self, database: Database, file: Path, seconds: float = 0.0) -> None:
        self._db, self._file = database, file
        self.seconds = seconds
        self.raising: set[int] = set()

    def __call__(self, job: int) -> None:
        with self._db.read() as c:
            if jobs.load_if_there(c, job) is None:
                return
        state = SqlState(self._db, 1, job)
        with a_run() as holder:
            try:
                state.acquire(holder, dead_holders(self._db, 1, job))
            except RopewayError:
                return  # another process was quicker
            try:
                self._cycle(state, job)
            finally:
                state.release()

    def _cycle(self, state: SqlState, job: int) -> None:
        state.stand(lambda now: msgspec.structs.replace(now, run_now=False, owed=True))
        self._note("begin", job)
        if job in self.raising:
            self._note("raise", job)
            raise ZeroDivisionError
        time.sleep(self.seconds)
        self._note("end", job)
        state.stand(lambda now: msgspec.structs.replace(now, owed=False))

    def _note(self, what: str, job: int) -> None:
        with self._file.open("a") as file:
            file.write(f"{what} {job} {os.getpid()} {time.time()}\n")


def lines(file: Path) -> list[Line]:
    """What was written so far."""
    found = [line.split() for line in file.read_text().splitlines()] if file.exists() else []
    return [Line(what, int(job), int(process), float(when)) for what, job, process, when in found]


@contextmanager
def working(queue: Queue, run: Callable[[int], None]) -> Generator[Callable[[], None], None, None]:
    """A worker in a thread; gives what asks it to stop."""
    stop = threading.Event()
    thread = threading.Thread(target=queue.work, args=(run, stop.is_set))
    thread.start()
    try:
        yield stop.set
    finally:
        stop.set()
        thread.join()


@contextmanager
def process(url: str, kind: str, file: Path, seconds: float) -> Generator[subprocess.Popen[bytes], None, None]:
    """A worker in a process of its own, which ends with the block at the latest."""
    command = [sys.executable, "-m", "tests.contract.queue_worker", url, kind, str(file), str(seconds)]
    worker = subprocess.Popen(command, cwd=Path(__file__).parents[2], stderr=subprocess.DEVNULL)
    try:
        yield worker
    finally:
        with suppress(ProcessLookupError):
            worker.send_signal(signal.SIGTERM)
        worker.wait(60)


def main(url: str, kind: str, file: str, seconds: str) -> None:
    """Work until SIGTERM."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    database = Database(url)
    QUEUES[kind](database, 1).work(Cycles(database, Path(file), float(seconds)), stop.is_set)
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
