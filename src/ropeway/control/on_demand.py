"""Provision on demand, for people: the four steps, and what was written."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Literal

from ropeway.control.link_stories import reason_words
from ropeway.control.log_lines import ends_of, event_view
from ropeway.control.protocol import EventView, ProvisionView
from ropeway.control.room import taken
from ropeway.control.running import Running, trouble
from ropeway.control.views import iso
from ropeway.engine.on_demand import MOST_MEMBERS, Provisioned, Why, provision
from ropeway.engine.ports import Resolves
from ropeway.engine.work import Work
from ropeway.model.anchors import Anchor
from ropeway.model.problems import Problem, RopewayError, describe
from ropeway.store import explaining, looking
from ropeway.store.database import Database
from ropeway.store.jobs import JobRow
from ropeway.store.rows import Key

Result = Literal["Success", "Skipped", "Failure", "Warning"]
SKIPPED = {
    Why.IN_STEP: "The directory has it already as it should be.",
    Why.OUT_OF_SCOPE: "It is not in the scope of the job.",
    Why.HELD: "What would be written is held until somebody approves it.",
    Why.STAGING: "The job is in staging mode: it plans, and never writes.",
    Why.SET_ASIDE: "It was set aside.",
    Why.WAITING: "The directory asked to wait; the next run goes on.",
}
EXPORTS = {"create": "EntryExportAdd", "delete": "EntryExportDelete"}
"""Graph's names of the last step, where it is no EntryExportUpdate."""


class OnDemand:
    """Objects provisioned one by one."""

    def __init__(self, database: Database, tenant: int, open_: Callable[[str], Running]) -> None:
        self._db = database
        self._tenant = tenant
        self._open = open_

    def provision(self, row: JobRow, names: Sequence[str], members: Sequence[Sequence[str]]) -> ProvisionView:
        """The object that goes by one of these names, and of a group these members; each by several names."""
        if len(members) > MOST_MEMBERS:
            raise RopewayError(Problem("provision-too-many", value=str(len(members))))
        began = time.time()
        with trouble():
            with taken(self._db, row, self._open) as running:
                running.refuse_off()
                work = running.work()
                anchor = self._anchor(row, work, names)
                chosen = {self._anchor(row, work, one) for one in members}
                done = provision(work, anchor, chosen)
            return self._view(row, done, began)

    def _anchor(self, row: JobRow, work: Work, names: Sequence[str]) -> Anchor:
        with self._db.read() as c:
            key = Key(tenant=self._tenant, job=row.number)
            for name in names:
                if found := looking.entries_named(c, key, name):
                    return found[0].anchor
            if "@" in names[0] and (found := looking.entries_addressed(c, key, names[0])):
                return found[0].anchor
        for name in names:
            is_dn = "=" in name or row.settings.source.kind == "uploads"
            if is_dn and isinstance(work.source, Resolves):
                whole = work.source.resolve(name, work.wanted)
                if whole is not None:
                    return whole.anchor
        raise RopewayError(Problem("object-unknown", object=names[0]))

    def _view(self, row: JobRow, done: Provisioned, began: float) -> ProvisionView:
        events = self._events(row, done)
        main = next((e for e in events if e.action != "links"), events[0] if events else None)
        failed = next((e for e in events if e.status == "failure"), None)
        problem = failed.problem if failed else next((e.problem for e in events if e.problem), None)
        return ProvisionView(
            job=row.name,
            object=done.entry.dn,
            anchor=done.entry.anchor,
            type=done.entry.type,
            result=_result(done, events),
            action=main.action.capitalize() if main and not failed else "Other",
            why=done.why.value if done.why else "",
            target=done.entry.target or (main.target if main else None),
            began=iso(began) or "",
            ended=iso(time.time()) or "",
            steps=tuple(_steps(done, main, problem)),
            modified=tuple(_modified(events)) if not failed else (),
            waiting=done.waiting,
            problem=problem,
        )

    def _events(self, row: JobRow, done: Provisioned) -> list[EventView]:
        if not done.cycle:
            return []
        with self._db.read() as c:
            found = looking.events(c, self._tenant, jobs=[row.number], names=[done.entry.anchor], limit=100)
            mine = [e for e in found if e.cycle == done.cycle and e.anchor == done.entry.anchor]
            dns = explaining.dns_of(c, self._tenant, ends_of(mine))
        return [event_view(e, row.name, dns) for e in reversed(mine)]


