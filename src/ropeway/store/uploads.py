"""What clients uploaded to a job: everything that was said of each person, in the order of the last word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, select

from ropeway.model.anchors import Anchor
from ropeway.store.rows import Key
from ropeway.store.statements import among
from ropeway.store.tables import job, upload

_u = upload.c


class Upload(msgspec.Struct, frozen=True):
    """One person as clients know them."""

    anchor: Anchor
    external_id: str
    said: Mapping[str, Any]
    """Attribute to value; what was never said is absent."""
    manager: Anchor | None = None
    sequence: int = 0
    time: float = 0.0
    """When something was last said, seconds since 1970."""


def add(c: Connection, key: Key, uploads: Sequence[Upload], now: float) -> None:
    """Add what is said now to what was said before; null takes a value back.

    Uploads to one job wait for each other, so that their order is that in which they can be read.
    """
    c.execute(select(job.c.number).where(job.c.number == key["job"]).with_for_update())
    mine = _u.job == key["job"]
    last: int = c.scalar(select(func.coalesce(func.max(_u.sequence), 0)).where(mine)) or 0
    known = {one.anchor: one for one in _read(c, select(upload).where(mine, among(c, _u.anchor, _anchors(uploads))))}
    for one in uploads:
        known[one.anchor] = _together(known.get(one.anchor), one)
    c.execute(delete(upload).where(mine, among(c, _u.anchor, list(known))))
    rows = [
        {**key, "anchor": one.anchor, "external_id": one.external_id, "manager": one.manager, "time": now,
         "said": msgspec.json.encode(one.said).decode(), "sequence": last + place}
        for place, one in enumerate(known.values(), start=1)
    ]  # fmt: skip
    c.execute(upload.insert(), rows)


def after(c: Connection, number: int, sequence: int, limit: int) -> list[Upload]:
    """Those whose last word came after that sequence, the earliest first."""
    query = select(upload).where(_u.job == number, _u.sequence > sequence).order_by(_u.sequence)
    return _read(c, query.limit(limit))


def find(c: Connection, number: int, anchor: str) -> Upload | None:
    """One, by anchor or external id."""
    query = select(upload).where(_u.job == number, (_u.anchor == anchor) | (_u.external_id == anchor))
    return next(iter(_read(c, query)), None)


def reports(c: Connection, number: int, manager: str) -> list[Anchor]:
    """Whose manager somebody is."""
    return [Anchor(one) for one in c.scalars(select(_u.anchor).where(_u.job == number, _u.manager == manager))]


def _anchors(uploads: Sequence[Upload]) -> list[str]:
    return list(dict.fromkeys(one.anchor for one in uploads))


def _together(before: Upload | None, now: Upload) -> Upload:
    said = {**(before.said if before else {}), **now.said}
    manager = now.manager if "manager" in now.said or before is None else before.manager
    return msgspec.structs.replace(now, said={k: v for k, v in said.items() if v is not None}, manager=manager)


def _read(c: Connection, query: Any) -> list[Upload]:
    return [
        Upload(Anchor(row.anchor), row.external_id, msgspec.json.decode(row.said), row.manager, row.sequence, row.time)
        for row in c.execute(query)
    ]
