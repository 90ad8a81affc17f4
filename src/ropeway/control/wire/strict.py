"""What types alone do not refuse: members that no type knows, values that no database can hold, nesting without end."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from msgspec import inspect

from ropeway.model.problems import shown

DEEPEST = 64
LARGEST = 2**63 - 1

Known = inspect.Type | None
"""What is known of a value; None: anything."""


def refuse_strange(value: Any, type_: Any, where: str) -> str:
    """What is wrong with a value of JSON, and where; nothing where all is well."""
    return next(_strange(value, _known(type_), where, DEEPEST), "")


@cache
def _known(type_: Any) -> inspect.Type:
    return inspect.type_info(type_)


def _strange(value: Any, known: Known, where: str, depth: int) -> Iterator[str]:
    if not depth:
        yield f"It is nested deeper than {DEEPEST} levels"
    elif isinstance(value, dict):
        yield from _of_members(value, _fitting(known, dict), where, depth)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, list):
        items = _fitting(known, list)
        for number, one in enumerate(value):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
            yield from _strange(one, _of_item(items, number), f"{where}[{number}]", depth - 1)
    elif isinstance(value, str) and "\0" in value:
        yield f"A text holds the character NUL - at `{shown(where)}`"
    elif isinstance(value, int) and abs(value) > LARGEST:
        yield f"A number is too large - at `{shown(where)}`"


def _of_members(value: dict[str, Any], known: Known, where: str, depth: int) -> Iterator[str]:
    fields = {f.encode_name: f.type for f in known.fields} if isinstance(known, inspect.StructType) else None
    other = known.value_type if isinstance(known, inspect.DictType) else None
    for name, one in value.items():
        if "\0" in name:
            yield f"A name holds the character NUL - at `{shown(where)}`"
        if fields is not None and name not in fields:
            yield f"There is no member {shown(name)} - at `{shown(where)}`"
        yield from _strange(one, fields.get(name) if fields is not None else other, f"{where}.{name}", depth - 1)


def _fitting(known: Known, kind: type) -> Known:
    """Of alternatives the one that such a value can be."""
    if not isinstance(known, inspect.UnionType):
        return known
    objects = (inspect.StructType, inspect.DictType)
    return next((t for t in known.types if isinstance(t, objects) == (kind is dict) and _is_container(t)), None)


def _is_container(known: inspect.Type) -> bool:
    return isinstance(known, inspect.StructType | inspect.DictType | inspect.CollectionType | inspect.TupleType)


def _of_item(known: Known, number: int) -> Known:
    if isinstance(known, inspect.CollectionType):
        return known.item_type
    if isinstance(known, inspect.TupleType) and number < len(known.item_types):
        return known.item_types[number]
    return None
