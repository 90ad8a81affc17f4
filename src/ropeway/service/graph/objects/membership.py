"""Links as a delta tells them: references to objects, a large group's members in portions, who follows from whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from ropeway.directory import relations, tables
from ropeway.directory.computed import SID, Standing
from ropeway.directory.portions import slices
from ropeway.service.graph.objects.kinds import by_stored
from ropeway.store.statements import among

_o, _c, _k, _l = tables.object_.c, tables.contribution.c, tables.key.c, tables.link.c


class End(NamedTuple):
    """An object at the other end of a link."""

    id: str
    type: str
    is_live: bool


def resolved(c: Connection, tenant: int, references: Collection[str]) -> dict[str, End]:
    """Objects that references lead to, those in the bin among them; by anchor of any job, by SID, by id."""
    found: dict[str, End] = {}
    for part in slices(references):
        ends = (_o.id, _o.type, _o.deleted)
        by_id = select(_o.id.label("reference"), *ends).where(_o.tenant == tenant, among(c, _o.id, part))
        by_anchor = select(_c.anchor, *ends).join(tables.object_, _o.number == _c.object)
        by_anchor = by_anchor.where(_c.tenant == tenant, among(c, _c.anchor, part), _c.standing >= Standing.CONTACT)
        sids = [one[4:] for one in part if one.startswith("sid:")]
        by_sid = select(_k.value, *ends).join(tables.object_, _o.number == _k.object)
        by_sid = by_sid.where(_k.tenant == tenant, _k.name == SID, among(c, _k.value, sids))
        for query, prefix in ((by_id, ""), (by_anchor, ""), (by_sid, "sid:")):
            for row in c.execute(query):
                end = End(row[1], row[2], row[3] is None)
                if end.is_live or f"{prefix}{row[0]}" not in found:
                    found[f"{prefix}{row[0]}"] = end
    return found


def told(end: End, *, removed: bool = False) -> dict[str, Any]:
    """An element of `members@delta`."""
    item: dict[str, Any] = {"@odata.type": f"#microsoft.graph.{by_stored(end.type).name}", "id": end.id}
    return item | {"@removed": {"reason": "deleted"}} if removed else item


def portion(c: Connection, number: int, attribute: str, after: str, most: int) -> list[str]:
    """The next references of an object's links."""
    query = select(_l.reference).where(_l.object == number, _l.attribute == attribute, _l.reference > after).distinct()
    return list(c.execute(query.order_by(_l.reference).limit(most)).scalars())


def holders(c: Connection, tenant: int, type_: str, attribute: str, ids: Iterable[str]) -> list[tuple[str, str]]:
    """Objects of a type whose links lead to these, as (holder's id, id)."""
    found: list[tuple[str, str]] = []
    for part in slices(ids):
        numbers = {row.number: row.id for row in c.execute(
            select(_o.number, _o.id).where(_o.tenant == tenant, among(c, _o.id, part)))}  # fmt: skip
        leading = relations.references(c, numbers)
        query = select(_o.id, _l.reference).join(tables.link, _l.object == _o.number)
        query = query.where(_l.tenant == tenant, _l.attribute == attribute, among(c, _l.reference, list(leading)))
        query = query.where(_o.type == type_)
        found += [(row.id, numbers[leading[row.reference]]) for row in c.execute(query)]
    return found
