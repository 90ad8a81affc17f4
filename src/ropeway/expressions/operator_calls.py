"""Operators as closures: what they do with the values of their operands, and with lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.operators import COMPARISONS, equal, negated
from ropeway.expressions.spreading import Closure, spread
from ropeway.expressions.values import MANY, as_truth


def _truth(value: Any) -> bool:
    return value if value is True or value is False else as_truth(value, "condition", "operand")


def inverted(operand: Closure) -> Closure:
    def run(attributes: Mapping[str, Any]) -> Any:
        value = operand(attributes)
        return [not _truth(one) for one in value] if type(value) is MANY else not _truth(value)

    return run


def negation(operand: Closure) -> Closure:
    def run(attributes: Mapping[str, Any]) -> Any:
        value = operand(attributes)
        return [negated(one) for one in value] if type(value) is MANY else negated(value)

    return run


def logic(operator: str, left: Closure, right: Closure) -> Closure:
    decides = operator == "OR"

    def both(first: Any, second: Any) -> bool:
        return _truth(second) if _truth(first) is not decides else decides

    def run(attributes: Mapping[str, Any]) -> Any:
        first = left(attributes)
        if type(first) is MANY:
            return spread(both, (first, right(attributes)), operator)
        if _truth(first) is decides:
            return decides
        second = right(attributes)
        return [_truth(one) for one in second] if type(second) is MANY else _truth(second)

    return run


def equal_to(left: Closure, literal: str | int | bool) -> Closure:
    kind = type(literal)

    def run(attributes: Mapping[str, Any]) -> Any:
        value = left(attributes)
        if type(value) is kind:
            return value == literal
        return [equal(one, literal) for one in value] if type(value) is MANY else equal(value, literal)

    return run


def present(name: str, operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A comparison of the dialect cloud: it fails where a value is absent or empty ("Known limitations" of IIF)."""

    def compared(left: Any, right: Any) -> Any:
        for value, argument in ((left, "left"), (right, "right")):
            if value is None or value == "":
                reason = "the dialect cloud compares no absent or empty value; use Switch, or the dialect ropeway"
                raise ExpressionFailed(name, argument, value, reason)
        return operation(left, right)

    return compared


def operation(name: str, operation: Callable[[Any, Any], Any], left: Closure, right: Closure) -> Closure:
    def run(attributes: Mapping[str, Any]) -> Any:
        first, second = left(attributes), right(attributes)
        if type(first) is MANY or type(second) is MANY:
            return spread(operation, (first, second), name)
        return operation(first, second)

    return run


def ordered_to(name: str, meant: Callable[[Any, Any], Any], left: Closure, literal: int) -> Closure:
    """A comparison by size with a number that is written out."""
    compare = COMPARISONS[name]

    def run(attributes: Mapping[str, Any]) -> Any:
        value = left(attributes)
        if type(value) is int:
            return compare(value, literal)
        return [meant(one, literal) for one in value] if type(value) is MANY else meant(value, literal)

    return run
