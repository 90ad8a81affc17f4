"""Signs of life of agents: gathered, and written many at once."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from ropeway.store import agents, calls
from ropeway.store.agents import Seen
from ropeway.store.calls import Lease
from ropeway.store.database import Database

AT_ONCE = 500
"""Rows written in one transaction."""


class Heartbeats:
    """What was heard since it was last written."""

    def __init__(self) -> None:
        self._seen: dict[str, Seen] = {}
        self._leases: dict[tuple[int, int], Lease] = {}
        self._lock = threading.Lock()

    def note(self, seen: Seen, leases: Sequence[Lease]) -> None:
        """An agent lives, and works on these calls."""
        with self._lock:
            self._seen[seen.id] = seen
            self._leases.update({(lease.number, lease.attempt): lease for lease in leases})

    def write(self, database: Database, now: float) -> None:
        """Store what was heard; what cannot be stored now is lost, the next heartbeat says it again."""
        with self._lock:
            seen, self._seen = list(self._seen.values()), {}
            leases, self._leases = list(self._leases.values()), {}
        for start in range(0, max(len(seen), len(leases)), AT_ONCE):
            with database.write() as c:
                agents.saw(c, seen[start : start + AT_ONCE])
                calls.renew(c, leases[start : start + AT_ONCE], now)
