"""Schemas both ways: Ropeway's own document is Graph's synchronizationSchema with what says nothing left out.

What Graph has no property for is an annotation beside it, `@ropeway.linkType`, so that whoever sends back what was read
loses nothing. Expressions are told with their parameters, as Graph does; what is sent back of those is not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, cast

import msgspec

from ropeway.rules.loading import decoded
from ropeway.rules.schema import (
    Attribute,
    AttributeMapping,
    Clause,
    Directory,
    GroupFilter,
    MappingSource,
    ObjectMapping,
    Part,
    Schema,
)
from ropeway.service.graph.expressions import source_value
from ropeway.service.odata.refusals import body_invalid

ANNOTATION = "@ropeway."
OWN: Mapping[type[Part], frozenset[str]] = {
    Schema: frozenset({"dialect"}),
    ObjectMapping: frozenset({"linkType", "sameAs"}),
    AttributeMapping: frozenset({"mergeType"}),
    Clause: frozenset({"name", "expression", "nested"}),
    GroupFilter: frozenset({"nested"}),
}
"""Ropeway's additions to Graph's structures (rules/schema.py)."""
MAXIMUM = "MaximumLength"
"""Graph's key for what Ropeway calls maxLength."""
Json = dict[str, Any]


@cache
def _fields(kind: type[Part]) -> list[tuple[str, str, Any]]:
    """Attribute, key and default of each field; msgspec looks annotations up anew each time it is asked."""
    return [(field.name, field.encode_name, field.default) for field in msgspec.structs.fields(kind)]


def to_graph(schema: Schema) -> Json:
    """The schema with every property that Graph has, directories apart."""
    told = _told(schema, schema.dialect)
    del told["directories"]
    return told


def directory_value(directory: Directory) -> Json:
    """A directoryDefinition."""
    return _told(directory, "ropeway")


def _told(part: Part, dialect: str) -> Json:
    """A structure with its defaults written out."""
    if isinstance(part, MappingSource):
        return source_value(part, dialect)
    own = OWN.get(type(part), frozenset())
    told: Json = {}
    for attribute, name, default in _fields(type(part)):
        value = getattr(part, attribute)
        if name in own:
            if value != default:
                told[ANNOTATION + name] = value
        elif name != "maxLength":
            told[name] = _value(value, dialect)
    if isinstance(part, Attribute) and part.max_length is not None:
        told["metadata"] = [*told["metadata"], {"key": MAXIMUM, "value": str(part.max_length)}]
    return told


def _value(value: Any, dialect: str) -> Any:
    if isinstance(value, Part):
        return _told(value, dialect)
    if isinstance(value, tuple):
        return [_value(one, dialect) for one in cast("tuple[Any, ...]", value)]
    return value


def from_graph(told: Json, present: Mapping[str, Any] | None) -> Json:
    """The document that a client's schema stands for; `present` is what it was read from, as Graph was told it.

    An object mapping that was shown the same as another, and was not touched, stays the same as that one, whatever
    becomes of it.
    """
    document = _plain(told)
    document.pop("directories", None)
    if told.get("directories") is not None:
        document["directories"] = [_directory(one) for one in _list(told, "directories")]
    before = _mappings(present) if present is not None else {}
    rules = _list(document, "synchronizationRules")
    shown = _list(told, "synchronizationRules")
    for rule, as_sent in zip(rules, shown, strict=True):
        mappings = _list(as_sent, "objectMappings")
        for number, mapping in enumerate(_list(rule, "objectMappings")):
            sent = mappings[number]
            untouched = present is None or _content(sent) == before.get(_name(as_sent, sent))
            if mapping.get("sameAs") and untouched:
                mapping.pop("scope", None)
                mapping.pop("attributeMappings", None)
            elif mapping.get("sameAs"):
                del mapping["sameAs"]
    return _shortest(decoded(document))


def _shortest(part: Part) -> Json:
    """A structure without what is as usual, however it was written."""
    short: Json = {}
    for attribute, name, default in _fields(type(part)):
        value = getattr(part, attribute)
        if value != default:
            short[name] = _short(value)
    return short


def _short(value: Any) -> Any:
    if isinstance(value, Part):
        return _shortest(value)
    return [_short(one) for one in cast("tuple[Any, ...]", value)] if isinstance(value, tuple) else value


def _plain(value: Any) -> Any:
    """Without nulls, and with annotations of Ropeway's as the keys they are in its own document."""
    if isinstance(value, dict):
        found = cast("Json", value)
        return {
            key.removeprefix(ANNOTATION): _source(cast("Json", one))
            if key == "source" and isinstance(one, dict)
            else _plain(one)
            for key, one in found.items()
            if one is not None
        }
    return [_plain(one) for one in cast("list[Any]", value)] if isinstance(value, list) else value


def _source(told: Json) -> Json:
    """A mapping's source as Ropeway writes it: by name, or by expression."""
    keys = ("type", "expression") if told.get("type") == "Function" else ("type", "name")
    return {key: told[key] for key in keys if told.get(key) is not None}


def _directory(told: Json) -> Json:
    plain = cast("Json", _plain(told))
    for one in _list(plain, "objects"):
        one["attributes"] = [_attribute(attribute) for attribute in _list(one, "attributes")]
    return plain


def _attribute(plain: Json) -> Json:
    metadata = [one for one in _list(plain, "metadata") if one.get("key") != MAXIMUM]
    longest = next((one.get("value") for one in _list(plain, "metadata") if one.get("key") == MAXIMUM), None)
    made = {**plain, "metadata": metadata}
    if longest is not None:
        if not (str(longest).isdecimal() and len(str(longest)) < 10):
            raise body_invalid(f"attribute {plain.get('name')}", f"{MAXIMUM} is a number")
        made["maxLength"] = int(longest)
    return made


def _mappings(told: Mapping[str, Any]) -> dict[tuple[str, ...], Any]:
    return {
        _name(rule, mapping): _content(mapping)
        for rule in _list(told, "synchronizationRules")
        for mapping in _list(rule, "objectMappings")
    }


def _name(rule: Json, mapping: Json) -> tuple[str, ...]:
    parts = (rule.get("id"), rule.get("name"), mapping.get("sourceObjectName"), mapping.get("targetObjectName"))
    return tuple(map(str, parts))


def _content(mapping: Json) -> Any:
    return _plain([mapping.get("scope"), mapping.get("attributeMappings")])


def _list(part: Mapping[str, Any], key: str) -> list[Json]:
    found: Any = part.get(key) or []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in cast("list[Any]", found)):
        raise body_invalid(key, "it is a list of objects")
    return cast("list[Json]", found)
