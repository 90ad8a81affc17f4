"""`/auditLogs/signIns`: who signed in to what, and who was refused."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from operator import itemgetter
from typing import Any

from sqlalchemy import case

from ropeway.model.sign_in_errors import words_of
from ropeway.service.graph.durations import told_time
from ropeway.service.graph.logs import Log
from ropeway.service.graph.opaque import SIGN_IN, Opaque, opaque_of
from ropeway.service.odata.sql import Coded, Fields, Moment, Number, Serial, Sometimes, Text
from ropeway.service.parts import Parts
from ropeway.store import sign_ins
from ropeway.store.identity_tables import sign_in
from ropeway.store.sign_ins import SignIn

WHEN = "createddatetime"
ALONE = "client_credentials"
"""How applications sign in that act by themselves: then there is a service principal, and no user."""
Numbered = tuple[int, SignIn]


INTERACTIVE = ("authorization_code", "password")
"""Ways in which a person is there."""


def log(parts: Parts) -> Log[Numbered]:
    """The sign-in log as a resource."""
    ids = opaque_of(parts)
    reads = (partial(fields, ids), sign_ins.some, itemgetter(0), partial(_told, ids))
    return Log(parts, "auditLogs/signIns", sign_in.c.id, SIGN_IN, *reads, WHEN)


def fields(ids: Opaque) -> Fields:
    """What may be asked for, as `_shown` tells it."""
    s = sign_in.c
    alone = s.way == ALONE
    return {
        "id": Serial(s.id, ids.reader(SIGN_IN)),
        "createddatetime": Moment(s.time),
        "userid": Sometimes(s.person, ~alone),
        "userdisplayname": Sometimes(s.name, ~alone),
        "userprincipalname": Sometimes(s.name, ~alone),
        "serviceprincipalid": Sometimes(s.person, alone),
        "serviceprincipalname": Sometimes(s.name, alone),
        "appid": Text(s.application),
        "appdisplayname": Text(s.application_name),
        "clientappused": Text(s.way),
        "isinteractive": Coded(case((s.way.in_(INTERACTIVE), 1), else_=0), {True: [1], False: [0]}),
        "ipaddress": Text(s.address),
        "correlationid": Text(s.request),
        "resourcedisplayname": Text(s.resource),
        "status/errorcode": Number(s.error),
    }


def _told(ids: Opaque, found: Sequence[Numbered]) -> list[dict[str, Any]]:
    return [_shown(ids.id(SIGN_IN, number), line) for number, line in found]


def _shown(id_: str, line: SignIn) -> dict[str, Any]:
    alone, seen = line.way == ALONE, line.way in INTERACTIVE
    return {
        "id": id_,
        "createdDateTime": told_time(line.time),
        "userId": "" if alone else line.person,
        "userDisplayName": "" if alone else line.name,
        "userPrincipalName": "" if alone else line.name,
        "servicePrincipalId": line.person if alone else "",
        "servicePrincipalName": line.name if alone else "",
        "signInEventTypes": ["servicePrincipal" if alone else "interactiveUser" if seen else "nonInteractiveUser"],
        "appId": line.application,
        "appDisplayName": line.application_name,
        "ipAddress": line.address,
        "clientAppUsed": line.way,
        "correlationId": line.request,
        "isInteractive": seen,
        "resourceDisplayName": line.resource,
        "status": {"errorCode": line.error, "failureReason": words_of(line.error) or None, "additionalDetails": None},
        "deviceDetail": {"browser": line.agent},
    }
