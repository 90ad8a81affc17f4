"""Ids of new objects."""

from __future__ import annotations

import time
from os import urandom


class NewIds:
    """Makes version 7 UUIDs (RFC 9562 5.7 and 6.2, method 3), each greater than the one before.

    Rising ids are stored beside each other: random ones would cost every index of them a page for each new object.
    """

    def __init__(self) -> None:
        self._last = 0

    def __call__(self) -> str:
        """An id that nobody had before: 60 bits of time, in steps of a quarter of a microsecond, and 62 random ones."""
        now = self._last = max((time.time_ns() << 12) // 1_000_000, self._last + 1)
        h = f"{now:015x}{urandom(8).hex()}"
        return f"{h[:8]}-{h[8:12]}-7{h[12:15]}-{'89ab'[int(h[15], 16) & 3]}{h[16:19]}-{h[19:]}"
