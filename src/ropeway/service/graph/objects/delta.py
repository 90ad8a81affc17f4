"""`/users/delta` and its like (graph-scim.md A9): everything first, then what changed, by the change log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, or_, select
from starlette.routing import BaseRoute

from ropeway.directory import tables
from ropeway.service.graph.api import Api
from ropeway.service.graph.objects import changes, delta_tokens
from ropeway.service.graph.objects.changes import Changed
from ropeway.service.graph.objects.delta_tokens import Round, gone, tenant_of, written
from ropeway.service.graph.objects.kinds import ANY, KINDS, Kind, by_stored
from ropeway.service.graph.objects.membership import holders, portion, resolved, told
from ropeway.service.graph.objects.reading import manager_of
from ropeway.service.graph.objects.shapes import Row, as_dict, check_select, shape_of, told_as
from ropeway.service.odata.answers import Answer
from ropeway.service.odata.options import Option
from ropeway.service.odata.paging import LAST, NUMBERS, Page
from ropeway.service.odata.refusals import unsupported
from ropeway.service.odata.resource import Asked, Verb, resource
from ropeway.service.odata.tree import Compare, In, Literal, Node, Or, Path
from ropeway.store.statements import among

OPTIONS: frozenset[Option] = frozenset({"$select", "$filter", "$deltatoken", "$skiptoken"})
MOST_IDS = 50
MEMBERS = 1000
"""Links of a page: a large group comes in several."""
LINKS = {"groups": ("members",), "users": ("manager",), "contacts": ("manager",)}
"""What $select may name beside properties."""
_o = tables.object_.c
_ROW = (_o.number, _o.id, _o.type, _o.properties, _o.deleted)


@dataclass(frozen=True, slots=True)
class Delta:
    """Deltas of every kind."""

    api: Api

    def routes(self) -> Sequence[BaseRoute]:
        """`/users/delta`, also as `/users/delta()` and `/users/microsoft.graph.delta`."""
        return [
            resource(self.api.parts, f"/v1.0/{kind.plural}/delta", get=Verb(partial(self.page, kind), OPTIONS))
            for kind in (*KINDS, ANY)
        ]

    def page(self, kind: Kind, asked: Asked) -> Answer:
        """The next page of a round; the first and the next rounds are told apart by their tokens."""
        parts, options = asked.parts, asked.options
        token = options.skip_token or options.raw.get("$deltatoken", "")
        again = f"{parts.url}/{asked.request.url.path.split('/')[1]}/{kind.plural}/delta"
        now, is_minimal = parts.clock(), asked.form.representation is False
        with parts.database.snapshot() as c:
            if token and token != "latest":  # noqa: S105 - Graph's word for the present
                at = delta_tokens.read(token, (tenant_of(parts), kind.plural), now, again)
                if changes.forgotten(c, parts.tenant, at.sequence):
                    raise gone(again)
            else:
                at = _begun(kind, asked, changes.last(c, parts.tenant), now)
            if at.place is not None and token != "latest":  # noqa: S105
                items, following = _first(c, parts.tenant, kind, at, asked.page_size)
            elif token == "latest":  # noqa: S105
                items, following = [], (at, False)
            else:
                items, following = _changes(c, parts.tenant, kind, at, asked.page_size, minimal=is_minimal)
        at, more = following
        if not more:
            at = msgspec.structs.replace(at, place=None, issued=now)
        after, again = (written(at), "") if more else ("", written(at))
        applied = asked.form.applied("return", "odata.maxpagesize") if is_minimal else {}
        page = Page(items, after, delta=again, is_selected=True, is_whole=True)
        return Answer(kind.plural, page=page, is_entity=False, headers=applied)


def _begun(kind: Kind, asked: Asked, sequence: int, now: float) -> Round:
    select_ = asked.options.select
    check_select(kind, select_, allowed=LINKS.get(kind.plural, ()))
    ids = ids_of(asked.options.filter) if asked.options.filter is not None else ()
    if len(ids) > MOST_IDS:
        raise unsupported("$filter", f"More than {MOST_IDS} ids")
    tenant = tenant_of(asked.parts)
    return Round(delta_tokens.VERSION, tenant, kind.plural, now, sequence, select_, ids, ("", 0, ""))


def ids_of(node: Node) -> tuple[str, ...]:
    """`id eq 'a' or id eq 'b'`: the only filter that there is."""
    match node:
        case Compare("eq", Path((name,)), Literal(text=text)) if name.lower() == "id":
            return (text.lower(),)
        case In(Path((name,)), values) if name.lower() == "id":
            return tuple(one.text.lower() for one in values)
        case Or(parts):
            return tuple(id_ for part in parts for id_ in ids_of(part))
        case _:
            raise unsupported("$filter", "A delta is filtered by id eq '…' or id eq '…' alone")


def _follows(kind: Kind, at: Round, name: str) -> bool:
    """Whether links of this name are told."""
    if name == "members":
        return kind.plural == "groups" and (not at.select or "members" in at.select)
    return name in at.select and name in LINKS.get(kind.plural, ())


def _item(kind: Kind, at: Round, row: Row) -> dict[str, Any]:
    """An object with its id, whatever was selected."""
    links = LINKS.get(kind.plural, ())
    names = tuple(name for name in at.select if name not in links)
    shape = shape_of(by_stored(row.type), ("id", *names) if at.select else (), typed=not kind.stored)
    return as_dict(shape.told([row])[0])


Following = tuple[Round, bool]
"""Where to go on, and whether there is more in this round."""


def _first(c: Connection, tenant: int, kind: Kind, at: Round, size: int) -> tuple[list[Any], Following]:
    """Objects in the order of their names; what changes meanwhile is told afterwards."""
    assert at.place is not None
    name, own, member = at.place
    number = own + (tenant << NUMBERS)
    where = [_o.tenant == tenant, _o.deleted.is_(None), _o.name_key >= name,
             or_(_o.name_key > name, _o.number > number)]  # fmt: skip
    where += [_o.type == kind.stored] if kind.stored else []
    where += [among(c, _o.id, at.ids)] if at.ids else []
    rows = c.execute(select(*_ROW, _o.name_key).where(and_(*where)).order_by(_o.name_key, _o.number).limit(size + 1))
    found: Sequence[Any] = rows.all()
    items: list[Any] = []
    left = MEMBERS
    for row in found[:size]:
        item = _item(kind, at, Row(*row[:5]))
        items.append(item)
        if _follows(kind, at, "manager") and (above := manager_of(c, tenant, Row(*row[:5]))) is not None:
            item["manager@delta"] = [{"@odata.type": f"#microsoft.graph.{by_stored(above.type).name}", "id": above.id}]
        if _follows(kind, at, "members"):
            references = portion(c, row[0], "members", member, left + 1)
            ends = resolved(c, tenant, references[:left])
            live = {end.id: end for end in ends.values() if end.is_live}
            if live:
                item["members@delta"] = [told(end) for end in live.values()]
            if len(references) > left:
                return items, (_at(at, name, number, references[left - 1]), True)
            left -= len(references)
        name, number, member = row[5], row[0], ""
        if left <= 0:
            break
    more = len(found) > len(items)
    return items, (_at(at, name, number, ""), more)


def _at(at: Round, name: str, number: int, member: str) -> Round:
    return msgspec.structs.replace(at, place=(name, number & LAST, member))


def _changes(
    c: Connection, tenant: int, kind: Kind, at: Round, size: int, *, minimal: bool
) -> tuple[list[Any], Following]:
    followed = next((name for name in LINKS.get(kind.plural, ()) if _follows(kind, at, name)), "")
    found = changes.read(c, tenant, kind, at.sequence, size, ends=bool(followed))
    ends: dict[str, dict[str, bool]] = {}
    if followed and found.appeared:
        for holder, id_ in holders(c, tenant, kind.stored, followed, found.appeared):
            ends.setdefault(holder, {})[id_] = found.appeared[id_]
            found.objects.setdefault(holder, Changed(kind.stored))
    wanted = {id_: one for id_, one in found.objects.items() if not at.ids or id_ in at.ids}
    query = select(*_ROW).where(_o.tenant == tenant, among(c, _o.id, list(wanted)))
    rows = {row.id: Row(*row) for row in c.execute(query)} if wanted else {}
    items = [
        item
        for id_, one in wanted.items()
        if (item := _told(c, tenant, kind, at, rows.get(id_), (id_, one, ends.get(id_, {})), minimal=minimal))
    ]
    return items, (msgspec.structs.replace(at, sequence=found.sequence), found.more)


def _told(
    c: Connection,
    tenant: int,
    kind: Kind,
    at: Round,
    row: Row | None,
    changed: tuple[str, Changed, dict[str, bool]],
    *,
    minimal: bool,
) -> dict[str, Any] | None:
    id_, one, ends = changed
    typed = {} if kind.stored else {"@odata.type": f"#microsoft.graph.{by_stored(one.type).name}"}
    if row is None or row.deleted is not None:
        return {**typed, "id": id_, "@removed": {"reason": "deleted" if row is None else "changed"}}
    item = _item(kind, at, row)
    links = _links(c, tenant, kind, at, row, one, ends)
    names = {told_as(one.type, name) for name in one.names}
    seen = names & item.keys()
    if not one.is_whole and not links and not seen:
        return None
    if minimal and not one.is_whole:
        kept = {"id", "@odata.type", *names}
        item = {name: value for name, value in item.items() if name in kept}
    return item | links


def _links(
    c: Connection, tenant: int, kind: Kind, at: Round, row: Row, one: Changed, ends: dict[str, bool]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if _follows(kind, at, "members"):
        references = dict(one.added.get("members", {}))
        if one.restored:
            references |= dict.fromkeys(portion(c, row.number, "members", "", 250_000), True)
        references |= ends
        there = resolved(c, tenant, references)
        elements = {end.id: told(end, removed=not (references[name] and end.is_live)) for name, end in there.items()}
        if elements:
            found["members@delta"] = list(elements.values())
    if _follows(kind, at, "manager") and ("manager" in one.added or one.is_whole or ends):
        above = manager_of(c, tenant, row)
        if above is not None:
            found["manager@delta"] = [{"@odata.type": f"#microsoft.graph.{by_stored(above.type).name}", "id": above.id}]
        else:
            said = {**one.added.get("manager", {}), **ends}
            lost = resolved(c, tenant, [name for name, is_there in said.items() if not is_there])
            found |= {"manager@delta": [told(end, removed=True) for end in lost.values()]} if lost else {}
    return found
