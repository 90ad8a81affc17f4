"""`/auditLogs/signIns`: who signed in to what, and who was refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.routing import BaseRoute

from ropeway.service.graph.api import Api
from ropeway.service.graph.durations import told_time
from ropeway.service.graph.log_pages import log_page
from ropeway.service.identity.errors import KINDS
from ropeway.service.odata.answers import Answer, many, one
from ropeway.service.odata.options import LIST, ONE
from ropeway.service.odata.refusals import resource_unknown
from ropeway.service.odata.resource import Asked, Verb, resource
from ropeway.service.odata.sql import Condition, Fields, Moment, Number, Serial, Text
from ropeway.store import sign_ins
from ropeway.store.identity_tables import sign_in
from ropeway.store.sign_ins import SignIn

CONTEXT = "auditLogs/signIns"
WHEN = "createddatetime"
Numbered = tuple[int, SignIn]


@dataclass(frozen=True, slots=True)
class SignIns:
    """The sign-in log as a resource."""

    api: Api

    def routes(self) -> Sequence[BaseRoute]:
        """The list, and one of it."""
        path = "/v1.0/auditLogs/signIns"
        return [
            resource(self.api.parts, path, get=Verb(self.listed, LIST)),
            resource(self.api.parts, f"{path}/{{line}}", get=Verb(self.shown, ONE)),
        ]

    def listed(self, asked: Asked) -> Answer:
        """GET /auditLogs/signIns."""
        return many(CONTEXT, log_page(asked, fields(), self._read, lambda found: found[0], _told, when=WHEN))

    def shown(self, asked: Asked) -> Answer:
        """GET /auditLogs/signIns/{id}."""
        id_ = asked.key("line")
        if not (id_.isascii() and id_.isdecimal() and len(id_) < 19):
            raise resource_unknown(id_)
        found = self._read(sign_in.c.id == int(id_), None, False, 1)
        if not found:
            raise resource_unknown(id_)
        return one(CONTEXT, _told(found)[0])

    def _read(self, where: Condition, after: int | None, oldest_first: bool, limit: int) -> list[Numbered]:
        parts = self.api.parts
        with parts.database.read() as c:
            return sign_ins.some(c, parts.tenant, where, after=after, oldest_first=oldest_first, limit=limit)


def fields() -> Fields:
    """What may be asked for, as `_shown` tells it."""
    s = sign_in.c
    return {
        "id": Serial(s.id),
        "createddatetime": Moment(s.time),
        "userid": Text(s.person),
        "userdisplayname": Text(s.name),
        "userprincipalname": Text(s.name),
        "appid": Text(s.application),
        "appdisplayname": Text(s.application_name),
        "ipaddress": Text(s.address),
        "correlationid": Text(s.request),
        "resourcedisplayname": Text(s.resource),
        "status/errorcode": Number(s.error),
    }


def _told(found: Sequence[Numbered]) -> list[dict[str, Any]]:
    return [_shown(number, line) for number, line in found]


def _shown(number: int, line: SignIn) -> dict[str, Any]:
    reason = KINDS[line.error][2] if line.error in KINDS else "Other." if line.error else None
    return {
        "id": str(number),
        "createdDateTime": told_time(line.time),
        "userId": line.person,
        "userDisplayName": line.name,
        "userPrincipalName": line.name,
        "appId": line.application,
        "appDisplayName": line.application_name,
        "ipAddress": line.address,
        "clientAppUsed": line.way,
        "correlationId": line.request,
        "isInteractive": line.way in ("authorization_code", "password"),
        "resourceDisplayName": line.resource,
        "status": {"errorCode": line.error, "failureReason": reason, "additionalDetails": None},
        "deviceDetail": {"browser": line.agent},
    }
