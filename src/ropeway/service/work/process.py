"""A worker as a child process, seen by its parent, and the child's own beginning and end.

The pipe to the child's standard input carries its settings, and then nothing: the parent's death closes it, however
that came, and the child ends. (PR_SET_PDEATHSIG would watch the thread that started it, not the process.)
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from enum import IntEnum

from ropeway.model.problems import RopewayError, describe
from ropeway.service.work.settings import WorkerSettings, from_line, to_line

LOG = logging.getLogger(__name__)

END_WITHIN = 20.0
"""Seconds for transactions to end; nothing is lost by those that are cut off."""


class Exit(IntEnum):
    """Exit codes of a worker."""

    ENDED = 0
    """Somebody asked it to, or its parent is gone."""
    FAILED = 1
    """Something that nobody foresaw: start it again."""
    UNUSABLE = 78
    """The state is of another version: it would end so again (EX_CONFIG of sysexits.h)."""


class Worker:
    """A running worker, as `subprocess.Popen` has it."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def poll(self) -> int | None:
        """Its exit code; None while it runs. Negative: the signal that ended it."""
        return self._process.poll()

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code; `subprocess.TimeoutExpired` where it still runs when the time is over."""
        code = self._process.wait(timeout)
        if self._process.stdin is not None:
            self._process.stdin.close()
        return code

    def terminate(self) -> None:
        """Ask it to end after the current transactions."""
        self._process.terminate()

    def kill(self) -> None:
        """End it where it is; nothing that is stored is lost."""
        self._process.kill()

    def stop(self, seconds: float = END_WITHIN + 5.0) -> int:
        """Ask it to end, and wait; after that time it is killed."""
        self.terminate()
        try:
            return self.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.wait()


def start_worker(settings: WorkerSettings) -> Worker:
    """A worker beside this process, which ends with it."""
    command = [sys.executable, "-m", "ropeway.service.work"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603 - our own program
    assert process.stdin is not None
    try:
        process.stdin.write(to_line(settings))
        process.stdin.flush()
    except BrokenPipeError:
        LOG.error("The worker ended before it began.")
    return Worker(process)


def main(work: Callable[[WorkerSettings, Callable[[], bool]], None], pipe: int = 0) -> int:
    """The child: settings from the pipe, then work until SIGTERM or until the parent is gone."""
    line = _line(pipe)
    if not line:
        return Exit.ENDED
    settings = from_line(line)
    with suppress(PermissionError):  # a sandbox may forbid it; then cycles take their turn beside answers
        os.nice(settings.nice)
    ending, failed = threading.Event(), threading.Event()

    def fail(told: threading.ExceptHookArgs) -> None:
        """No thread dies in silence while the others go on without what it did."""
        LOG.critical("the worker failed", exc_info=told.exc_value)
        failed.set()
        ending.set()

    def end(_number: int, _frame: object) -> None:
        ending.set()

    threading.excepthook = fail
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow, args=(pipe, ending), name="parent", daemon=True).start()
    threading.Thread(target=_insist, args=(ending,), name="end", daemon=True).start()
    try:
        work(settings, ending.is_set)
    except RopewayError as error:
        LOG.critical("%s", describe(error.problem))
        return Exit.UNUSABLE
    except Exception:
        LOG.critical("the worker failed", exc_info=True)
        return Exit.FAILED
    return Exit.FAILED if failed.is_set() else Exit.ENDED


def _line(pipe: int) -> bytes:
    """To the first end of a line; b"" where the other end is closed before."""
    told = b""
    while not told.endswith(b"\n"):
        more = os.read(pipe, 1)
        if not more:
            return b""
        told += more
    return told


def _follow(pipe: int, ending: threading.Event) -> None:
    """Until the other end is closed."""
    while os.read(pipe, 4096):
        pass
    ending.set()


def _insist(ending: threading.Event) -> None:
    """A transaction that hangs must not keep a process that nobody wants."""
    ending.wait()
    time.sleep(END_WITHIN)
    LOG.warning("The worker ended in the midst of a transaction, which the database undoes.")
    os._exit(Exit.ENDED)
