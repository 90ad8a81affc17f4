"""What happened."""

from __future__ import annotations

from collections.abc import Sequence

from ropeway.control.asking import Asking
from ropeway.control.in_process.core import Core
from ropeway.control.log_lines import ends_of, event_view
from ropeway.control.moments import moment
from ropeway.control.protocol import AuditView, EventFilter, EventView, ExplainView, SignInView
from ropeway.control.running import trouble
from ropeway.control.views import act_view, sign_in_view
from ropeway.rules.layers import redacted_names
from ropeway.store import explaining, jobs, looking, sign_ins, trail


class History(Core):
    """Implements `HistoryCalls`."""

    def events(self, which: EventFilter) -> Sequence[EventView]:
        with trouble(), self._db.read() as c:
            rows = [jobs.find(c, self._tenant, which.job)] if which.job else jobs.every(c, self._tenant)
            found = looking.events(
                c,
                self._tenant,
                jobs=[row.number for row in rows],
                action=which.action,
                status=which.status,
                type_=which.type,
                names=self._names(which.object),
                since=_seconds(which.since),
                limit=which.limit,
            )
            dns = explaining.dns_of(c, self._tenant, ends_of(found))
        names = {row.number: row.name for row in rows}
        secret = {row.number: redacted_names(row.settings) for row in rows}
        return [event_view(event, names[event.job], dns, secret[event.job]) for event in found]

    def explain(self, identifier: str, *, job: str | None = None) -> ExplainView:
        with trouble(), self._db.read() as c:
            rows = [jobs.find(c, self._tenant, job)] if job else jobs.every(c, self._tenant)
            names = {row.number: row.name for row in jobs.every(c, self._tenant)}
        asking = Asking(self._db, self._directory, self._tenant, self._sources, self.events)
        with trouble():
            return asking.explain(self._names(identifier), rows, names)

    def audit(self, *, who: str | None = None, since: str | None = None, limit: int = 100) -> Sequence[AuditView]:
        with trouble(), self._db.read() as c:
            found = trail.latest(c, self._tenant, who=who, since=_seconds(since), limit=limit)
        return [act_view(act) for act in found]

    def sign_ins(
        self, *, who: str | None = None, since: str | None = None, failed: bool = False, limit: int = 100
    ) -> Sequence[SignInView]:
        with trouble(), self._db.read() as c:
            found = sign_ins.latest(c, self._tenant, who=who, since=_seconds(since), failed=failed, limit=limit)
        return [sign_in_view(one) for one in found]


def _seconds(iso: str | None) -> float | None:
    return None if iso is None else moment(iso).timestamp()