def _result(done: Provisioned, events: Sequence[EventView]) -> Result:
    if any(e.status == "failure" for e in events) or done.why is Why.SET_ASIDE:
        return "Failure"
    if done.why is not None:
        return "Skipped"
    return "Warning" if any(e.status == "warning" for e in events) else "Success"


STAGES = ("import", "scope", "match", "export")


def _steps(done: Provisioned, event: EventView | None, problem: Problem | None) -> list[dict[str, Any]]:
    """Import, Scoping, Matching, Export; after a step that failed, or said no, the others are skipped."""
    ends = _ends_at(done, event, problem)
    told = _told(done, event, problem)
    steps: list[dict[str, Any]] = []
    for number, (name, kind, description, details) in enumerate(told):
        last = number == ends
        failed = last and problem is not None and done.why in (None, Why.SET_ASIDE)
        status = "Skipped" if number > ends or (last and done.why and not failed) else "Success"
        steps.append(
            {
                "name": name,
                "type": kind,
                "status": "Failure" if failed and _is_failure(event) else status,
                "description": describe(problem) if failed and problem else description,
                "timestamp": event.time if event else "",
                "details": details,
            }
        )
    return steps


def _is_failure(event: EventView | None) -> bool:
    return event is not None and event.status == "failure"


def _ends_at(done: Provisioned, event: EventView | None, problem: Problem | None) -> int:
    """The step that decided."""
    if done.why is Why.OUT_OF_SCOPE:
        return 1
    if problem is not None and event is not None and event.action == "other":
        stage = event.steps[-1]["type"] if event.steps else ""
        return {"import": 0, "map": 2, "match": 2}.get(stage, 3)
    return 3


def _told(
    done: Provisioned, event: EventView | None, problem: Problem | None
) -> list[tuple[str, str, str, dict[str, Any]]]:
    entry, before = done.entry, done.before
    in_scope = bool(entry.in_scope) and done.why is not Why.OUT_OF_SCOPE
    scope = "In scope." if in_scope else f"Not in scope: {reason_words(entry.reason or 'no rule')}."
    imported = "EntryImportAdd" if before is None else "EntryImport" if before == entry else "EntryImportUpdate"
    read = "Read from the source." if entry.live else "The source has it no more."
    matched = next((s["description"] for s in event.steps if s["type"] == "matching"), "") if event else ""
    matched = matched or ("Linked before." if entry.target else "Not matched.")
    export = EXPORTS.get(event.action, "EntryExportUpdate") if event and problem is None else "EntryExportUpdate"
    if done.why is not None:
        export = "EntrySynchronizationSkip"
    written = SKIPPED[done.why] if done.why else f"Written: {event.action if event else 'nothing'}."
    more: dict[str, Any] = {"SkipReason": done.why.value} if done.why else {}
    return [
        (imported, "Import", read, {"anchor": entry.anchor, "type": entry.type, "dn": entry.dn}),
        ("EntrySynchronizationScoping", "Scoping", scope, {"ScopeEvaluationResult": in_scope}),
        ("EntryMatching", "Matching", matched, {"target": entry.target, "sourceAnchor": entry.source_anchor}),
        (export, "Export", written, more),
    ]


def _modified(events: Sequence[EventView]) -> list[dict[str, Any]]:
    return [
        {"displayName": name, "oldValue": event.before.get(name), "newValue": value}
        for event in events
        for name, value in event.modified.items()
    ]
