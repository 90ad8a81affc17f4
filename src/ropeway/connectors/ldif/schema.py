"""The built-in definition: a file brings no schema, so AD's own, as published, says how its values are read."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from ropeway.model.definition import AttributeDefinition, AttributeType, ObjectDefinition

_TYPES: dict[str, AttributeType] = {
    "Integer": "Integer",
    "Boolean": "Boolean",
    "Binary": "Binary",
    "Guid": "Binary",
    "Time": "DateTime",
    "Reference": "Reference",
}


class Known(msgspec.Struct, frozen=True):
    """One attribute of the built-in definition."""

    name: str
    syntax: str
    """String, Integer, Boolean, Time, Binary, Guid, Sid or Reference."""
    many: bool


@cache
def _schema() -> dict[str, Any]:
    return msgspec.json.decode((files("ropeway.connectors.ldif") / "ad_schema.json").read_bytes())


@cache
def known_attributes() -> dict[str, Known]:
    """Attributes by their name in lower case."""
    schema = _schema()
    return {
        name.lower(): Known(name, syntax, many)
        for number, many in (("one", False), ("many", True))
        for syntax, names in schema[number].items()
        for name in names
    }


@cache
def object_definitions() -> tuple[ObjectDefinition, ...]:
    """What `describe` answers, whatever the file."""
    schema = _schema()
    only: dict[str, list[str]] = schema["only"]
    return tuple(
        ObjectDefinition(
            type_, tuple(_defined(k) for k in known_attributes().values() if type_ in only.get(k.name, (type_,)))
        )
        for type_ in schema["types"]
    )


def _defined(known: Known) -> AttributeDefinition:
    return AttributeDefinition(
        name=known.name,
        type=_TYPES.get(known.syntax, "String"),
        multivalued=known.many,
        anchor=known.name == "objectGUID",
    )


def type_of(classes: frozenset[str]) -> str:
    """The object type of a set of object classes (lower case): the most special one known, or "" for none of ours."""
    for type_, names in _class_names():
        if not classes.isdisjoint(names):
            return type_
    return ""


@cache
def _class_names() -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple((type_, frozenset(n.lower() for n in names)) for type_, names in _schema()["types"].items())
