"""Linked objects by type, counted when a cycle may have changed them: counting 100,000 takes too long for each look."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection

from ropeway.store import executions
from ropeway.store.rows import Key

Counts = dict[tuple[str, str], int]
GOOD_FOR = 10.0
"""Seconds for which a count stands while a cycle runs."""


class _Counted(NamedTuple):
    newest: tuple[int, bool]
    at: float
    counts: Counts


@dataclass(slots=True)
class Counting:
    """Remembers the last count of each job."""

    clock: Callable[[], float]
    _known: dict[int, _Counted] = field(default_factory=dict[int, _Counted])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def linked(self, c: Connection, key: Key) -> Counts:
        """(source type, target type) to number."""
        newest, now = executions.newest(c, key), self.clock()
        with self._lock:
            known = self._known.get(key["job"])
        if known is not None and known.newest == newest and (newest[1] or 0 <= now - known.at < GOOD_FOR):
            return known.counts
        counts = executions.linked_by_types(c, key)
        with self._lock:
            self._known[key["job"]] = _Counted(newest, now, counts)
        return counts
