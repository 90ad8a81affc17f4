"""Something that runs, dies without a warning, and is started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

ROPEWAY = (sys.executable, "-m", "ropeway")


class Mortal(Protocol):
    """A process of an installation."""

    @property
    def name(self) -> str: ...
    def start(self) -> None: ...
    def kill(self) -> None:
        """SIGKILL to all that belongs to it, as a power cut does; it is gone when this returns."""
        ...


@dataclass
class Program:
    """A `ropeway` process that stays; what it says is in NAME.log of the folder."""

    name: str
    words: Sequence[str]
    folder: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*ROPEWAY, *self.words], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self) -> None:
        """Its workers too, which are in sessions of their own."""
        if self.process is not None:
            for pid in (self.process.pid, *_children(self.process.pid)):
                with suppress(ProcessLookupError):  # a worker whose parent is gone ends by itself
                    os.killpg(pid, signal.SIGKILL)
            self.process.wait()

    def end(self) -> int | None:
        """SIGTERM; its exit code, or that of SIGKILL where it has not ended within half a minute."""
        if self.process is None:
            return None
        self.process.terminate()
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.process.returncode

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"


def ropeway(*words: str) -> str:
    """One command, to its end; what it printed."""
    done = subprocess.run([*ROPEWAY, *words], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _children(pid: int) -> list[int]:
    """Those of all its threads (proc(5))."""
    told: list[str] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that ended
            told.append(file.read_text())
    return [int(word) for text in told for word in text.split()]
