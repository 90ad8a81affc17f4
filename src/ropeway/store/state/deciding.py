"""Stages 2 to 6: the work list, and what was decided of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ropeway.engine.records import Decided, Due, Escrow
from ropeway.model.anchors import Anchor
from ropeway.store import deciding, everything, worklist
from ropeway.store.state.leased import Leased


class Deciding(Leased):
    """What is due, and decided."""

    def due(self, now: float, limit: int) -> list[Due]:
        with self._db.read() as c:
            found = worklist.next_due(c, self._key, limit)
            come = found or worklist.any_later(c, self._key, now)
        if found or not come:
            return found
        with self._write() as c:
            worklist.bring_due(c, self._key, now)
            return worklist.next_due(c, self._key, limit)

    def line_of(self, anchor: Anchor) -> Due | None:
        with self._db.read() as c:
            return worklist.line_of(c, self._key, anchor)

    def _due_chunks(self, query: Callable[[int], worklist.Found]) -> None:
        """Add what a query finds in the order of numbers, chunk by chunk, each in its own transaction."""
        last = 0
        while True:
            with self._write() as c:
                found = c.execute(query(last).limit(worklist.CHUNK)).all()
                worklist.add_due(c, self._key, {number: worklist.rank_of(type_) for number, type_ in found})
            if len(found) < worklist.CHUNK:
                return
            last = found[-1][0]

    def all_due(self) -> None:
        self._due_chunks(lambda last: everything.roots_after(self._key, last))
        self._due_chunks(lambda last: everything.parents_after(self._key, last))
        last: everything.Under | None = everything.FIRST
        while last is not None:
            with self._write() as c:
                last = everything.add_leaves_after(c, self._key, last)

    def children_due(self, parent: Anchor) -> None:
        self._due_chunks(lambda last: worklist.children_after(self._key, parent, last))

    def owners_due(self, other: Anchor, *, resend: bool = False) -> None:
        if resend:
            with self._write() as c:
                worklist.resend_to(c, self._key, other)
        self._due_chunks(lambda last: worklist.owners_after(self._key, other, last))

    def members_due(self, groups: Iterable[Anchor]) -> None:
        names = list(groups)
        self._due_chunks(lambda last: worklist.below_after(self._key, names, last))

    def in_groups(self, anchors: Iterable[Anchor], groups: Sequence[Anchor]) -> set[Anchor]:
        with self._db.read() as c:
            return deciding.in_groups(c, self._key, list(anchors), groups)

    def group_closure(self, groups: Sequence[Anchor]) -> set[Anchor]:
        with self._db.read() as c:
            return deciding.group_closure(c, self._key, groups)

    def open_references(self, numbers: Sequence[int]) -> set[tuple[int, str]]:
        with self._db.read() as c:
            return deciding.open_references(c, numbers)

    def told_references(self, numbers: Sequence[int], attributes: Sequence[str]) -> set[tuple[int, str]]:
        with self._db.read() as c:
            return deciding.told_references(c, numbers, attributes)

    def leaving(self, limit: int) -> Sequence[Anchor]:
        with self._db.read() as c:
            return deciding.leaving(c, self._key, limit)

    def memberless(self, groups: Sequence[Anchor]) -> Sequence[Anchor]:
        with self._db.read() as c:
            return deciding.memberless(c, self._key, groups)

    def crowded(self, numbers: Sequence[int], attribute: str, most: int) -> set[int]:
        with self._db.read() as c:
            return self._crowds.over(c, numbers, attribute, most)

    def next_moment(self) -> float | None:
        with self._db.read() as c:
            return worklist.next_moment(c, self._key)

    def decide(self, batch: Decided) -> None:
        with self._write() as c:
            deciding.store_decided(c, self._key, batch)

    def escrowed(self, anchors: Iterable[Anchor]) -> dict[Anchor, Escrow]:
        with self._db.read() as c:
            return {e.anchor: e for e in worklist.escrowed(c, self._key, anchors)}
