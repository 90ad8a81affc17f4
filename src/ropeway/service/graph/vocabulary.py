"""The words that schemas are written in: operators of scopes, functions of expressions (graph-scim.md B4)."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from ropeway.expressions import TABLES, Dialect
from ropeway.expressions.functions import Parameter
from ropeway.rules.operators import OPERATORS

AttributeType = Literal["String", "Integer", "Reference", "Binary", "Boolean", "DateTime"]

COMPARABLE: tuple[AttributeType, ...] = ("String", "Integer", "DateTime")
EVERY: tuple[AttributeType, ...] = ("String", "Integer", "Binary", "Boolean", "DateTime")
SUPPORTED: dict[str, tuple[AttributeType, ...]] = {
    "GREATER_THAN": COMPARABLE,
    "GREATER_THAN_OR_EQUALS": COMPARABLE,
    "LESS_THAN": COMPARABLE,
    "LESS_THAN_OR_EQUALS": COMPARABLE,
    "BIT SET": ("Integer",),
    "BIT NOT SET": ("Integer",),
    "&": ("Integer", "String"),
    "!&": ("Integer", "String"),
    "IS TRUE": ("Boolean",),
    "IS FALSE": ("Boolean",),
    "IS NULL": EVERY,
    "IS NOT NULL": EVERY,
}
"""Operator to the types it is meant for; the others are for texts and numbers."""

TYPES: dict[str, AttributeType] = {"number": "Integer", "truth": "Boolean", "time": "DateTime", "binary": "Binary"}
"""What a parameter takes to Graph's type; everything else is given as text."""


@cache
def filter_operators() -> list[dict[str, Any]]:
    """Graph's filterOperatorSchema of each operator. A NOT form is met by all values, its opposite by any."""
    return [
        {
            "id": name,
            "arity": "Unary" if operator.most == 0 else "Binary",
            "multivaluedComparisonType": "All" if operator.negated else "Any",
            "supportedAttributeTypes": list(SUPPORTED.get(name, ("String", "Integer"))),
        }
        for name, operator in sorted(OPERATORS.items())
    ]


@cache
def functions(dialect: str) -> list[dict[str, Any]]:
    """Graph's attributeMappingFunctionSchema of each function of a dialect."""
    table = TABLES[Dialect(dialect)]
    return [{"id": name, "parameters": [_parameter(one) for one in table[name].parameters]} for name in table]


def _parameter(one: Parameter) -> dict[str, Any]:
    return {
        "name": one.name,
        "type": TYPES.get(one.wants or one.kind, "String"),
        "required": one.required,
        "allowMultipleOccurrences": one.repeats,
    }
