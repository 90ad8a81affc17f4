"""The tenants of this process, opened as they are asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from starlette.types import ASGIApp

from ropeway.service.http.auditing import Trail
from ropeway.service.parts import Parts
from ropeway.store import tenants
from ropeway.store.database import Database
from ropeway.store.tenants import HOME, TenantRow

FRESH = 1.0
"""Seconds for which it is believed which tenants there are."""
ASKED_EVERY = 0.1
"""Seconds between two looks for a tenant that nobody knows: strangers may ask for as many as they like."""


@dataclass(frozen=True, slots=True)
class Hosted:
    """One tenant's part of the service."""

    row: TenantRow
    parts: Parts
    app: ASGIApp
    """Its routes, with its audit trail around them."""
    trail: Trail
    close: Callable[[], None]
    """Ends answers that wait for something."""


class Known(NamedTuple):
    """The tenants that there are."""

    by_number: Mapping[int, TenantRow]
    by_id: Mapping[str, TenantRow]


class Hosting:
    """Safe for several threads. A removed tenant is let go of; its number may be another's later, its id never."""

    def __init__(
        self, database: Database, host: Callable[[TenantRow], Hosted], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._db, self._host, self._clock = database, host, clock
        self._lock = threading.Lock()
        self._hosted: dict[str, Hosted] = {}
        self._known = Known({}, {})
        self._looked = -FRESH

    @property
    def home(self) -> Hosted:
        """The first tenant."""
        found = self.of(HOME)
        assert found is not None
        return found

    @property
    def has_several(self) -> bool:
        """Whether the first tenant is not the only one, as far as is known."""
        return len(self._known.by_number) > 1

    def of(self, number: int) -> Hosted | None:
        """By number; None for one that is not there (any more)."""
        row = self.known(lambda known: known.by_number.get(number))
        return self._opened(row) if row else None

    def with_id(self, id_: str) -> Hosted | None:
        """By id."""
        row = self.known(lambda known: known.by_id.get(id_))
        return self._opened(row) if row else None

    def ready(self, number: int) -> Hosted | None:
        """The same where nothing need be read or made for it."""
        if self._clock() - self._looked > FRESH:
            return None
        row = self._known.by_number.get(number)
        return self._hosted.get(row.id) if row else None

    def every(self) -> list[Hosted]:
        """Those that were asked for so far, and are still there."""
        self._look(FRESH)
        with self._lock:
            return list(self._hosted.values())

    def close(self) -> None:
        """Let go of everybody who waits."""
        with self._lock:
            for one in self._hosted.values():
                one.close()

    def known(self, which: Callable[[Known], TenantRow | None]) -> TenantRow | None:
        """The row of one tenant, of what is known; one that is missing is looked for again."""
        self._look(FRESH)
        found = which(self._known)
        if found is None:
            self._look(ASKED_EVERY)
            found = which(self._known)
        return found

    def _look(self, at_most: float) -> None:
        """Read which there are, unless that was done a moment ago."""
        if self._clock() - self._looked <= at_most:
            return
        with self._db.read() as c:
            rows = tenants.every(c)
        known = Known({row.number: row for row in rows}, {row.id: row for row in rows})
        with self._lock:
            self._known, self._looked = known, self._clock()
            gone = [self._hosted.pop(id_) for id_ in self._hosted.keys() - known.by_id.keys()]
        for one in gone:
            one.close()

    def _opened(self, row: TenantRow) -> Hosted:
        with self._lock:
            if row.id not in self._hosted:
                self._hosted[row.id] = self._host(row)
            return self._hosted[row.id]
