"""The directories of a schema: what each side offers, and what the source itself says it offers (discover)."""

from __future__ import annotations

import uuid
from functools import cache
from typing import Any

import msgspec

from ropeway.model.definition import AttributeDefinition, DirectoryDefinition, ObjectDefinition
from ropeway.model.prepared import prepared
from ropeway.rules.definitions import built_in, extended
from ropeway.rules.schema import Attribute, Directory, Object, Schema
from ropeway.service.graph.durations import told_time
from ropeway.service.graph.schema_shape import directory_value, from_graph

TARGET = "Ropeway"
NAMESPACE = uuid.UUID("3c1f5a0e-7a55-5b7e-9a53-6f0c8d4b2a11")
"""Ids of directories follow from their names."""
DISCOVERABLE = "AttributeNames, AttributeDataTypes, ReferenceAttributes"


def directories(schema: Schema) -> list[dict[str, Any]]:
    """Every directory that the rules name, with all its object types."""
    names = dict.fromkeys(
        name
        for rule in schema.synchronization_rules
        for name in (rule.source_directory_name, rule.target_directory_name)
    )
    listed = {one.name: one for one in schema.directories}
    return [_value(name, listed.get(name), schema.version) for name in names]


def discovered(shown: dict[str, Any], found: DirectoryDefinition, now: float) -> dict[str, Any]:
    """A directory with what its server says of itself."""
    whole = directory_value(_directory(shown["name"], found))
    return shown | {"objects": whole["objects"], "discoveryDateTime": told_time(now)}


def own_schema(told: dict[str, Any], present: dict[str, Any] | None = None) -> dict[str, Any]:
    """The document that a client's schema stands for, of its directories what Ropeway does not know by itself."""
    document = from_graph(told, present)
    return document | {"directories": changes_of(document["directories"])} if "directories" in document else document


def changes_of(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of directories that a client sends: what Ropeway does not know by itself, as its documents list it."""
    found: list[dict[str, Any]] = []
    for one in told:
        usual = _by_name(built_in(str(one.get("name", ""))))
        objects = [made for part in one.get("objects", ()) if (made := _unknown(part, usual))]
        if objects:
            found.append({"name": one.get("name", ""), "objects": objects})
    return found


def _unknown(part: dict[str, Any], usual: dict[str, dict[str, dict[str, Any]]]) -> dict[str, Any] | None:
    known = usual.get(str(part.get("name", "")))
    attributes = [
        one for one in part.get("attributes", ()) if known is None or _core(one) != known.get(one.get("name"))
    ]
    return {"name": part.get("name", ""), "attributes": attributes} if attributes or known is None else None


_CORE = tuple(field.encode_name for field in msgspec.structs.fields(AttributeDefinition))


def _core(attribute: dict[str, Any]) -> dict[str, Any]:
    """The properties that mean something, where they are not as usual."""
    plain = {key: attribute[key] for key in _CORE if key in attribute}
    return msgspec.to_builtins(msgspec.convert(plain, prepared(AttributeDefinition)))


def _by_name(found: DirectoryDefinition | None) -> dict[str, dict[str, dict[str, Any]]]:
    if found is None:
        return {}
    return {one.name: {a.name: msgspec.to_builtins(a) for a in one.attributes} for one in found.objects}


def _value(name: str, listed: Directory | None, version: str) -> dict[str, Any]:
    return (_usual(name) if listed is None else _made(name, listed)) | {"version": version}


@cache
def _usual(name: str) -> dict[str, Any]:
    """A directory as Ropeway knows it by itself: the same for all jobs, and large."""
    return _made(name, None)


def _made(name: str, listed: Directory | None) -> dict[str, Any]:
    known = built_in(name)
    whole = extended(known, listed) if listed is not None else known or DirectoryDefinition("", name)
    return directory_value(_directory(name, whole)) | {
        "id": str(uuid.uuid5(NAMESPACE, name)),
        "readOnly": False,
        "discoverabilities": "None" if name == TARGET else DISCOVERABLE,
    }


def _directory(name: str, found: DirectoryDefinition) -> Directory:
    return Directory(name=name, objects=tuple(map(_object, found.objects)))


def _object(found: ObjectDefinition) -> Object:
    return Object(name=found.name, attributes=tuple(map(_attribute, found.attributes)))


def _attribute(found: AttributeDefinition) -> Attribute:
    return Attribute(**msgspec.structs.asdict(found))
