"""Several objects of a kind by their ids, read by one query: what a batch of single reads costs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from ropeway.directory import tables
from ropeway.service.graph.objects.kinds import Kind
from ropeway.service.graph.objects.looked_up import LOOKED_UP
from ropeway.service.graph.objects.shapes import Row, encode, shape_of
from ropeway.service.parts import Parts
from ropeway.store.constant import any_of

_o = tables.object_.c
_rows = select(_o.number, _o.id, _o.type, _o.properties, _o.deleted).where(
    _o.tenant == bindparam("b_tenant"), any_of(_o.id, "ids"), _o.deleted.is_(None)
)


def read_together(kind: Kind, parts: Parts, version: str, wanted: Sequence[tuple[str, str]]) -> Sequence[bytes | None]:
    """Ids and selections to JSON; None where there is no such object, or no such property."""
    asked = {"b_tenant": parts.tenant, "ids": list({id_.lower() for id_, _ in wanted})}
    with parts.database.read() as c:
        rows = {row.id: row for found in c.execute(_rows, asked) if (row := Row(*found)).type == kind.stored}
    root = f"{parts.url}/{version}/$metadata#{kind.plural}"
    return [_told(kind, root, rows.get(id_.lower()), select_) for id_, select_ in wanted]


def _told(kind: Kind, root: str, row: Row | None, selection: str) -> bytes | None:
    names = tuple(selection.split(",")) if selection else ()
    if row is None or not all(kind.property(name) and name.lower() not in LOOKED_UP for name in names):
        return None
    (one,) = shape_of(kind, names).told([row])
    context = encode(f"{root}({selection})/$entity" if selection else f"{root}/$entity")
    return b'{"@odata.context":' + context + b"," + encode(one)[1:]
