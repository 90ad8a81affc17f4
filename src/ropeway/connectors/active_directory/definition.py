"""The server's schema in the shape that rules and people know: object types with their attributes."""

from __future__ import annotations

from ropeway.connectors.active_directory.schema import Attribute, Schema, Syntax
from ropeway.connectors.active_directory.selection import OWN_NAME, TYPES
from ropeway.model.definition import AttributeDefinition, AttributeType, DirectoryDefinition, ObjectDefinition

_KINDS: dict[Syntax, AttributeType] = {
    Syntax.TEXT: "String",
    Syntax.EXACT_TEXT: "String",
    Syntax.INTEGER: "Integer",
    Syntax.BOOLEAN: "Boolean",
    Syntax.TIME: "DateTime",
    Syntax.BINARY: "Binary",
    Syntax.SID: "String",
    Syntax.NAME: "Reference",
}


def definition(schema: Schema, domain: str, name: str) -> DirectoryDefinition:
    """Every type that can be read, with every attribute its class may have."""
    objects = tuple(_object(schema, t) for t in TYPES if t in schema.classes)
    return DirectoryDefinition(domain, name, objects)


def _object(schema: Schema, name: str) -> ObjectDefinition:
    may, must = schema.attributes_of(name)
    known = (schema.attribute(a) for a in sorted(may, key=str.lower))
    return ObjectDefinition(name, tuple(_attribute(a, required=a.name in must) for a in known if a is not None))


def _attribute(attribute: Attribute, *, required: bool) -> AttributeDefinition:
    return AttributeDefinition(
        name=attribute.name,
        type="String" if attribute.name == OWN_NAME else _KINDS[attribute.syntax],
        multivalued=attribute.multivalued,
        case_exact=attribute.syntax is Syntax.EXACT_TEXT,
        required=required,
        anchor=attribute.name == "objectGUID",
        max_length=attribute.max_length,
    )
