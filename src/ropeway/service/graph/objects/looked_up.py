"""Properties of users that are in no object: what they sign in by, when they last did. Told where $select has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Raw
from sqlalchemy import Connection, func, select

from ropeway.directory import tables
from ropeway.directory.record import decoded
from ropeway.model.permissions import rule_of
from ropeway.service.graph.durations import told_time
from ropeway.service.graph.objects.kinds import USERS, Kind
from ropeway.service.graph.objects.shapes import Row, encode
from ropeway.service.graph.sign_ins import INTERACTIVE
from ropeway.service.odata.refusals import unsupported
from ropeway.service.odata.resource import Asked
from ropeway.service.who import permitted
from ropeway.store.identity_tables import sign_in

IDENTITIES, ACTIVITY = "identities", "signinactivity"
LOOKED_UP = frozenset({IDENTITIES, ACTIVITY})
"""In small letters."""
MOST_WITH_ACTIVITY = 120
"""Users of a page that tells of sign-ins, as in Graph."""
_RULE = rule_of("/v1.0/auditLogs/signIns", "GET")


def look_up(asked: Asked, c: Connection, kind: Kind, rows: Sequence[Row], items: Sequence[Any]) -> None:
    """Fill in what was selected; RopewayError where the caller may not read the sign-in log."""
    if kind is not USERS or not asked.options.select:
        return
    wanted = LOOKED_UP.intersection(name.lower() for name in asked.options.select)
    if IDENTITIES in wanted:
        _identities(c, asked.parts.tenant, rows, items)
    if ACTIVITY in wanted:
        permitted(asked.caller, _RULE, "read")
        if len(rows) > MOST_WITH_ACTIVITY:
            raise unsupported("$top", f"With signInActivity a page has at most {MOST_WITH_ACTIVITY} users")
        _activity(c, asked.parts.tenant, rows, items)


def _identities(c: Connection, tenant: int, rows: Sequence[Row], items: Sequence[Any]) -> None:
    """Everybody signs in by userPrincipalName alone, which the tenant itself vouches for."""
    d = tables.domain.c
    issuer = c.scalar(select(d.name).where(d.tenant == tenant, d.initial))
    for item, row in zip(items, rows, strict=True):
        upn = decoded(row.properties).get("userPrincipalName")
        told = {"signInType": "userPrincipalName", "issuer": issuer, "issuerAssignedId": upn}
        item.identities = Raw(encode([told] if upn else []))


def _activity(c: Connection, tenant: int, rows: Sequence[Row], items: Sequence[Any]) -> None:
    """Of each user the last lines of the sign-in log: by hand, without, and one that went well."""
    s = sign_in.c
    by_hand, went_well = s.way.in_(INTERACTIVE), s.error == 0
    mine = (s.tenant == tenant, s.person.in_([row.id for row in rows]))
    last = select(func.max(s.id)).where(*mine).group_by(s.person, by_hand, went_well)
    lines = c.execute(select(s.person, s.way, s.error, s.time, s.request).where(s.id.in_(last)).order_by(s.id)).all()
    found: dict[str, dict[str, str]] = {}
    for person, way, error, time, request in lines:
        kinds = ["lastSignIn" if way in INTERACTIVE else "lastNonInteractiveSignIn"]
        for kind in [*kinds, "lastSuccessfulSignIn"] if error == 0 else kinds:
            found.setdefault(person, {}).update({f"{kind}DateTime": told_time(time), f"{kind}RequestId": request})
    for item, row in zip(items, rows, strict=True):
        if row.id in found:
            item.signInActivity = Raw(encode(found[row.id]))
