"""provisionOnDemand: its request, and its answer, which is JSON within two texts (graph-scim.md B5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, and_

from ropeway.control.protocol import ProvisionView
from ropeway.control.sources import source_name
from ropeway.model.problems import Problem, describe, remedy_of
from ropeway.service.odata.bodies import Body
from ropeway.service.odata.refusals import body_invalid
from ropeway.store.jobs import JobRow
from ropeway.store.looking import events_where
from ropeway.store.tables import provisioning_event


class Subject(Body, frozen=True):
    """Graph's synchronizationJobSubject: the object by DN, GUID, UPN or id."""

    object_id: str
    object_type_name: str | None = None
    links: Links | None = None

    def member_ids(self) -> list[str]:
        """The members that are written with a group."""
        return [one.object_id for one in (self.links.members or ())] if self.links else []


class Links(Body, frozen=True):
    """Graph's synchronizationLinkedObjects. The manager is always written; owners have no place here."""

    members: list[Subject] | None = None
    owners: list[Subject] | None = None
    manager: Subject | None = None


class Parameters(Body, frozen=True):
    """Graph's synchronizationJobApplicationParameters."""

    rule_id: str | None = None
    subjects: tuple[Subject, ...] = ()


class OnDemandBody(Body, frozen=True):
    """What provisionOnDemand is asked."""

    parameters: tuple[Parameters, ...] = ()


def subject_of(body: OnDemandBody, rules: Sequence[dict[str, Any]]) -> Subject:
    """The one object that is asked for; which rules are about it, the job finds out itself."""
    if len(body.parameters) != 1 or len(body.parameters[0].subjects) != 1:
        raise body_invalid("parameters", "one rule with one subject is provisioned at a time")
    rule = body.parameters[0].rule_id
    known = [str(one.get("id") or one.get("name")) for one in rules]
    if rule and rule.partition("#")[0] not in known:
        raise body_invalid("parameters[0].ruleId", f"the job has no rule '{rule}', only {', '.join(known)}")
    return body.parameters[0].subjects[0]


def answer_of(view: ProvisionView, row: JobRow, change: str) -> dict[str, str]:
    """Graph's stringKeyStringValuePair; `change` is the id of the line in the log."""
    return {"key": _text(_result(view)), "value": _text(_story(view, row, change))}


def line_about(c: Connection, view: ProvisionView, row: JobRow) -> int | None:
    """The number of the line in the provisioning log about what was done; None where nothing was."""
    if view.result == "Skipped":
        return None
    e = provisioning_event.c
    about = and_(e.job == row.number, e.anchor == view.anchor, e.time >= datetime.fromisoformat(view.began).timestamp())
    found = events_where(c, row.tenant, about, after=None, oldest_first=False, limit=20)
    mine = [event for event in found if event.cycle == found[0].cycle]
    main = [event for event in mine if event.status == "failure"] or [e for e in mine if e.action != "links"] or mine
    return main[0].id if main else None


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _result(view: ProvisionView) -> dict[str, Any]:
    code = view.problem.code if view.problem else view.why
    message = describe(view.problem) if view.problem else _last(view)
    return {"result": view.result, "details": {"errorCode": code, "errorMessage": message if code else ""}}


def _last(view: ProvisionView) -> str:
    return next((step["description"] for step in reversed(view.steps)), "")


def _story(view: ProvisionView, row: JobRow, change: str) -> dict[str, Any]:
    return {
        "action": "Other" if view.result == "Skipped" else view.action,
        "changeId": change,
        "startTime": view.began,
        "endTime": view.ended,
        "reportableIdentifier": view.object,
        "modifiedProperties": [_modified(one) for one in view.modified],
        "provisioningSteps": [dict(step) for step in view.steps],
        "statusInfo": _status(view),
        "sourceIdentity": {"id": view.anchor, "type": view.type, "displayName": view.object, "details": {}},
        "sourceSystem": {"id": row.id, "name": source_name(row.settings.source), "details": {}},
        "targetIdentity": {"id": view.target or "", "type": view.type, "displayName": "", "details": {}},
        "targetSystem": {"id": "", "name": "Ropeway", "details": {}},
    }


def _modified(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "displayName": one["displayName"],
        "oldValue": told_value(one.get("oldValue")),
        "newValue": told_value(one.get("newValue")),
    }


def told_value(value: Any) -> str | None:
    """A value as Graph's logs tell it: a text as it is, everything else in JSON, bytes in base 64."""
    return value if value is None or isinstance(value, str) else _text(value)


def _status(view: ProvisionView) -> dict[str, Any]:
    problem: Problem | None = view.problem
    return {
        "status": view.result,
        "errorCode": problem.code if problem else view.why,
        "reason": describe(problem) if problem else "",
        "additionalDetails": None,
        "errorCategory": "NonServiceFailure" if problem else "None",
        "recommendedAction": remedy_of(problem) if problem else "",
    }
