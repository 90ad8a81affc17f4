"""Stage 6 on the whole: what would be taken away within a day, counted, and kept back where it is too much."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from ropeway.engine.importing import Read
from ropeway.engine.state import What
from ropeway.engine.work import Work
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
        self._members()
        return self._work.state.recount_holds()

    def _objects(self, what: Literal["deletes", "disables"], kind: Kind) -> None:
        for type_, planned in self._work.state.endangered(what).items():
            guard = self._work.settings.guards.of(what, type_)
            count = planned + self._work.state.done_since(kind.value, type_, self._since)
            total = self._work.state.linked(type_)
            if guard.trips(count, total):
                cause = self._cause(what, type_, count, total)
                self._work.state.keep_back(what, type_, "", cause, None)

    def _cause(self, what: What, type_: str, count: int, total: int, subject: str = "") -> Problem:
        """The likeliest reason, so that whoever approves knows where to look."""
        if self._read.full and self._read.live == 0:
            code = "hold-empty-source"
        elif self._rules_changed:
            code = "hold-rules-changed"
        else:
            code = "hold-many-changes"
        details = {"what": what, "type": type_, "count": str(count), "total": str(total), "subject": subject}
        return Problem(code, object=subject, details=details)

    def _emptied(self) -> None:
        rows = self._work.state.emptied()
        if not rows:
            return
        planned: Counter[tuple[str, str]] = Counter()
        for _, type_, attributes in rows:
            planned.update((type_, name) for name in unpack(attributes))
        done: Counter[tuple[str, str]] = Counter()
        for type_, attributes in self._work.state.emptied_since(self._since):
            done.update((type_, name) for name in unpack(attributes))
        for (type_, name), count in planned.items():
            guard = self._work.settings.guards.of("emptied", type_)
            total = self._work.state.linked(type_)
            if guard.trips(count + done[type_, name], total):
                seqs = [seq for seq, t, attributes in rows if t == type_ and name in unpack(attributes)]
                cause = self._cause("emptied", type_, count + done[type_, name], total, name)
                for start in range(0, len(seqs), 900):
                    self._work.state.keep_back("emptied", type_, name, cause, seqs[start : start + 900])

    def _members(self) -> None:
        guards = self._work.settings.guards
        fewest = min(guards.of("members", "group").at_least, guards.of("members", "group").most + 1)
        names = self._work.state.losing_members(max(1, fewest), self._since)
        entries = self._work.state.known([anchor for anchor, _, _ in names]) if names else {}
        for anchor, attribute, count in names:
            total = self._work.state.exported_links(anchor, attribute)
            if guards.of("members", "group").trips(count, total):
                dn = entries[anchor].dn if anchor in entries else anchor
                cause = self._cause("members", "group", count, total, dn)
                self._work.state.keep_back("members", "group", Anchor(anchor), cause, None)
