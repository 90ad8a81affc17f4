"""Looking again whenever a bell rings, but not without a pause where it rings all the time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

BREATH = 0.04
"""Seconds from one look to the next at least."""


def paced(wait: Callable[[], object]) -> Iterator[None]:
    """Once at once, then after each `wait`; after a long one without delay."""
    while True:
        began = time.monotonic()
        yield
        wait()
        time.sleep(max(0.0, began + BREATH - time.monotonic()))
