"""What an expression can be, as far as it shows without an object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ropeway.model.definition import AttributeDefinition

Kind = Literal["text", "number", "truth", "time", "binary", "special"]
"""The types of values; `special` is IgnoreThisFlow and AuthoritativeNull. NULL is possible everywhere."""


@dataclass(frozen=True, slots=True)
class Type:
    """The types that a value can have."""

    kinds: frozenset[Kind]
    many: bool = False
    """Whether it is a list for certain, unless it is NULL."""

    def each(self) -> Type:
        """One value of a list."""
        return Type(self.kinds)


def of(*kinds: Kind, many: bool = False) -> Type:
    """The type of these kinds."""
    return Type(frozenset(kinds), many)


ANYTHING = of("text", "number", "truth", "time", "binary", "special")
NOTHING = of()
"""NULL."""

_ATTRIBUTES: dict[str, Kind] = {
    "String": "text",
    "Integer": "number",
    "Boolean": "truth",
    "Binary": "binary",
    "DateTime": "text",
    "Reference": "text",
}

ACCEPTED: Mapping[str, frozenset[Kind]] = {
    "text": frozenset(("text", "number", "truth", "time")),
    "number": frozenset(("number", "text")),
    "truth": frozenset(("truth", "number", "text")),
    "time": frozenset(("time", "text")),
    "binary": frozenset(("binary", "text")),
    "order": frozenset(("number", "text", "time")),
}
"""What can be read as what is wanted; a binary value as text in Base64 or the like."""

NAMES: Mapping[str, str] = {
    "text": "a text",
    "number": "a number",
    "truth": "a condition",
    "time": "a date",
    "binary": "a binary value",
    "order": "a number, a text or a date",
    "special": "IgnoreThisFlow or AuthoritativeNull",
}

TARGETS: Mapping[str, frozenset[Kind]] = {
    "String": ACCEPTED["text"],
    "DateTime": ACCEPTED["text"],
    "Boolean": frozenset(("truth", "text")),
    "Integer": ACCEPTED["number"],
    "Binary": frozenset(("binary",)),
}
"""What a target attribute of a type can take."""


def of_attribute(definition: AttributeDefinition) -> Type:
    """The type of a declared attribute."""
    return of(_ATTRIBUTES[definition.type], many=definition.multivalued)


def either(*types: Type) -> Type:
    """The type of something that is one of several."""
    filled = [one for one in types if one.kinds]
    return Type(
        frozenset[Kind]().union(*(one.kinds for one in types)), bool(filled) and all(one.many for one in filled)
    )


def named(kinds: frozenset[Kind]) -> str:
    """`a text or a number`."""
    return " or ".join(
        NAMES[kind] for kind in ("text", "number", "truth", "time", "binary", "special") if kind in kinds
    )
