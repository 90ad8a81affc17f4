"""A log that says a thing which is met again and again once a minute: a database that is away is met each second."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

EVERY = 60.0
"""Seconds between two lines with the same words."""


class Seldom:
    """Warnings of one place, from any thread."""

    def __init__(self, log: logging.Logger, clock: Callable[[], float] = time.monotonic) -> None:
        self._log, self._clock = log, clock
        self._lock = threading.Lock()
        self._said: dict[str, float] = {}

    def warning(self, words: str, *told: object) -> None:
        """Say it, unless words of that kind were said a moment ago; what they tell of may differ."""
        now = self._clock()
        with self._lock:
            if now - self._said.get(words, now - EVERY) < EVERY:
                return
            self._said[words] = now
        self._log.warning(words, *told, stacklevel=2)
