"""A schema from JSON, checked: a schema that loads compiles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import msgspec

from ropeway.model.prepared import prepared
from ropeway.rules.defaults import written_out
from ropeway.rules.mappings import ANCHOR
from ropeway.rules.refusals import refused
from ropeway.rules.rules import compile_rules
from ropeway.rules.schema import LinkType, ObjectMapping, Schema, SynchronizationRule

_DEFAULTS = {"active-directory": "active_directory", "ldif": "active_directory", "uploads": "uploads"}
"""Source kind to the file of its default schema. An LDIF file is read as an export of Active Directory."""


def load_schema(raw: dict[str, Any] | None, source_kind: str) -> Schema:
    """The rules to use: those given, in Graph's synchronizationSchema shape, or the default of the source's kind.

    RopewayError `schema-…` with path and reason for keys, attributes or operators that nobody knows, expressions with
    errors, doubled priorities, circles of `sameAs`, and what is not supported.
    """
    if raw is None:
        return default_schema(source_kind)
    schema = _checked(raw)
    _refuse_lost_anchors(schema, default_schema(source_kind))
    return schema


@cache
def default_schema(source_kind: str) -> Schema:
    """The schema that comes with Ropeway for a kind of source."""
    return _checked(default_document(source_kind))


def default_document(source_kind: str) -> dict[str, Any]:
    """The default schema of a kind of source as it is written, `sameAs` included."""
    file = _DEFAULTS.get(source_kind)
    if file is None:
        known = ", ".join(_DEFAULTS)
        raise refused("schema-unreadable", "$", f"no default schema for a source “{source_kind}”: known are {known}")
    return written_out(file)


def _checked(raw: dict[str, Any]) -> Schema:
    schema = _with_same_as(decoded(raw))
    _refuse_doubled_priorities(schema.synchronization_rules)
    compile_rules(schema)
    return schema


def _refuse_lost_anchors(schema: Schema, usual: Schema) -> None:
    """A changed default keeps the anchor of what it creates: without it nobody finds the object again in the cloud."""
    if schema.id != usual.id:
        return
    needed = {name for name, _, mapping in _named(usual) if _maps_anchor(mapping)}
    for name, path, mapping in _named(schema):
        creates = mapping.enabled and mapping.link_type == LinkType.PROVISION
        if name in needed and creates and not _maps_anchor(mapping):
            reason = f"the anchor is missing: what a rule creates is found again by {ANCHOR} alone, so it stays mapped"
            raise refused("schema-unsupported", f"{path}.attributeMappings", reason, attribute=ANCHOR)


def _named(schema: Schema) -> Iterator[tuple[tuple[str, str, str], str, ObjectMapping]]:
    """Every object mapping with what tells it from others, and its path."""
    for at, rule in enumerate(schema.synchronization_rules):
        for number, mapping in enumerate(rule.object_mappings):
            name = (rule.id, mapping.source_object_name, mapping.target_object_name)
            yield name, f"$.synchronizationRules[{at}].objectMappings[{number}]", mapping


def _maps_anchor(mapping: ObjectMapping) -> bool:
    return any(one.target_attribute_name == ANCHOR for one in mapping.attribute_mappings)


def decoded(raw: dict[str, Any]) -> Schema:
    """A schema as written, `sameAs` included; RopewayError `schema-unreadable` for keys and values that are none."""
    plain = {key: value for key, value in raw.items() if "@odata." not in key}
    _refuse_half_characters(plain)
    try:
        return msgspec.convert(plain, prepared(Schema))
    except (msgspec.ValidationError, RecursionError) as error:
        reason, _, path = str(error).partition(" - at `")
        raise refused("schema-unreadable", path.rstrip("`") or "$", reason) from error


def _refuse_half_characters(raw: dict[str, Any]) -> None:
    """JSON can write half of a surrogate pair, which is no character and can be stored nowhere."""
    try:
        msgspec.json.encode(raw)
    except UnicodeEncodeError as error:
        half = f"\\u{ord(error.object[error.start]):04x}"
        near = error.object[max(0, error.start - 20) : error.start]
        reason = f"{half} is half a character, after “{near}”"
        raise refused("schema-unreadable", "$", reason) from error
    except (TypeError, RecursionError):
        pass  # what cannot be written has its own refusal


def _refuse_doubled_priorities(rules: Sequence[SynchronizationRule]) -> None:
    seen: dict[int, int] = {}
    for place, rule in enumerate(rules):
        if rule.priority in seen:
            reason = f"priority {rule.priority} is also that of rule {seen[rule.priority]}"
            raise refused("schema-ambiguous", f"$.synchronizationRules[{place}].priority", reason)
        seen[rule.priority] = place


def _with_same_as(schema: Schema) -> Schema:
    rules = tuple(
        msgspec.structs.replace(
            rule, object_mappings=_resolved(rule.object_mappings, f"$.synchronizationRules[{place}]")
        )
        for place, rule in enumerate(schema.synchronization_rules)
    )
    return msgspec.structs.replace(schema, synchronization_rules=rules)


def _resolved(mappings: Sequence[ObjectMapping], path: str) -> tuple[ObjectMapping, ...]:
    """Every mapping with the scope and the attribute mappings of the one it is the same as."""
    by_type = {mapping.source_object_name: mapping for mapping in mappings}
    found: list[ObjectMapping] = []
    for place, mapping in enumerate(mappings):
        where = f"{path}.objectMappings[{place}].sameAs"
        origin = _origin(mapping, by_type, where)
        if origin is mapping:
            found.append(mapping)
            continue
        if mapping.scope is not None or mapping.attribute_mappings:
            raise refused("schema-unreadable", where, "beside sameAs there is no scope and no attributeMappings")
        found.append(
            msgspec.structs.replace(
                mapping, scope=origin.scope, attribute_mappings=origin.attribute_mappings, same_as=""
            )
        )
    return tuple(found)


def _origin(mapping: ObjectMapping, by_type: dict[str, ObjectMapping], path: str) -> ObjectMapping:
    passed: list[str] = []
    while mapping.same_as:
        if mapping.source_object_name in passed:
            raise refused("schema-cycle", path, " → ".join((*passed, mapping.source_object_name)))
        passed.append(mapping.source_object_name)
        known = by_type.get(mapping.same_as)
        if known is None:
            raise refused("schema-unreadable", path, f"no mapping of a source type “{mapping.same_as}”")
        mapping = known
    return mapping
