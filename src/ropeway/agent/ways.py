"""Which way calls come down, and for how long a line may be idle: learnt from what the network lets pass."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

Way = Literal["websocket", "poll"]

LONGEST_IDLE, SHORTEST_IDLE = 25.0, 1.0
"""Seconds without a byte; 25 is below the time-outs that proxies are delivered with (30 s and more)."""
FAILURES = 3
"""In a row, after which the other way is taken."""
AGAIN_AFTER = 600.0
"""Seconds of polling after which a WebSocket is tried again."""
HELD_FOR = 300.0
"""Seconds for which a line must have held to count as good for longer idleness again."""


class Idleness:
    """For how many seconds the line may be idle."""

    def __init__(self) -> None:
        self.seconds = LONGEST_IDLE

    def was_cut(self) -> None:
        """The line broke while nothing passed: less next time."""
        self.seconds = max(SHORTEST_IDLE, self.seconds / 2)

    def lasted(self, seconds: float) -> None:
        """The line was good for so long, and broke: not for being idle, where that was very long."""
        if seconds > HELD_FOR:
            self.seconds = min(LONGEST_IDLE, self.seconds * 1.5)
        elif seconds > 1.0:
            self.was_cut()


class Ways:
    """WebSocket as long as it works; long polls where it does not, and a WebSocket again later."""

    def __init__(self, idleness: Idleness, clock: Callable[[], float] = time.monotonic) -> None:
        self.idleness = idleness
        self._clock = clock
        self._failures = 0
        self._polls_since: float | None = None

    def next(self) -> Way:
        """The way to try now."""
        if self._polls_since is not None and self._clock() - self._polls_since > AGAIN_AFTER:
            self._polls_since, self._failures = None, FAILURES - 1
        return "websocket" if self._polls_since is None else "poll"

    def failed(self, *, let_through: bool) -> None:
        """A WebSocket could not be opened or did not last; `let_through`: plain requests do pass."""
        self._failures += 1
        if let_through and self._failures >= FAILURES:
            self._polls_since = self._clock()

    def lasted(self, seconds: float) -> None:
        """A WebSocket was good for so long."""
        if seconds > self.idleness.seconds:
            self._failures = 0
        self.idleness.lasted(seconds)
