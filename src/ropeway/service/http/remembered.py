"""What was found out about tokens, by their digests: for what need not be looked up with each request."""

from __future__ import annotations

import threading
from hashlib import sha256
from typing import Generic, TypeVar

T = TypeVar("T")

MOST = 10_000
"""Tokens of which something is remembered; beyond, all are forgotten."""


class Remembered(Generic[T]):
    """Facts about tokens. No token is kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[bytes, T] = {}

    def of(self, token: str) -> T | None:
        """What was found out before."""
        return self._known.get(_digest(token))

    def remember(self, token: str, fact: T) -> None:
        """It was found out."""
        with self._lock:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[_digest(token)] = fact


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
