"""The ends of things: jobs that are deleted, and objects whose 30 days in the recycle bin are over."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, select, tuple_

from ropeway.directory import tables
from ropeway.directory.administration import cloud_owned
from ropeway.directory.computed import SYNCHRONISED, Standing
from ropeway.directory.drafts import Draft, recomputed
from ropeway.directory.flush import LOG, log, save_counters
from ropeway.directory.record import said_attributes
from ropeway.directory.workspace import Workspace
from ropeway.directory.writing import accept, store
from ropeway.engine.ports import Owned, OwnedLink
from ropeway.model.anchors import Anchor, Reference, TargetId
from ropeway.store.parting import forget_people
from ropeway.store.statements import among

BIN_SECONDS = 30 * 86400
"""How long a deleted object can be restored."""

LOG_SECONDS = 30 * 86400
"""How long the change log goes back."""

_LINKS_AT_ONCE = 1000
_OBJECTS_AT_ONCE = 100


def provided(connection: Connection, tenant: int, job: int, limit: int) -> list[tuple[str, int, str, str]]:
    """Some contributions a job still has: anchor, object number, object id, type."""
    c, o = tables.contribution.c, tables.object_.c
    query = (
        select(c.anchor, c.object, o.id, o.type)
        .join(tables.object_, o.number == c.object)
        .where(c.tenant == tenant, c.job == job, c.standing <= Standing.PROVISIONS)
        .order_by(c.anchor)
        .limit(limit)
    )
    return [(row.anchor, row.object, row.id, row.type) for row in connection.execute(query)]


def owned(connection: Connection, tenant: int, job: int, after: str, limit: int) -> list[Owned]:
    """The objects that live by a job's contributions, in the order of anchors, from the one after `after`."""
    c, o = tables.contribution.c, tables.object_.c
    query = (
        select(c.anchor, c.attributes, o.properties, o.id, o.type, o.deleted)
        .join(tables.object_, o.number == c.object)
        .where(c.tenant == tenant, c.job == job, c.anchor > after, c.standing <= Standing.PROVISIONS)
        .order_by(c.anchor)
        .limit(limit)
    )
    found: list[Owned] = []
    for anchor, said, text, id_, type_, deleted in connection.execute(query):
        properties = msgspec.json.decode(text)
        name = properties.get("onPremisesDistinguishedName") or properties.get("displayName") or id_
        immutable = properties.get("onPremisesImmutableId") or ""
        attributes = said_attributes(said, properties) if deleted is None else None
        if attributes is not None:
            attributes.pop(SYNCHRONISED, None)
        found.append(Owned(Anchor(anchor), immutable, type_, TargetId(id_), name, attributes))
    return found


def owned_links(
    connection: Connection, tenant: int, job: int, anchors: Sequence[Anchor], after: OwnedLink | None, limit: int
) -> list[OwnedLink]:
    """The links that a job contributes to these of its objects, by anchor, attribute and other end."""
    c, link = tables.contribution.c, tables.link.c
    place = tuple_(c.anchor, link.attribute, link.reference)
    query = (
        select(c.anchor, link.attribute, link.reference)
        .join(tables.link, (link.object == c.object) & (link.job == c.job))
        .where(c.tenant == tenant, c.job == job, among(connection, c.anchor, anchors))
        .order_by(c.anchor, link.attribute, link.reference)
        .limit(limit)
    )
    if after is not None:
        query = query.where(place > (after.anchor, after.attribute, after.other))
    return [OwnedLink(Anchor(a), attribute, Reference(r)) for a, attribute, r in connection.execute(query)]


def keep(work: Workspace, job: int, numbers: list[int]) -> None:
    """Make a job's objects the administrators' own."""
    work.load(numbers)
    drafts: list[Draft] = []
    for number in dict.fromkeys(numbers):
        record = work.records[number]
        contributions = cloud_owned(record, lambda one: one.job == job and one.standing <= Standing.PROVISIONS)
        drafts.append(Draft(record, recomputed(work, record, contributions), record.name, forced=True))
    work.keys.fetch(c for draft in drafts for c in draft.claims)
    for draft in drafts:
        accept(work, draft)
    store(work)


def purge_some(work: Workspace) -> int:
    """Finally delete a portion of what has been in the bin for 30 days; 0 when nothing is left to do."""
    o = tables.object_.c
    return _purge(work, o.deleted < work.now - BIN_SECONDS)


def purge_one(work: Workspace, id_: str) -> int:
    """Finally delete a portion of one binned object; 0 when nothing is left of it."""
    o = tables.object_.c
    return _purge(work, (o.id == id_) & o.deleted.is_not(None))


def _purge(work: Workspace, which: ColumnElement[bool]) -> int:
    o, link = tables.object_.c, tables.link.c
    old = select(o.number, o.id, o.type).where(o.tenant == work.tenant, which)
    rows = work.connection.execute(old.order_by(o.deleted, o.number).limit(_OBJECTS_AT_ONCE)).all()
    numbers = [row.number for row in rows]
    one_link = (link.object, link.attribute, link.reference, link.job)
    some = select(*one_link).where(link.object.in_(numbers)).limit(_LINKS_AT_ONCE)
    removed = work.connection.execute(delete(tables.link).where(tuple_(*one_link).in_(some))).rowcount
    if removed == _LINKS_AT_ONCE or not numbers:
        return removed
    work.connection.execute(delete(tables.contribution).where(tables.contribution.c.object.in_(numbers)))
    work.connection.execute(delete(tables.object_).where(o.number.in_(numbers)))
    forget_people(work.connection, work.tenant, [row.id for row in rows if row.type == "user"])
    LOG.run(work.connection, [log(work, row.id, row.type, "purged", {}) for row in rows])
    save_counters(work)
    return removed + len(rows)


def forget_some_changes(work: Workspace) -> int:
    """Drop a portion of the change log that is older than 30 days; 0 when none is left."""
    c = tables.change.c
    old = select(c.sequence).where(c.tenant == work.tenant, c.time < work.now - LOG_SECONDS).order_by(c.sequence)
    last = work.connection.execute(old.limit(_LINKS_AT_ONCE)).scalars().all()
    if not last:
        return 0
    dropped = delete(tables.change).where(c.tenant == work.tenant, c.sequence <= last[-1])
    return work.connection.execute(dropped).rowcount
