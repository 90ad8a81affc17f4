"""`/auditLogs/directoryAudits`: what administrators did, done or refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case
from starlette.routing import BaseRoute

from ropeway.model.problems import Problem, title_of
from ropeway.service.graph.api import DISPLAY_NAME, Api
from ropeway.service.graph.durations import told_time
from ropeway.service.graph.log_pages import log_page
from ropeway.service.graph.on_demand import told_value
from ropeway.service.odata.answers import Answer, many, one
from ropeway.service.odata.options import LIST, ONE
from ropeway.service.odata.refusals import resource_unknown
from ropeway.service.odata.resource import Asked, Verb, resource
from ropeway.service.odata.sql import Condition, Constant, Fields, Moment, Serial, Text
from ropeway.store import trail
from ropeway.store.service_tables import audit
from ropeway.store.trail import Act

CONTEXT = "auditLogs/directoryAudits"
CATEGORY = "ProvisioningManagement"
OPERATIONS = {"create": "Add", "register": "Add", "delete": "Delete", "remove": "Delete"}
"""First word of an action to Graph's operationType; every other one is an update."""
Numbered = tuple[int, Act]


@dataclass(frozen=True, slots=True)
class DirectoryAudits:
    """The audit trail as a resource."""

    api: Api

    def routes(self) -> Sequence[BaseRoute]:
        """The list, and one act."""
        path = "/v1.0/auditLogs/directoryAudits"
        return [
            resource(self.api.parts, path, get=Verb(self.listed, LIST)),
            resource(self.api.parts, f"{path}/{{act}}", get=Verb(self.shown, ONE)),
        ]

    def listed(self, asked: Asked) -> Answer:
        """GET /auditLogs/directoryAudits."""
        return many(CONTEXT, log_page(asked, fields(), self._read, lambda found: found[0], _told))

    def shown(self, asked: Asked) -> Answer:
        """GET /auditLogs/directoryAudits/{id}."""
        id_ = asked.key("act")
        if not (id_.isascii() and id_.isdecimal() and len(id_) < 19):
            raise resource_unknown(id_)
        found = self._read(audit.c.id == int(id_), None, False, 1)
        if not found:
            raise resource_unknown(id_)
        return one(CONTEXT, _told(found)[0])

    def _read(self, where: Condition, after: int | None, oldest_first: bool, limit: int) -> list[Numbered]:
        parts = self.api.parts
        with parts.database.read() as c:
            return trail.acts(c, parts.tenant, where, after=after, oldest_first=oldest_first, limit=limit)


def fields() -> Fields:
    """What may be asked for, as `_shown` tells it."""
    a = audit.c
    who = Text(a.who)
    return {
        "id": Serial(a.id),
        "activitydatetime": Moment(a.time),
        "activitydisplayname": Text(a.action),
        "category": Constant(CATEGORY),
        "loggedbyservice": Constant(DISPLAY_NAME),
        "correlationid": Text(a.request),
        "result": Text(case((a.outcome == "success", "success"), else_="failure")),
        "initiatedby/user/id": who,
        "initiatedby/user/displayname": who,
        "initiatedby/user/userprincipalname": who,
    }


def _told(found: Sequence[Numbered]) -> list[dict[str, Any]]:
    return [_shown(number, act) for number, act in found]


def _shown(number: int, act: Act) -> dict[str, Any]:
    word, _, kind = act.action.partition("_")
    done = act.outcome == "success"
    return {
        "id": str(number),
        "activityDateTime": told_time(act.time),
        "activityDisplayName": act.action,
        "additionalDetails": [{"key": key, "value": told_value(value)} for key, value in (act.details or {}).items()],
        "category": CATEGORY,
        "correlationId": act.request,
        "initiatedBy": {
            "app": None,
            "user": {"id": act.who, "displayName": act.who, "userPrincipalName": act.who, "ipAddress": None},
        },
        "loggedByService": DISPLAY_NAME,
        "operationType": OPERATIONS.get(word, "Update"),
        "result": "success" if done else "failure",
        "resultReason": "" if done else f"{title_of(Problem(act.outcome))} ({act.outcome})",
        "targetResources": [
            {
                "id": act.subject,
                "displayName": act.subject,
                "type": kind or word,
                "userPrincipalName": None,
                "groupType": None,
                "modifiedProperties": [],
            }
        ],
    }
