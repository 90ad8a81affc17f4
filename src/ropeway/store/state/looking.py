"""What people are told of a plan, and what they are told that failed before one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from ropeway.engine.records import Planned, Sendable
from ropeway.model.anchors import Anchor
from ropeway.model.problems import Problem
from ropeway.store import deciding, event_log, holding, looking, sending
from ropeway.store.state.leased import Leased
from ropeway.store.tables import change


class Looking(Leased):
    """Reading for people."""

    def plan_rows(self, limit: int) -> list[Sendable]:
        with self._db.read() as c:
            return sending.sendable(c, self._key, None, 0, limit, sent=False, held=True)

    def plan_counts(self) -> dict[str, int]:
        with self._db.read() as c:
            return looking.plan_counts(c, self._key)

    def pending_count(self) -> int:
        with self._db.read() as c:
            return c.scalar(select(func.count()).select_from(change).where(change.c.job == self._key["job"])) or 0

    def any_sendable(self) -> bool:
        with self._db.read() as c:
            return holding.any_free(c, self._key)

    def planned_of(self, number: int) -> list[Planned]:
        with self._db.read() as c:
            return deciding.planned_of(c, [number])

    def report(self, cycle: int, failed: Sequence[tuple[Anchor, str, str, Problem, str]]) -> None:
        """Log lines (anchor, DN, type, problem, stage) for objects that failed before anything was planned."""
        if failed:
            with self._write() as c:
                event_log.log_failed(c, self._key, cycle, self._clock(), failed)
