"""Values by which users of another forest are recognised, and which several users may have at once.

Connect's “uniquely identifying your users” (how-to-connect-install-custom): besides mail and security identifier, a
name they sign in with, or an attribute of the organisation's own. Users are listed by an attribute from the first time
on that a schema matches by it; whoever is written afterwards is listed in the same transaction. The list shares a table
with values that wait for their holder: both are (name, value, object).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select

from ropeway.directory import tables
from ropeway.directory.computed import Claim
from ropeway.directory.features import features, set_known_by
from ropeway.directory.portions import AT_ONCE, slices
from ropeway.directory.record import decoded
from ropeway.directory.session import Session
from ropeway.directory.workspace import Workspace
from ropeway.model.changes import Desired, MatchKey
from ropeway.model.values import compare_key
from ropeway.rules.mappings import MATCHED_BY
from ropeway.store.constant import any_of

_o, _w = tables.object_.c, tables.waiting.c
_users_after = (
    select(_o.number, _o.properties)
    .where(_o.tenant == bindparam("b_tenant"), _o.type == "user", _o.deleted.is_(None), _o.number > bindparam("last"))
    .order_by(_o.number)
    .limit(AT_ONCE)
)
_listed = select(_w.value, _w.object).where(
    _w.tenant == bindparam("b_tenant"), _w.name == bindparam("b_name"), any_of(_w.value, "values")
)


def recognised_by(type_: str, properties: Desired, names: Iterable[str]) -> set[Claim]:
    """What a live object is listed by, of these attributes."""
    if type_ != "user":
        return set()
    given = ((name, properties.get(name)) for name in names)
    return {(_name(name), compare_key(value)) for name, value in given if isinstance(value, str) and value}


def _name(attribute: str) -> str:
    return f"by {attribute}"


def asked(keys: Iterable[MatchKey]) -> set[str]:
    """The attributes among candidates that only a list can answer."""
    return {name for key in keys for name, _ in key.candidates if name not in MATCHED_BY}


def list_users(session: Session, names: set[str]) -> None:
    """See to it that all users are listed by these attributes; beginning again does no harm."""
    with session.reading() as work:
        known = features(work.connection, work.tenant).known_by
    missing = {name for name in names if not known.get(name)}
    if not missing:
        return
    with session.writing() as work:
        set_known_by(work.connection, work.tenant, dict.fromkeys(missing, False))
    last: int | None = 0
    while last is not None:
        with session.writing() as work:
            last = _list_after(session, work, missing, last)
    with session.writing() as work:
        set_known_by(work.connection, work.tenant, dict.fromkeys(missing, True))


def _list_after(session: Session, work: Workspace, names: set[str], last: int) -> int | None:
    users = work.connection.execute(_users_after, {"b_tenant": work.tenant, "last": last}).all()
    rows: list[dict[str, Any]] = [
        {"tenant": work.tenant, "name": name, "value": value, "object": number, "since": work.sequence}
        for number, properties in users
        for name, value in recognised_by("user", decoded(properties), names)
    ]
    if rows:
        work.connection.execute(session.database.insert(tables.waiting).on_conflict_do_nothing(), rows)
    return users[-1].number if users else None


def recognised(work: Workspace, keys: Sequence[MatchKey]) -> Mapping[tuple[str, str], Sequence[int]]:
    """The users that have these values: attribute and value to their numbers, in order."""
    values: dict[str, dict[str, None]] = {}
    for key in keys:
        for name, value in key.candidates:
            if name not in MATCHED_BY:
                values.setdefault(name, {})[value] = None
    found: dict[tuple[str, str], list[int]] = {}
    for name, wanted in values.items():
        for part in slices(wanted):
            asked_for = {"b_tenant": work.tenant, "b_name": _name(name), "values": part}
            for value, number in work.connection.execute(_listed, asked_for):
                found.setdefault((name, value), []).append(number)
    return found
