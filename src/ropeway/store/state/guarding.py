"""Stage 6, on the whole: what would be taken away, and what is kept back."""

from __future__ import annotations

from collections.abc import Sequence

from ropeway.engine.state import What
from ropeway.model.anchors import Anchor
from ropeway.model.problems import Problem
from ropeway.store import guarding, holding
from ropeway.store.state.leased import Leased


class Guarding(Leased):
    """Counts of what is dangerous, and holds."""

    def endangered(self, what: What) -> dict[str, int]:
        with self._db.read() as c:
            return guarding.endangered(c, self._key, what)

    def emptied(self, after: int, limit: int) -> list[tuple[int, str, bytes]]:
        with self._db.read() as c:
            return guarding.emptied(c, self._key, after, limit)

    def emptied_since(self, since: float) -> list[tuple[str, bytes]]:
        with self._db.read() as c:
            return guarding.emptied_since(c, self._key, since)

    def losing_members(self, at_least: int, since: float) -> list[tuple[Anchor, str, int, int]]:
        with self._db.read() as c:
            return guarding.losing_members(c, self._key, at_least, since)

    def losing_all(self) -> list[tuple[str, str, int]]:
        with self._db.read() as c:
            return guarding.losing_all(c, self._key)

    def linked(self, type_: str) -> int:
        with self._db.read() as c:
            return guarding.linked(c, self._key, type_)

    def exported_links(self, anchor: Anchor, attribute: str) -> int:
        with self._db.read() as c:
            return guarding.exported_links(c, self._key, anchor, attribute)

    def done_since(self, action: str, type_: str, since: float) -> int:
        with self._db.read() as c:
            return guarding.done_since(c, self._key, action, type_, since)

    def keep_back(self, what: What, type_: str, subject: str, cause: Problem, seqs: Sequence[int] | None) -> int:
        with self._write() as c:
            return holding.keep_back(c, self._key, (what, type_, subject), cause, seqs, self._clock())

    def keep_links_back(self, type_: str, attribute: str, cause: Problem) -> int:
        with self._write() as c:
            return holding.keep_links_back(c, self._key, type_, attribute, cause, self._clock())

    def recount_holds(self) -> int:
        with self._write() as c:
            return holding.recount_all(c, self._key)

    def held(self) -> int:
        with self._db.read() as c:
            return holding.held(c, self._key)
