"""What sources and the directory hold: the attributes that rules may name."""

from __future__ import annotations

from functools import cache
from importlib import resources

import msgspec

from ropeway.model.definition import AttributeDefinition, DirectoryDefinition, ObjectDefinition
from ropeway.model.prepared import prepared
from ropeway.rules.extensions import Extension
from ropeway.rules.schema import Attribute, Directory

PSEUDO_ATTRIBUTES: dict[str, AttributeDefinition] = {
    definition.name: definition
    for definition in (
        AttributeDefinition("distinguishedName"),
        AttributeDefinition("objectGUID"),
        AttributeDefinition("sourceAnchor", case_exact=True),
        AttributeDefinition("domainFQDN"),
        AttributeDefinition("domainNetBios"),
        AttributeDefinition("forestFQDN"),
        AttributeDefinition("forestNetBios"),
        AttributeDefinition("connectorId"),
        AttributeDefinition("now", "Integer"),
    )
}
"""Known of every object without being read: the DN, the GUID as text, the pinned source anchor, the names of the
domain and of its forest, the job's id, and the present time as FILETIME (100 ns since 1601, UTC)."""

CATEGORY = "objectCategory"
"""A DN within the schema, so that it ends with the name of the forest's root domain, whatever the object's own is."""

FOREST = frozenset({"forestFQDN", "forestNetBios"})
"""Pseudo attributes that follow from the category."""

SECURITY_ID_REFERENCES: dict[str, tuple[str, ...]] = {
    "primaryGroup": ("objectSid", "primaryGroupID"),
    "mS-DS-CreatorSID": ("mS-DS-CreatorSID",),
}
"""References that Active Directory tells by security identifier, and the attributes they follow from.

The primary group is a number within the domain ([MS-ADTS] 3.1.1.4.5.18 names the pair); the other is a SID itself.
"""

_FILES = {"Active Directory": "active_directory", "API": "uploads", "Ropeway": "ropeway"}


class _BuiltIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file in `schemas/directories`: object types, the attributes that all of them share, directory extensions."""

    id: str
    name: str
    shared: tuple[AttributeDefinition, ...] = ()
    objects: tuple[ObjectDefinition, ...] = ()
    extensions: tuple[Extension, ...] = ()

    def extensions_of(self, type_: str) -> tuple[AttributeDefinition, ...]:
        """The directory extensions of an object type."""
        return tuple(e.defined() for e in self.extensions if type_ in e.of)


@cache
def built_in(name: str) -> DirectoryDefinition | None:
    """A directory that Ropeway knows by itself, or None."""
    file = _FILES.get(name)
    if file is None:
        return None
    raw = resources.files("ropeway.rules").joinpath("schemas", "directories", f"{file}.json").read_bytes()
    known = msgspec.json.decode(raw, type=prepared(_BuiltIn))
    objects = tuple(
        ObjectDefinition(o.name, known.shared + o.attributes + known.extensions_of(o.name)) for o in known.objects
    )
    return DirectoryDefinition(known.id, known.name, objects)


def target_definition() -> DirectoryDefinition:
    """Ropeway's own directory: object types, attributes, their types and lengths (Graph's, resource `user` and others).

    `extensionAttribute1` to `15` are the flat names of the parts of Graph's onPremisesExtensionAttributes.
    """
    known = built_in("Ropeway")
    assert known is not None
    return known


def extended(known: DirectoryDefinition | None, listed: Directory) -> DirectoryDefinition:
    """A known directory with the object types and attributes that a schema lists added, or replaced by name."""
    objects = {o.name: {a.name: a for a in o.attributes} for o in (known.objects if known else ())}
    for definition in listed.objects:
        objects.setdefault(definition.name, {}).update({a.name: _defined(a) for a in definition.attributes})
    made = tuple(ObjectDefinition(name, tuple(attributes.values())) for name, attributes in objects.items())
    return DirectoryDefinition(listed.id or (known.id if known else listed.name), listed.name, made)


def _defined(listed: Attribute) -> AttributeDefinition:
    return AttributeDefinition(
        listed.name,
        listed.type,
        listed.multivalued,
        listed.case_exact,
        listed.required,
        listed.anchor,
        listed.max_length,
    )
