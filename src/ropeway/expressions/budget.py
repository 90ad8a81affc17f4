"""How much work one evaluation may be.

Short expressions of plain functions are bounded by their size; those that are long, have variables or regular
expressions are metered. Each node that a metered expression evaluates costs 200 units, and its result one unit a
character; a text that a regular expression works on costs 2,000 a character. A unit is about a nanosecond, or a few
where many small matches are replaced, so that no evaluation takes longer than a few seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.spreading import Closure
from ropeway.expressions.tree import Call, Node, Variable, walk
from ropeway.expressions.values import MANY

BUDGET = 200_000_000
MAX_UNMETERED = 100
"""The most nodes of an expression that is not metered."""

_NODE = 200
_PATTERN = 2_000
_WORK = "[work"
"""Where what is left is, among the attributes; no attribute's name has a bracket."""


def is_metered(tree: Node) -> bool:
    """Whether an expression is long, or has variables or regular expressions."""
    parts = [part for part, _ in walk(tree)]
    return len(parts) > MAX_UNMETERED or any(isinstance(part, Variable) or _has_pattern(part) for part in parts)


def _has_pattern(node: Node) -> bool:
    return isinstance(node, Call) and node.function == "Replace" and len(node.arguments) > 3


def begun(closure: Closure) -> Closure:
    """An evaluation that begins with the whole budget."""

    def run(attributes: Mapping[str, Any]) -> Any:
        return closure({**attributes, _WORK: [BUDGET]})

    return run


def charged(closure: Closure) -> Closure:
    """A closure that takes its cost from the budget; `ExpressionFailed` where nothing is left."""

    def run(attributes: Mapping[str, Any]) -> Any:
        value = closure(attributes)
        _take(attributes, _NODE + _size(value))
        return value

    return run


def matched(closure: Closure) -> Closure:
    """A closure whose value a regular expression works on, within a metered expression."""

    def run(attributes: Mapping[str, Any]) -> Any:
        value = closure(attributes)
        _take(attributes, _PATTERN * _size(value))
        return value

    return run


def _take(attributes: Mapping[str, Any], cost: int) -> None:
    left = attributes[_WORK]
    left[0] -= cost
    if left[0] < 0:
        raise ExpressionFailed("expression", "work", BUDGET, "too much work for one object")


def _size(value: Any) -> int:
    if type(value) is str or type(value) is bytes:
        return len(value)
    return sum(map(_size, value)) + len(value) * 20 if type(value) is MANY else 0
