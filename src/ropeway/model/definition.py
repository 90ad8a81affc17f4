"""The object types and attributes a directory offers, in the shape of Graph's directoryDefinition."""

from __future__ import annotations

from typing import Literal

import msgspec

AttributeType = Literal["String", "Integer", "Boolean", "Binary", "DateTime", "Reference"]


class AttributeDefinition(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One attribute of one object type."""

    name: str
    type: AttributeType = "String"
    multivalued: bool = False
    case_exact: bool = False
    required: bool = False
    anchor: bool = False
    max_length: int | None = None
    """Longest text in characters, or None."""


class ObjectDefinition(msgspec.Struct, frozen=True, rename="camel"):
    """One object type and its attributes."""

    name: str
    attributes: tuple[AttributeDefinition, ...] = ()

    def attribute(self, name: str) -> AttributeDefinition | None:
        """The attribute of that name, compared without case, or None."""
        folded = name.lower()
        return next((a for a in self.attributes if a.name.lower() == folded), None)


class DirectoryDefinition(msgspec.Struct, frozen=True, rename="camel"):
    """What a directory holds, as its own schema says."""

    id: str
    """The domain's objectGUID, the file's name, the tenant's id: what a watermark belongs to."""
    name: str
    objects: tuple[ObjectDefinition, ...] = ()

    def object(self, name: str) -> ObjectDefinition | None:
        """The object type of that name, or None."""
        return next((o for o in self.objects if o.name == name), None)
