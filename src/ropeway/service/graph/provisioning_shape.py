"""A line of the log as Graph's provisioningObjectSummary (graph-scim.md B8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, NamedTuple, cast

from ropeway.control.log_lines import before_of, steps_of
from ropeway.control.sources import source_name
from ropeway.engine.redaction import hidden, without_secret
from ropeway.model.changes import Kind
from ropeway.model.graph_ids import Ids
from ropeway.model.job import SourceKind
from ropeway.model.problems import Problem, Severity, describe, known, remedy_of
from ropeway.model.values import unpack
from ropeway.service.graph.api import DISPLAY_NAME
from ropeway.service.graph.durations import told_time
from ropeway.service.graph.on_demand import told_value
from ropeway.service.graph.opaque import CYCLE, LINE, Opaque
from ropeway.store.jobs import JobRow
from ropeway.store.looking import Event

Json = dict[str, Any]

ACTIONS: Mapping[str, Sequence[str]] = {
    "create": (Kind.CREATE.value,),
    "update": (Kind.UPDATE.value, Kind.EMPTY.value, Kind.ADOPT.value, Kind.RESTORE.value, Kind.LINKS.value),
    "disable": (Kind.DISABLE.value,),
    "delete": (Kind.DELETE.value,),
    "stagedDelete": (),
    "other": ("other",),
}
"""Graph's provisioningAction to Ropeway's kinds. What a guard holds is no line of the log before it is written."""
_ACTION_OF = {kind: action for action, kinds in ACTIONS.items() for kind in kinds}

INITIATOR = {"id": "", "displayName": "Ropeway Provisioning Service", "initiatorType": "system"}
STEP_TYPES = {
    "scope": "scoping",
    "match": "matching",
    "map": "processing",
    "plan": "processing",
    "references": "referenceResolution",
}
"""Stages by Graph's name; those that have it already are not here."""
_TYPES = frozenset({"import", "scoping", "matching", "processing", "referenceResolution", "export"})
MOST_NAMES = 20
"""Links that a line names; the others are counted."""


class Setting(NamedTuple):
    """What lines are told with."""

    ids: Ids
    numbers: Opaque
    jobs: Mapping[int, JobRow]
    names: Mapping[tuple[int, str], str]
    """(job, anchor) of links' other ends to DN."""
    secret: Mapping[int, Set[str]]
    """Job to the attributes that its rules redact now: what older lines still have of them is not told."""


def ends_of(events: Iterable[Event]) -> Iterator[tuple[int, str]]:
    """(job, anchor) of the other ends that are named."""
    for event in events:
        for name, value in unpack(event.modified).items():
            if _is_link(name):
                yield from ((event.job, anchor) for anchor in cast("list[str]", value)[:MOST_NAMES])


SYSTEMS: Mapping[SourceKind, str] = {"active-directory": "Active Directory", "ldif": "LDIF export", "uploads": "API"}
"""What sources are called, by their kind."""


def source_system(row: JobRow) -> Json:
    """Where a job reads."""
    name = SYSTEMS[row.settings.source.kind]
    return {"id": row.id, "displayName": name, "details": {"source": source_name(row.settings.source)}}


def summary(event: Event, setting: Setting) -> Json:
    """One line."""
    row = setting.jobs.get(event.job)
    principal = {"id": setting.ids.service_principal, "displayName": DISPLAY_NAME}
    secret = setting.secret.get(event.job, frozenset[str]())
    kind = event.type[:1].upper() + event.type[1:]
    target: Json = {"id": str(setting.ids.tenant), "displayName": DISPLAY_NAME, "details": {}}
    return {
        "id": setting.numbers.id(LINE, event.id),
        "activityDateTime": told_time(event.time),
        "tenantId": str(setting.ids.tenant),
        "jobId": row.id if row else "",
        "cycleId": setting.numbers.id(CYCLE, event.cycle),
        "changeId": setting.numbers.id(LINE, event.id),
        "provisioningAction": _ACTION_OF.get(event.action, "other"),
        "durationInMilliseconds": None,
        "provisioningStatusInfo": {
            "status": event.status,
            "errorInformation": _error(without_secret(event.problem, secret)),
        },
        "provisioningSteps": [_step(one) for one in steps_of(event)],
        "modifiedProperties": _modified(event, setting.names, secret),
        "servicePrincipal": principal,
        "sourceSystem": source_system(row) if row else None,
        "targetSystem": target,
        "initiatedBy": INITIATOR,
        "sourceIdentity": {"id": event.anchor, "displayName": event.object, "identityType": kind, "details": {}},
        "targetIdentity": {"id": event.target or "", "displayName": "", "identityType": kind, "details": {}},
    }


def _step(step: Json) -> Json:
    kind = STEP_TYPES.get(step["type"], step["type"])
    return {
        "name": step["name"],
        "provisioningStepType": kind if kind in _TYPES else "processing",
        "status": step["status"],
        "description": step["description"],
        "details": {},
    }


def _error(problem: Problem | None) -> Json | None:
    if problem is None:
        return None
    fatal = known(problem.code).severity is Severity.FATAL
    return {
        "errorCode": problem.code,
        "reason": describe(problem),
        "additionalDetails": None,
        "errorCategory": "failure" if fatal else "nonServiceFailure",
        "recommendedAction": remedy_of(problem),
    }


def _is_link(name: str) -> bool:
    return name[:1] in ("+", "-")


def _modified(event: Event, names: Mapping[tuple[int, str], str], secret: Set[str]) -> list[Json]:
    """Attributes with their values before and now; links that were added as new, links that were taken as old ones."""
    found: dict[str, Json] = {}
    before = hidden(before_of(event), secret)
    for name, value in hidden(unpack(event.modified), secret).items():
        if name.startswith("@"):
            continue
        plain = name[1:] if _is_link(name) else name
        old = told_value(before.get(name))
        told = found.setdefault(plain, {"displayName": plain, "oldValue": old, "newValue": None})
        shown = _names(event.job, cast("list[str]", value), names) if _is_link(name) else value
        told["oldValue" if name.startswith("-") else "newValue"] = told_value(shown)
    return list(found.values())


def _names(job: int, anchors: list[str], names: Mapping[tuple[int, str], str]) -> list[str]:
    more = len(anchors) - MOST_NAMES
    told = [names.get((job, anchor), anchor) for anchor in anchors[:MOST_NAMES]]
    return [*told, f"and {more:,} more"] if more > 0 else told
