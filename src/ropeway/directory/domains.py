"""Domains of the tenant. Verifying or removing one renames its users, in portions that survive a crash."""

from __future__ import annotations

import re

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError

from ropeway.directory import tables
from ropeway.directory.computed import computed
from ropeway.directory.drafts import Draft, Refused, recomputed
from ropeway.directory.portions import AT_ONCE
from ropeway.directory.record import Record, State, decoded_history
from ropeway.directory.workspace import Workspace
from ropeway.directory.writing import accept, store
from ropeway.model.problems import Problem, shown
from ropeway.model.values import compare_key

_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_READ_AT_ONCE = 5000


def domain_key(name: str) -> str:
    """A domain's name as it is stored; `Refused` where it is none."""
    found = compare_key(name)
    if not _NAME.fullmatch(found):
        raise Refused(Problem("domain-name-invalid", value=shown(name)))
    return found


def add(connection: Connection, tenant: int, name: str, *, initial: bool = False) -> None:
    """A new domain, unverified unless it is the initial one."""
    row = {"tenant": tenant, "name": domain_key(name), "verified": initial, "initial": initial}
    connection.execute(tables.domain.insert(), row | {"recalculated_to": None})


def mark(work: Workspace, name: str, *, verified: bool) -> None:
    """Set whether a domain is verified; its users follow by `follow`. `Refused` where it is another tenant's."""
    d = tables.domain.c
    if verified and owner(work.connection, name) not in (None, work.tenant):
        raise Refused(Problem("domain-taken", value=name))
    row = update(tables.domain).where(d.tenant == work.tenant, d.name == name)
    try:
        work.connection.execute(row.values(verified=verified, recalculated_to=0))
    except IntegrityError:  # at the same moment
        raise Refused(Problem("domain-taken", value=name)) from None


def owner(connection: Connection, name: str) -> int | None:
    """The tenant that a verified domain belongs to."""
    d = tables.domain.c
    return connection.scalar(select(d.tenant).where(d.name == name, d.verified))


def unfinished(connection: Connection, tenant: int) -> list[str]:
    """Domains whose users do not all follow yet."""
    d = tables.domain.c
    query = select(d.name).where(d.tenant == tenant, d.recalculated_to.is_not(None)).order_by(d.name)
    return list(connection.execute(query).scalars())


def follow(work: Workspace, name: str) -> None:
    """Recalculate the names of the next portion of a domain's users, from what was contributed."""
    d = tables.domain.c
    where = (d.tenant == work.tenant, d.name == name)
    done = work.connection.execute(select(d.recalculated_to).where(*where)).scalar_one_or_none()
    if done is None:
        return
    affected, reached = _affected(work, name, done)
    work.load(affected)
    drafts = [_renamed(work, work.records[number]) for number in affected]
    work.keys.fetch(c for draft in drafts for c in draft.claims)
    for draft in drafts:
        accept(work, draft)
    store(work)
    work.connection.execute(update(tables.domain).where(*where).values(recalculated_to=reached))


def _affected(work: Workspace, name: str, done: int) -> tuple[list[int], int | None]:
    """Users whose contributed name ends in the domain, and the number up to which all are found (None: the end)."""
    o = tables.object_.c
    query = select(o.number, o.history).where(o.tenant == work.tenant, o.type == "user", o.number > done)
    rows = work.connection.execute(query.order_by(o.number).limit(_READ_AT_ONCE)).all()
    found: list[int] = []
    for number, history in rows:
        names = decoded_history(history)
        given = (names and names.contributed_upn) or ""
        if compare_key(given.rpartition("@")[2]) == name:
            found.append(number)
            if len(found) == AT_ONCE:
                return found, number
    return found, rows[-1].number if len(rows) == _READ_AT_ONCE else None


def _renamed(work: Workspace, record: Record) -> Draft:
    state = record.state
    if state.deleted is None:
        wanted = recomputed(work, record, state.contributions, recalculate=True)
    else:
        _, history = computed(record.type, state.contributions, state.history, work.domains, recalculate=True)
        wanted = State(state.properties, history, state.deleted, state.contributions)
    return Draft(record, wanted, record.name, forced=True)
