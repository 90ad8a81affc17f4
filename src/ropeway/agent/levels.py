"""How much an agent writes: what the service says, or more for a while, where somebody on its machine asked for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ropeway.agent import files, trace
from ropeway.agent.trace import LEVELS

RAISED = "level"
"""In the folder trace/: a level, and until when it counts, in seconds since 1970."""


def raise_until(folder: Path, level: str, until: float) -> None:
    """Ask the agent of this folder for more; it goes back by itself, whatever becomes of whoever asked."""
    place = folder / files.TRACE
    try:
        place.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise files.unreadable(place, error) from None
    files.write_private(place / RAISED, f"{level} {until:.0f}\n")


def lower(folder: Path) -> None:
    """Go back now."""
    with suppress(OSError):
        (folder / files.TRACE / RAISED).unlink(missing_ok=True)


class Levels:
    """The level that counts at present."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._file, self._clock = folder / files.TRACE / RAISED, clock
        self._told = "info"
        self.look()

    def told(self, level: str) -> None:
        """What the service says; a level that is not known changes nothing."""
        if level in LEVELS:
            self._told = level
            self.look()

    def look(self) -> None:
        """The level may have been raised, or its time be over."""
        trace.set_level(min(self._told, self._raised(), key=LEVELS.__getitem__))

    def _raised(self) -> str:
        try:
            level, _, until = self._file.read_text("utf-8").partition(" ")
            return level if level in LEVELS and self._clock() < float(until) else self._told
        except (OSError, ValueError):
            return self._told
