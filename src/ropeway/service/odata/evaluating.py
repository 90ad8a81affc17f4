"""A filter over JSON values in memory: for lists so short that no database need be asked, and as the test's oracle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never, cast

from ropeway.service.odata.literals import TURNED, Fold, called, compared, to_the_letter
from ropeway.service.odata.refusals import no_property, unreadable
from ropeway.service.odata.tree import And, Call, Compare, In, Lambda, Literal, Node, Not, Or, Path

Value = Mapping[str, Any]


def matches(node: Node, value: Value, fold: Fold = to_the_letter) -> bool:
    """Whether a value passes; RopewayError `query-unreadable` for properties it does not have."""
    match node:
        case And(parts):
            passed = [matches(part, value, fold) for part in parts]  # each: an unknown property is told, wherever it is
            return all(passed)
        case Or(parts):
            passed = [matches(part, value, fold) for part in parts]
            return any(passed)
        case Not(inner):
            return not matches(inner, value, fold)
        case Compare():
            return _compare(node, value, fold)
        case In(path, values):
            found = looked_up(path, value)
            passed = [compared(found, "eq", one, fold) for one in values]
            return any(passed)
        case Call(function, path, literal):
            return called(looked_up(path, value), function, literal, fold)
        case Path():
            return compared(looked_up(node, value), "eq", Literal("truth", "true", node.at))
        case Lambda():
            return _lambda(node, value, fold)
        case _:
            assert_never(node)


def _compare(node: Compare, value: Value, fold: Fold) -> bool:
    match node.left, node.right:
        case Path() as path, Literal() as literal:
            return compared(looked_up(path, value), node.operator, literal, fold)
        case Literal() as literal, Path() as path:
            return compared(looked_up(path, value), TURNED[node.operator], literal, fold)
        case _:
            raise unreadable("$filter", f"A property is compared with a value, at position {node.at}")


def _lambda(node: Lambda, value: Value, fold: Fold) -> bool:
    found = looked_up(node.path, value)
    if not isinstance(found, list):
        raise unreadable("$filter", f"{node.path.name} is no list, at position {node.at}")
    elements = cast("list[Any]", found)
    inner = node.inner
    if inner is None:
        return bool(elements)
    passed = [matches(inner, {**value, node.variable: one}, fold) for one in elements]
    return any(passed) if node.quantifier == "any" else all(passed)


def looked_up(path: Path, value: Value) -> Any:
    """The value at a path; names in any case, null where something on the way is null."""
    found: Any = value
    for step in path.steps:
        if found is None:
            return None
        names: Value = cast("Value", found) if isinstance(found, Mapping) else {}
        name = next((name for name in names if name.lower() == step.lower()), None)
        if name is None:
            raise no_property("$filter", path.name)
        found = names[name]
    return found
