"""Stage 1: what was read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import update

from ropeway.engine.records import Entry, Imported, LinkKey
from ropeway.model.anchors import Anchor, TargetId
from ropeway.store import importing, jobs, worklist
from ropeway.store.state.leased import Leased
from ropeway.store.tables import entry


class Importing(Leased):
    """Entries, links and watermark, as pages bring them."""

    def known(self, anchors: Iterable[Anchor]) -> dict[Anchor, Entry]:
        with self._db.read() as c:
            return importing.known(c, self._key, anchors)

    def known_digests(self, anchors: Iterable[Anchor]) -> dict[Anchor, tuple[bytes, bool]]:
        with self._db.read() as c:
            return importing.known_digests(c, self._key, anchors)

    def links_of(self, anchors: Iterable[Anchor]) -> set[LinkKey]:
        with self._db.read() as c:
            return importing.links_of(c, self._key, anchors)

    def store(self, page: Imported) -> None:
        with self._write() as c:
            importing.store_page(c, self._key, page)
            if page.watermark is not None:
                jobs.set_watermark(c, self._key["job"], page.watermark)

    def unseen(self, generation: int, limit: int) -> list[Anchor]:
        with self._db.read() as c:
            return importing.unseen(c, self._key, generation, limit)

    def stamp(self, anchors: Iterable[Anchor], generation: int) -> None:
        with self._write() as c:
            importing.stamp(c, self._key, anchors, generation)

    def to_be_asked(self, now: float, limit: int) -> list[Anchor]:
        with self._db.read() as c:
            return worklist.to_be_asked(c, self._key, now, limit)

    def adopt(self, owned: Sequence[tuple[Anchor, str, TargetId, bytes | None]]) -> None:
        with self._write() as c:
            for anchor, type_, target, exported in owned:
                c.execute(
                    update(entry)
                    .where(entry.c.job == self._key["job"], entry.c.anchor == anchor)
                    .values(target_type=type_, target=target, exported=exported)
                )

    def recall(self, links: Sequence[LinkKey]) -> None:
        with self._write() as c:
            importing.recall(c, self._key, links)

    def foreign_principals(self) -> dict[str, Anchor]:
        with self._db.read() as c:
            return importing.foreign_principals(c, self._key)
