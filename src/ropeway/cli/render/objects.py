"""Objects of the directory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ropeway.cli.output import Block, Heading, Table
from ropeway.cli.safe import brief, rows_of
from ropeway.control.protocol import ObjectType

Object = dict[str, Any]

COLUMNS: dict[ObjectType, tuple[str, ...]] = {
    "users": ("displayName", "userPrincipalName", "accountEnabled", "id"),
    "groups": ("displayName", "mail", "securityEnabled", "id"),
    "contacts": ("displayName", "mail", "id"),
    "devices": ("displayName", "accountEnabled", "deviceId", "id"),
}


def object_name(found: Object) -> str:
    """What an object is called."""
    return next((str(found[key]) for key in ("userPrincipalName", "displayName", "mail", "id") if found.get(key)), "?")


def object_table(type_: ObjectType, found: Sequence[Object], *, limit: int, deleted: bool) -> Iterator[Block]:
    """Objects, one a row."""
    if not found:
        yield f"The recycle bin holds no such {type_}." if deleted else f"There are no such {type_}."
        return
    columns = COLUMNS[type_] + (("deletedDateTime",) if deleted else ())
    rows = [tuple(brief(o[name]) if o.get(name) is not None else "" for name in columns) for o in found]
    yield Table(columns, rows)
    if len(found) == limit:
        yield f"The first {limit:,} are shown; --limit shows more, --contains TEXT fewer."


def object_blocks(found: Object) -> Iterator[Block]:
    """One object: its values, then what is nested in it."""
    yield Heading(object_name(found))
    plain = {name: value for name, value in found.items() if not _nested(value) and value not in (None, [], {})}
    yield Table(("Property", "Value"), [(name, brief(value)) for name, value in sorted(plain.items())])
    for name, value in found.items():
        if _nested(value):
            yield Heading(name)
            yield from (f"  {brief(row)}" for row in rows_of(value))


def _nested(value: object) -> bool:
    return any(isinstance(row, dict) for row in rows_of(value))
