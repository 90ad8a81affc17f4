"""A line on stderr that counts: stage, number, rate, and a bar where the total is known."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from shutil import get_terminal_size
from typing import TextIO

from ropeway.cli.safe import safe
from ropeway.cli.session import Session
from ropeway.cli.times import duration
from ropeway.control.protocol import Progress

BAR = 24
REDRAWN = 0.1
"""Seconds between two drawings on a terminal."""
REPEATED = 10.0
"""Seconds between two lines where stderr is no terminal."""


@dataclass(slots=True)
class Stage:
    """What is known of one stage so far."""

    done: int = 0
    total: int | None = None
    seconds: float = 0.0

    def line(self, name: str, width: int) -> str:
        """`import ━━━━━━───── 5,000 of 11,000  23,400/s`; without the bar where a width has no room for it."""
        counted = f"{self.done:,}" if self.total is None else f"{self.done:,} of {max(self.done, self.total):,}"
        rate = f"  {self.done / self.seconds:,.0f}/s" if self.seconds > 0.05 else ""
        share = min(1.0, self.done / self.total) if self.total else None
        bar = "" if share is None else "━" * round(share * BAR) + "─" * (BAR - round(share * BAR)) + " "
        whole = f"{safe(name):<10} {bar}{counted}{rate}"
        return whole if len(whole) <= width else f"{safe(name):<10} {counted}{rate}"[:width]


@dataclass(slots=True)
class ProgressLine:
    """Takes `Progress`, and shows it often enough to be alive and seldom enough to cost nothing."""

    quiet: bool = False
    stream: TextIO = field(default_factory=lambda: sys.stderr)
    clock: Callable[[], float] = time.monotonic
    stages: dict[str, Stage] = field(default_factory=dict[str, Stage])
    _last: float = 0.0
    _shown: float = 0.0
    _noted: str = ""

    def __post_init__(self) -> None:
        self._last = self._shown = self.clock()

    def __call__(self, progress: Progress) -> None:
        if progress.note:
            self._remark(progress.note)
            return
        now = self.clock()
        stage = self.stages.setdefault(progress.stage, Stage())
        stage.seconds += now - self._last
        stage.done, stage.total = progress.done, progress.total
        self._last = now
        if not self.quiet and now - self._shown >= (REDRAWN if self.stream.isatty() else REPEATED):
            self._shown = now
            self._draw(stage.line(progress.stage, _width()))

    def close(self) -> None:
        """Take the live line away; for what took longer than a second, leave one line for each stage."""
        if self.quiet:
            return
        if self.stream.isatty() and self.stages:
            self.stream.write("\r\x1b[K")
        if sum(stage.seconds for stage in self.stages.values()) >= 1.0:
            for name, stage in self.stages.items():
                self.stream.write(f"{stage.line(name, _width() - 14)}  in {duration(stage.seconds)}\n")
        self.stream.flush()

    def _remark(self, note: str) -> None:
        """A line that stays, said once."""
        if not self.quiet and note != self._noted:
            self._noted = note
            self.stream.write("\r\x1b[K" if self.stream.isatty() else "")
            self.stream.write(f"{safe(note)}\n")
            self.stream.flush()

    def _draw(self, line: str) -> None:
        self.stream.write(f"\r\x1b[K{line}" if self.stream.isatty() else f"{line}\n")
        self.stream.flush()


def _width() -> int:
    """Cells of a line that no terminal breaks: a broken one could not be drawn again in its place."""
    return min(78, get_terminal_size().columns - 1)


@contextmanager
def progress_line(session: Session) -> Generator[ProgressLine]:
    """A line that counts, taken away at the end."""
    progress = ProgressLine(quiet=session.quiet)
    try:
        yield progress
    finally:
        progress.close()
