"""What the server's own schema says of its classes and attributes ([MS-ADTS] 3.1.1.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from ropeway.connectors.active_directory.connection import Connection, Entry
from ropeway.connectors.active_directory.searching import whole_search


class Syntax(StrEnum):
    """How the bytes of a value are to be read."""

    TEXT = "text"
    EXACT_TEXT = "exact-text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    TIME = "time"
    BINARY = "binary"
    SID = "sid"
    NAME = "name"
    """The DN of another object: a reference."""


SYNTAXES = {
    "2.5.5.1": Syntax.NAME,
    "2.5.5.2": Syntax.TEXT,
    "2.5.5.3": Syntax.EXACT_TEXT,
    "2.5.5.4": Syntax.TEXT,
    "2.5.5.5": Syntax.EXACT_TEXT,
    "2.5.5.6": Syntax.TEXT,
    "2.5.5.7": Syntax.TEXT,
    "2.5.5.8": Syntax.BOOLEAN,
    "2.5.5.9": Syntax.INTEGER,
    "2.5.5.10": Syntax.BINARY,
    "2.5.5.11": Syntax.TIME,
    "2.5.5.12": Syntax.TEXT,
    "2.5.5.13": Syntax.BINARY,
    "2.5.5.14": Syntax.TEXT,
    "2.5.5.15": Syntax.BINARY,
    "2.5.5.16": Syntax.INTEGER,
    "2.5.5.17": Syntax.SID,
}
"""attributeSyntax to the way of reading ([MS-ADTS] 3.1.1.2.2.2)."""

_AS_TEXT = {"objectCategory": Syntax.TEXT}
"""Leads into the schema, to nothing that is synchronized; as text it says which forest an object is in."""

NOT_REPLICATED = 0x1
CONSTRUCTED = 0x4


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attributeSchema object."""

    name: str
    """lDAPDisplayName, the spelling in which values are delivered."""
    syntax: Syntax
    multivalued: bool
    link_id: int = 0
    """Even: a forward link; odd: the back link of the one before; 0: no link."""
    flags: int = 0
    """systemFlags."""
    max_length: int | None = None

    @property
    def is_back_link(self) -> bool:
        """Whether the server computes it from the links of others."""
        return self.link_id % 2 == 1

    @property
    def is_replicated(self) -> bool:
        """Whether DirSync delivers it: neither computed nor kept by each controller for itself."""
        return not self.flags & (NOT_REPLICATED | CONSTRUCTED) and not self.is_back_link


@dataclass(frozen=True, slots=True)
class ObjectClass:
    """One classSchema object."""

    name: str
    parent: str
    may: frozenset[str]
    must: frozenset[str]
    auxiliary: frozenset[str]
    superiors: frozenset[str]
    """Classes whose objects may contain one of this class."""


@dataclass(frozen=True)
class Schema:
    """Every attribute and class of a forest, by name."""

    attributes: dict[str, Attribute]
    """By lower-case name."""
    classes: dict[str, ObjectClass]

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that name, compared without case."""
        return self.attributes.get(name.lower())

    @cached_property
    def _back_links(self) -> dict[int, Attribute]:
        return {a.link_id: a for a in self.attributes.values() if a.link_id and a.is_back_link}

    def back_link(self, attribute: Attribute) -> Attribute | None:
        """The back link of a forward link (memberOf of member)."""
        return self._back_links.get(attribute.link_id + 1) if attribute.link_id else None

    def ancestry(self, name: str) -> tuple[str, ...]:
        """A class and its superclasses, itself first."""
        found: list[str] = []
        while name in self.classes and name not in found:
            found.append(name)
            name = self.classes[name].parent
        return tuple(found)

    def superiors(self, names: Iterable[str]) -> frozenset[str]:
        """Every class that may contain one of these, directly or through other containers."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            for ancestor in self.ancestry(waiting.pop()):
                fresh = self.classes[ancestor].superiors - found
                found |= fresh
                waiting.extend(fresh)
        return frozenset(found)

    def attributes_of(self, name: str) -> tuple[frozenset[str], frozenset[str]]:
        """What objects of a class may have, and of that what they must have; auxiliary classes included."""
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            for ancestor in self.ancestry(waiting.pop()):
                if ancestor not in seen:
                    seen.add(ancestor)
                    waiting.extend(self.classes[ancestor].auxiliary)
        must = frozenset[str]().union(*(self.classes[c].must for c in seen))
        return must.union(*(self.classes[c].may for c in seen)), must


_ATTRIBUTE = ("lDAPDisplayName", "attributeSyntax", "isSingleValued", "linkID", "systemFlags", "rangeUpper")
_MAY = ("mayContain", "systemMayContain")
_MUST = ("mustContain", "systemMustContain")
_AUXILIARY = ("auxiliaryClass", "systemAuxiliaryClass")
_SUPERIORS = ("possSuperiors", "systemPossSuperiors")
_CLASS = ("lDAPDisplayName", "subClassOf", *_MAY, *_MUST, *_AUXILIARY, *_SUPERIORS)


def read_schema(connection: Connection, base: str) -> Schema:
    """The schema below `base` (schemaNamingContext)."""
    attributes = (_attribute(e) for e in whole_search(connection, base, "(objectClass=attributeSchema)", _ATTRIBUTE))
    classes = (_class(e) for e in whole_search(connection, base, "(objectClass=classSchema)", _CLASS))
    return Schema({a.name.lower(): a for a in attributes if a}, {c.name: c for c in classes})


def _attribute(entry: Entry) -> Attribute | None:
    values = entry[1]
    syntax = _AS_TEXT.get(_text(values, "lDAPDisplayName")) or SYNTAXES.get(_text(values, "attributeSyntax"))
    if syntax is None:
        return None
    longest = _text(values, "rangeUpper")
    return Attribute(
        name=_text(values, "lDAPDisplayName"),
        syntax=syntax,
        multivalued=_text(values, "isSingleValued") != "TRUE",
        link_id=int(_text(values, "linkID") or 0),
        flags=int(_text(values, "systemFlags") or 0),
        max_length=int(longest) if longest and syntax in (Syntax.TEXT, Syntax.EXACT_TEXT) else None,
    )


def _class(entry: Entry) -> ObjectClass:
    values = entry[1]
    return ObjectClass(
        name=_text(values, "lDAPDisplayName"),
        parent=_text(values, "subClassOf"),
        may=_names(values, _MAY),
        must=_names(values, _MUST),
        auxiliary=_names(values, _AUXILIARY),
        superiors=_names(values, _SUPERIORS),
    )


def _text(values: dict[str, list[bytes]], name: str) -> str:
    found = values.get(name)
    return found[0].decode("utf-8", "replace") if found else ""


def _names(values: dict[str, list[bytes]], attributes: tuple[str, ...]) -> frozenset[str]:
    return frozenset(raw.decode("utf-8", "replace") for name in attributes for raw in values.get(name, ()))
