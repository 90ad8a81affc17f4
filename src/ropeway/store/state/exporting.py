"""Stage 7: what is sent, what became of it, and what counts as not exported any more."""

from __future__ import annotations

from collections.abc import Sequence

from ropeway.engine.records import Confirmed, Escrow, PendingLink, Sendable
from ropeway.store import confirming, lifecycle, remapping, sending, sending_links, worklist
from ropeway.store.state.leased import Leased


class Exporting(Leased):
    """What can be sent, and what the target answered."""

    def sendable(self, phase: int | None, after: int, limit: int, *, sent: bool = False) -> list[Sendable]:
        with self._db.read() as c:
            return sending.sendable(c, self._key, phase, after, limit, sent=sent)

    def sendable_of(self, number: int) -> list[Sendable]:
        with self._db.read() as c:
            return sending.sendable_of(c, self._key, number)

    def mark_sent(self, seqs: Sequence[int]) -> None:
        with self._write() as c:
            sending.mark_sent(c, seqs)

    def pending_links(self, owners: Sequence[int], after: tuple[int, str, str], limit: int) -> list[PendingLink]:
        with self._db.read() as c:
            return sending_links.pending_links(c, self._key, owners, after, limit)

    def open_links(self, owner: int, limit: int) -> tuple[list[PendingLink], int]:
        with self._db.read() as c:
            return sending_links.open_links(c, self._key, owner, limit)

    def forget_exported_links(self, owners: Sequence[int]) -> None:
        dropped = worklist.CHUNK
        while dropped == worklist.CHUNK:
            with self._write() as c:
                dropped = sending_links.drop_removals(c, owners, worklist.CHUNK)
        self._forget_exported(owners)

    def _forget_exported(self, owners: Sequence[int]) -> None:
        forgotten = worklist.CHUNK
        while forgotten == worklist.CHUNK:
            with self._write() as c:
                forgotten = sending_links.forget_exported_links(c, owners, worklist.CHUNK)

    def confirm(self, cycle: int, changes: Sequence[Confirmed], escrows: Sequence[Escrow]) -> None:
        with self._write() as c:
            confirming.confirm(c, self._key, cycle, self._clock(), changes)
            worklist.put_escrows(c, self._key, escrows)
            worklist.later_again(c, self._key, escrows)

    def confirm_links(
        self, cycle: int, changes: Sequence[Confirmed], after: tuple[int, str, str], last: PendingLink
    ) -> None:
        with self._write() as c:
            sending_links.confirm_links(c, self._key, (cycle, self._clock()), changes, after, last)

    def finish_links(self, seqs: Sequence[int], escrows: Sequence[Escrow]) -> None:
        with self._write() as c:
            sending_links.finish_links(c, self._key, seqs)
            worklist.put_escrows(c, self._key, escrows)
            worklist.later_again(c, self._key, escrows)

    def remap_links(self, type_: str, attribute: str, former: str | None, again: str | None) -> None:
        self._remap((type_, attribute), former)
        if again:
            self._keep((type_, attribute), again)

    def remap_links_of(self, numbers: Sequence[int], attribute: str, former: str | None) -> None:
        self._remap((numbers, attribute), former)

    def keep_links_of(self, numbers: Sequence[int], attribute: str, again: str) -> None:
        self._keep((numbers, attribute), again)

    def _remap(self, which: tuple[remapping.Whose, str], former: str | None) -> None:
        after: remapping.Place | None = remapping.FIRST
        while after is not None:
            with self._write() as c:
                after = remapping.remap_after(c, self._key, which, former, after)

    def _keep(self, which: tuple[remapping.Whose, str], again: str) -> None:
        left = remapping.CHUNK
        while left == remapping.CHUNK:
            with self._write() as c:
                left = remapping.keep(c, self._key, which, again)

    def links_in_step(self, numbers: Sequence[int], attributes: Sequence[str]) -> None:
        left = worklist.CHUNK
        while left == worklist.CHUNK:
            with self._write() as c:
                left = remapping.in_step(c, numbers, attributes, worklist.CHUNK)

    def forget_targets(self) -> None:
        while numbers := self._with_targets():
            self.forget_targets_of(numbers)

    def forget_targets_of(self, numbers: Sequence[int]) -> None:
        self._forget_exported(numbers)
        with self._write() as c:
            lifecycle.forget_targets(c, numbers)

    def _with_targets(self) -> list[int]:
        with self._db.read() as c:
            return lifecycle.with_targets(c, self._key)
