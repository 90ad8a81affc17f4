"""A mapped value as the target's type wants it. Empty text is no value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ropeway.expressions import ExpressionFailed
from ropeway.expressions.values import MANY, as_number, as_text
from ropeway.model.definition import AttributeDefinition

Convert = Callable[[Any], Any]


def _text(value: Any) -> str:
    return value if type(value) is str else as_text(value, "mapping", "value")


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    said = {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None
    if said is None:
        raise ExpressionFailed("mapping", "value", value, "neither True nor False, for a Boolean attribute")
    return said


def _number(value: Any) -> int:
    return as_number(value, "mapping", "value")


def _binary(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    raise ExpressionFailed("mapping", "value", value, "not a binary value, for a Binary attribute")


_BY_TYPE: dict[str, Convert] = {
    "String": _text,
    "DateTime": _text,
    "Boolean": _truth,
    "Integer": _number,
    "Binary": _binary,
}


def converter(definition: AttributeDefinition) -> Convert:
    """The function that fits a value to an attribute; None stays None, and a list of one becomes a single value.

    `ExpressionFailed` for a value of another type, and for several values where one is allowed.
    """
    one = _BY_TYPE[definition.type]
    return _many_of(one) if definition.multivalued else _single_of(one)


def _single_of(one: Convert) -> Convert:
    def single(value: Any) -> Any:
        if type(value) is MANY:
            filled = [each for each in value if each is not None and each != ""]
            if len(filled) > 1:
                raise ExpressionFailed("mapping", "value", filled, "several values where the target allows one")
            value = filled[0] if filled else None
        return None if value is None or value == "" else one(value)

    return single


def _many_of(one: Convert) -> Convert:
    def many(value: Any) -> Any:
        if value is None or value == "":
            return None
        values: Any = value if type(value) is MANY else (value,)
        return [one(each) for each in values if each is not None and each != ""] or None

    return many
