"""What the operators do with values. NULL takes part: it equals NULL alone, orders with nothing, and joins as "".

Texts are compared character by character, upper and lower case being different. A number beside a text: as texts
for = and <>, as numbers for the order. Beside a time, a text is read as a date and a number as a FILETIME.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.times import Moment
from ropeway.expressions.tree import BinaryOperator
from ropeway.expressions.values import (
    Special,
    as_number,
    as_text,
    as_time,
    checked_length,
    in_range,
    time_from_filetime,
)


def equal(left: Any, right: Any) -> bool:
    """left = right."""
    if type(left) is type(right):
        return bool(left == right)
    if left is None or right is None or isinstance(left, Special) or isinstance(right, Special):
        return False
    if isinstance(left, bool) or isinstance(right, bool):
        return _said(left) == _said(right)
    if isinstance(left, bytes) or isinstance(right, bytes):
        return False
    if isinstance(left, Moment) or isinstance(right, Moment):
        return _moment(left, "=", "left") == _moment(right, "=", "right")
    return as_text(left, "=", "left") == as_text(right, "=", "right")


def _said(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else str(value).lower()


def unequal(left: Any, right: Any) -> bool:
    """left <> right."""
    return not equal(left, right)


def _ordered(name: BinaryOperator) -> Callable[[Any, Any], bool]:
    compare = COMPARISONS[name]

    def ordered(left: Any, right: Any) -> bool:
        if type(left) is type(right) and (type(left) is int or type(left) is str):
            return compare(left, right)
        if left is None or right is None:
            return False
        if type(left) is Moment or type(right) is Moment:
            return compare(_moment(left, name, "left"), _moment(right, name, "right"))
        return compare(as_number(left, name, "left"), as_number(right, name, "right"))

    return ordered


def _moment(value: Any, name: str, argument: str) -> Moment:
    """A time, beside another: a number is a FILETIME."""
    if type(value) is int:
        return time_from_filetime(value, name, argument)
    return as_time(value, name, argument)


def _arithmetic(name: BinaryOperator, compute: Callable[[int, int], int]) -> Callable[[Any, Any], int | None]:
    def computed(left: Any, right: Any) -> int | None:
        if left is None or right is None:
            return None
        return in_range(compute(as_number(left, name, "left"), as_number(right, name, "right")), name, "result")

    return computed


def concatenate(left: Any, right: Any) -> str:
    """left & right."""
    first = "" if left is None else as_text(left, "&", "left")
    second = "" if right is None else as_text(right, "&", "right")
    checked_length(len(first) + len(second), "&", "right")
    return first + second


def negated(value: Any) -> int | None:
    """-value."""
    if value is None:
        return None
    if isinstance(value, Special):
        raise ExpressionFailed("-", "operand", value.value, f"{value.value} is no value to work on")
    return in_range(-as_number(value, "-", "operand"), "-", "operand")


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
"""What the signs mean between two values of one type."""

OPERATIONS: dict[BinaryOperator, Callable[[Any, Any], Any]] = {
    "=": equal,
    "<>": unequal,
    "<": _ordered("<"),
    "<=": _ordered("<="),
    ">": _ordered(">"),
    ">=": _ordered(">="),
    "&": concatenate,
    "+": _arithmetic("+", operator.add),
    "-": _arithmetic("-", operator.sub),
    "*": _arithmetic("*", operator.mul),
}
"""All but AND and OR, which evaluate their right side only when it matters."""
