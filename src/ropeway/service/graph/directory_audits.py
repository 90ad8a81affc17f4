"""`/auditLogs/directoryAudits`: what administrators did, done or refused."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from operator import itemgetter
from typing import Any

from sqlalchemy import case, or_

from ropeway.control.protocol import AuditView
from ropeway.control.views import act_view
from ropeway.model.problems import Problem, title_of
from ropeway.service.graph.api import DISPLAY_NAME
from ropeway.service.graph.durations import told_time
from ropeway.service.graph.logs import Log
from ropeway.service.graph.on_demand import told_value
from ropeway.service.graph.opaque import ACT, Opaque, opaque_of
from ropeway.service.odata.sql import Constant, Fields, Moment, Serial, Text
from ropeway.service.parts import Parts
from ropeway.store import trail
from ropeway.store.service_tables import audit
from ropeway.store.trail import Act

USUAL = "ProvisioningManagement"
CATEGORIES = {
    word: category
    for category, words in {
        "UserManagement": ("user", "password", "factor", "ins", "manager"),
        "GroupManagement": ("group", "members", "owners"),
        "ApplicationManagement": (
            "application", "secret", "credential", "certificate", "permission", "permissions", "consent", "required",
            "redirects",
        ),
        "RoleManagement": ("role",),
        "Contact": ("orgContact",),
        "Device": ("device", "registeredOwners", "registeredUsers"),
        "DirectoryManagement": ("domain", "organization", "object", "synchronization"),
    }.items()
    for word in words
}  # fmt: skip
"""Last word of an action to Graph's category; every other one is about jobs and agents."""
OPERATIONS = {
    "create": "Add", "register": "Add", "add": "Add", "delete": "Delete", "remove": "Delete", "drop": "Delete",
    "purge": "Delete", "assign": "Assign", "grant": "Assign", "withdraw": "Unassign", "revoke": "Unassign",
}  # fmt: skip
"""First word of an action to Graph's operationType; every other one is an update."""
NOTE = "ropeway.act"
"""The annotation with what `ropeway service audit` tells."""
Numbered = tuple[int, Act]


def log(parts: Parts) -> Log[Numbered]:
    """The audit trail as a resource."""
    ids, place = opaque_of(parts), "auditLogs/directoryAudits"
    reads = (partial(fields, ids), trail.acts, itemgetter(0), partial(_told, ids))
    return Log(parts, place, audit.c.id, ACT, *reads, note=NOTE, view=_views)


def _views(found: Sequence[Numbered]) -> list[AuditView]:
    return [act_view(act) for _, act in found]


def fields(ids: Opaque) -> Fields:
    """What may be asked for, as `_shown` tells it."""
    a = audit.c
    user, app = (Text(case((a.app == "", a.who), else_="")), Text(case((a.app == "", ""), else_=a.who)))
    category = case(
        *((or_(a.action == word, a.action.endswith(f"_{word}", autoescape=True)), said)
          for word, said in CATEGORIES.items()), else_=USUAL,
    )  # fmt: skip
    user_id = case((a.app != "", ""), (a.who_id == "", a.who), else_=a.who_id)
    return {
        "id": Serial(a.id, ids.reader(ACT)),
        "activitydatetime": Moment(a.time),
        "activitydisplayname": Text(a.action),
        "category": Text(category),
        "loggedbyservice": Constant(DISPLAY_NAME),
        "correlationid": Text(a.request),
        "targetresources/id": Text(a.subject),
        "targetresources/displayname": Text(a.subject),
        "result": Text(case((a.outcome == "success", "success"), else_="failure")),
        "initiatedby/user/id": Text(user_id),
        "initiatedby/user/displayname": user,
        "initiatedby/user/userprincipalname": user,
        "initiatedby/app/appid": Text(a.app),
        "initiatedby/app/displayname": app,
        "initiatedby/app/serviceprincipalid": Text(case((a.app == "", ""), else_=a.who_id)),
    }


def _told(ids: Opaque, found: Sequence[Numbered]) -> list[dict[str, Any]]:
    return [_shown(ids.id(ACT, number), act) for number, act in found]


def _initiator(act: Act) -> dict[str, Any]:
    """Graph's auditActivityInitiator: an application that acted by itself, or a person."""
    if act.app:
        ids = {"appId": act.app, "servicePrincipalId": act.who_id, "servicePrincipalName": None}
        return {"app": {"displayName": act.who, **ids}, "user": None}
    address = (act.details or {}).get("address") or None
    names = {"displayName": act.who, "userPrincipalName": act.who, "ipAddress": address}
    return {"app": None, "user": {"id": act.who_id or act.who, **names}}


def _shown(id_: str, act: Act) -> dict[str, Any]:
    word, _, kind = act.action.partition("_")
    done = act.outcome == "success"
    return {
        "id": id_,
        "activityDateTime": told_time(act.time),
        "activityDisplayName": act.action,
        "additionalDetails": [{"key": key, "value": told_value(value)} for key, value in (act.details or {}).items()],
        "category": CATEGORIES.get(act.action.rpartition("_")[2], USUAL),
        "correlationId": act.request,
        "initiatedBy": _initiator(act),
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
