"""How much of something is let through in a span of time: by one, by all. Each process counts for itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

MOST_KEYS = 10_000
"""Of whom something is remembered; beyond, all are forgotten."""


@dataclass(slots=True)
class Bucket:
    """Units that fill up again evenly."""

    most: float
    seconds: float
    used: float = 0.0
    at: float = 0.0

    def take(self, cost: float, now: float) -> float:
        """Seconds to wait until there is room, without taking anything; 0 where it was taken."""
        rate = self.most / self.seconds
        self.used = max(0.0, self.used - (now - self.at) * rate)
        self.at = now
        if self.used + cost > self.most:
            return (self.used + cost - self.most) / rate
        self.used += cost
        return 0.0


class Limits:
    """A bucket for each key, with the seconds to wait for room in it; safe for several threads."""

    def __init__(self, most: float, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._lock, self._of = threading.Lock(), dict[str, Bucket]()

    def take(self, key: str) -> float:
        """Seconds to wait for room for one; 0 where it was taken."""
        now = self._clock()
        with self._lock:
            if len(self._of) > MOST_KEYS:
                self._of.clear()
            return self._of.setdefault(key, Bucket(self._most, self._seconds, at=now)).take(1.0, now)


class Buckets:
    """One for each key, and one for all of them; safe for several threads."""

    def __init__(
        self, each: float, together: float, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._each, self._seconds, self._clock = each, seconds, clock
        self._together = Bucket(together, seconds, at=clock())
        self._lock, self._of = threading.Lock(), dict[str, Bucket]()

    def take(self, key: str) -> bool:
        """Whether there was room for one more."""
        now = self._clock()
        with self._lock:
            if len(self._of) > MOST_KEYS:
                self._of.clear()
            own = self._of.setdefault(key, Bucket(self._each, self._seconds, at=now))
            return not own.take(1.0, now) and not self._together.take(1.0, now)
