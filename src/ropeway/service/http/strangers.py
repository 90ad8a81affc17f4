"""Refused requests of people whom nobody knows: counted, and written down in sum."""

from __future__ import annotations

import logging
import threading

_log = logging.getLogger(__name__)

SUMMED_UP_EVERY = 600.0
"""Seconds between two lines about them."""

ADDRESSES = 10
"""Addresses that such a line names."""

APART = 10
"""Acts of theirs that have a line of their own in that time, though they were refused."""


class Strangers:
    """Their number, and where they came from; safe for several threads."""

    def __init__(self, began: float) -> None:
        self._lock = threading.Lock()
        self._count, self._addresses, self._began = 0, dict[str, int](), began
        self._apart, self._apart_since = 0, began

    def add(self, address: str) -> None:
        """One more."""
        with self._lock:
            self._count += 1
            if address in self._addresses or len(self._addresses) < ADDRESSES:
                self._addresses[address] = self._addresses.get(address, 0) + 1

    def is_told_apart(self, now: float) -> bool:
        """Whether one more of them gets a line of its own."""
        with self._lock:
            if not 0 <= now - self._apart_since < SUMMED_UP_EVERY:
                self._apart, self._apart_since = 0, now
            self._apart += 1
            return self._apart <= APART

    def sum_up(self, now: float, *, at_once: bool = False) -> dict[str, str] | None:
        """Details of one line about all of them, when it is time."""
        with self._lock:
            if not self._count or (not at_once and 0 <= now - self._began < SUMMED_UP_EVERY):
                return None
            details = {"count": str(self._count)} | {a: str(n) for a, n in self._addresses.items()}
            self._count, self._addresses, self._began = 0, {}, now
        return details

    def log(self, now: float, *, at_once: bool = False) -> None:
        """A line of the service's log about all of them, when it is time."""
        if (details := self.sum_up(now, at_once=at_once)) is not None:
            words = "Requests that name no tenant were refused: %s"
            _log.warning(words, ", ".join(f"{name} {value}" for name, value in details.items()))
