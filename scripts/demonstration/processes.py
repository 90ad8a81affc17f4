"""What runs beside the story: started here, and ended here by process id, however the story ends."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import IO

from telling import Teller

BOUND = ("setpriv", "--pdeathsig", "TERM", "--")
"""Whatever becomes of the demonstration, kill -9 included, the process is asked to end then (setpriv(1))."""

PATIENCE = 90
"""Seconds for a process to end in order (docs/service.md); then it is killed."""


class Process:
    """One of them."""

    def __init__(self, name: str, running: subprocess.Popen[str], log: Path) -> None:
        self.name = name
        self._running, self._log = running, log

    def line(self) -> str:
        """Its next line on stdout; where it ended instead, so does the demonstration."""
        line = self._stdout.readline()
        if not line:
            self._running.wait(PATIENCE)
            self.must_run()
        return line.rstrip("\n")

    def must_run(self) -> None:
        """Ends the demonstration where the process has ended, with what it said last."""
        if self._running.poll() is not None:
            said = "".join(self._log.read_text(errors="replace").splitlines(keepends=True)[-20:])
            sys.exit(f"{said}The demonstration ends here: {self.name} ended with {self._running.returncode}.")

    @property
    def _stdout(self) -> IO[str]:
        assert self._running.stdout is not None
        return self._running.stdout


@contextlib.contextmanager
def running(name: str, command: list[str], log: Path, teller: Teller) -> Generator[Process]:
    """A process in a session of its own, so that Ctrl-C at the terminal reaches the demonstration alone."""
    with log.open("ab") as errors:
        process = subprocess.Popen(  # noqa: S603 - the words are this story's own
            [*BOUND, *command],
            env=teller.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    try:
        yield Process(name, process, log)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()
