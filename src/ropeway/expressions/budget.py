"""How much work one evaluation may be. Expressions without variables are bounded by their size; others are metered.

Each node that a metered expression evaluates costs 200 units, and its result one unit a character. A unit is about a
nanosecond, so that no evaluation takes longer than about a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.spreading import Closure
from ropeway.expressions.tree import Node, Variable, walk
from ropeway.expressions.values import MANY

BUDGET = 200_000_000
MAX_UNMETERED = 100
"""The most nodes of an expression that is not metered."""

_NODE = 200
_WORK = "[work"
"""Where what is left is, among the attributes; no attribute's name has a bracket."""


def is_metered(tree: Node) -> bool:
    """Whether an expression has variables, or is long."""
    parts = [part for part, _ in walk(tree)]
    return len(parts) > MAX_UNMETERED or any(isinstance(part, Variable) for part in parts)


def begun(closure: Closure) -> Closure:
    """An evaluation that begins with the whole budget."""

    def run(attributes: Mapping[str, Any]) -> Any:
        return closure({**attributes, _WORK: [BUDGET]})

    return run


def charged(closure: Closure) -> Closure:
    """A closure that takes its cost from the budget; `ExpressionFailed` where nothing is left."""

    def run(attributes: Mapping[str, Any]) -> Any:
        value = closure(attributes)
        left = attributes[_WORK]
        left[0] -= _NODE + _size(value)
        if left[0] < 0:
            raise ExpressionFailed("expression", "work", BUDGET, "too much work for one object")
        return value

    return run


def _size(value: Any) -> int:
    if type(value) is str or type(value) is bytes:
        return len(value)
    return sum(map(_size, value)) + len(value) * 20 if type(value) is MANY else 0
