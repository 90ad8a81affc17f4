"""Stage 6 on the whole: what would be taken away within a day, counted, and kept back where it is too much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from ropeway.engine.importing import Read
from ropeway.engine.references import FORMER
from ropeway.engine.state import What
from ropeway.engine.work import BATCH, Work
from ropeway.model.anchors import Anchor
from ropeway.model.changes import Kind
from ropeway.model.problems import Problem
from ropeway.model.values import unpack

DAY = 86400.0


class Guards:
    """One look at the whole plan."""

    def __init__(self, work: Work, read: Read, *, rules_changed: bool) -> None:
        self._work = work
        self._read = read
        self._rules_changed = rules_changed
        self._since = work.clock() - DAY

    def run(self) -> int:
        """Keep dangerous rows back; answers how many rows wait for approval."""
        self._objects("deletes", Kind.DELETE)
        self._objects("disables", Kind.DISABLE)
        self._emptied()
        self._emptied_links()
        self._members()
        return self._work.state.recount_holds()

    def _objects(self, what: Literal["deletes", "disables"], kind: Kind) -> None:
        for type_, planned in self._work.state.endangered(what).items():
            guard = self._work.settings.guards.of(what, type_)
            count = planned + self._work.state.done_since(kind.value, type_, self._since)
            total = self._work.state.linked(type_)
            if self._source_is_empty() or guard.trips(count, total):
                cause = self._cause(what, type_, count, total, planned=planned)
                self._work.state.keep_back(what, type_, "", cause, None)

    def _source_is_empty(self) -> bool:
        """A complete read brought nobody at all: then the source is in doubt, however few people there were."""
        return self._read.full and self._read.live == 0

    def _cause(
        self, what: What, type_: str, count: int, total: int, subject: str = "", planned: int | None = None
    ) -> Problem:
        """The likeliest reason, so that whoever approves knows where to look; `count`: with what went before."""
        if self._source_is_empty():
            code = "hold-empty-source"
        elif self._rules_changed:
            code = "hold-rules-changed"
        else:
            code = "hold-many-changes"
        waiting = count if planned is None else planned
        details = {"what": what, "type": type_, "count": str(count), "total": str(total), "subject": subject,
                   "waiting": str(waiting), "gone": str(count - waiting),
                   "allowed": self._work.settings.guards.of(what, type_).words}  # fmt: skip
        return Problem(code, object=subject, details=details)

    def _emptied(self) -> None:
        """A row that empties several guarded attributes is on one hold that names them all."""
        planned: Counter[tuple[str, str]] = Counter()
        for part in self._emptying():
            for _, type_, attributes in part:
                planned.update((type_, name) for name in unpack(attributes))
        if not planned:
            return
        now = Counter(planned)
        for type_, attributes in self._work.state.emptied_since(self._since):
            planned.update((type_, name) for name in unpack(attributes) if (type_, name) in planned)
        totals = {type_: self._work.state.linked(type_) for type_, _ in planned}
        too_many = {(t, n): count for (t, n), count in planned.items() if self._emptied_trips(t, count, totals[t])}
        for part in self._emptying() if too_many else ():
            self._keep_emptied(part, too_many, totals, now)

    def _emptied_trips(self, type_: str, count: int, total: int) -> bool:
        return self._work.settings.guards.of("emptied", type_).trips(count, total)

    def _keep_emptied(
        self,
        rows: Sequence[tuple[int, str, bytes]],
        too_many: dict[tuple[str, str], int],
        totals: dict[str, int],
        planned: Counter[tuple[str, str]],
    ) -> None:
        held: dict[tuple[str, tuple[str, ...]], list[int]] = {}
        for seq, type_, attributes in rows:
            names = tuple(sorted(name for name in unpack(attributes) if (type_, name) in too_many))
            if names:
                held.setdefault((type_, names), []).append(seq)
        for (type_, names), seqs in held.items():
            subject = ", ".join(names)
            most = max(names, key=lambda name: too_many[type_, name])
            count = too_many[type_, most]
            cause = self._cause("emptied", type_, count, totals[type_], subject, planned=planned[type_, most])
            self._work.state.keep_back("emptied", type_, subject, cause, seqs)

    def _emptying(self) -> Iterator[Sequence[tuple[int, str, bytes]]]:
        after = 0
        while rows := self._work.state.emptied(after, BATCH):
            yield rows
            after = rows[-1][0]

    def _emptied_links(self) -> None:
        """Many objects without a manager, many small groups without a member: nobody may be able to read them."""
        for type_, attribute, count in self._work.state.losing_all():
            total = self._work.state.linked(type_)
            if self._emptied_trips(type_, count, total):
                cause = self._cause("emptied", type_, count, total, attribute.removeprefix(FORMER))
                self._work.state.keep_links_back(type_, attribute, cause)

    def _members(self) -> None:
        guards = self._work.settings.guards
        fewest = min(guards.of("members", "group").at_least, guards.of("members", "group").most + 1)
        names = self._work.state.losing_members(max(1, fewest), self._since)
        entries = self._work.state.known([anchor for anchor, *_ in names]) if names else {}
        for anchor, attribute, planned, gone in names:
            total = self._work.state.exported_links(anchor, attribute)
            if guards.of("members", "group").trips(planned + gone, total):
                dn = entries[anchor].dn if anchor in entries else anchor
                cause = self._cause("members", "group", planned + gone, total, dn, planned=planned)
                self._work.state.keep_back("members", "group", Anchor(anchor), cause, None)
