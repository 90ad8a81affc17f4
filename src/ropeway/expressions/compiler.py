"""A tree to a closure over an object's attributes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from ropeway.expressions.calls import called
from ropeway.expressions.errors import ExpressionError
from ropeway.expressions.functions import TABLE, Function, Table
from ropeway.expressions.operators import OPERATIONS, equal, negated
from ropeway.expressions.parser import parse
from ropeway.expressions.spreading import spread, whole
from ropeway.expressions.tree import Attribute, Binary, Call, Constant, Literal, Node, Unary, names_read
from ropeway.expressions.values import MANY, Compare, Special, as_truth

Closure = Callable[[Mapping[str, Any]], Any]

_CONSTANTS: dict[str, Any] = {
    "NULL": None,
    "CRLF": "\r\n",
    **{special.value: special for special in Special},
    **{compare.value: compare for compare in Compare},
}


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression."""

    text: str
    tree: Node
    reads: frozenset[str]
    """The attributes it depends on."""
    evaluate: Closure
    """An object's attributes to a value, a list of values, None (no value) or a `Special`; pure.

    `ExpressionFailed` where a function cannot work on a value; nothing else is raised.
    """


def compile_expression(text: str, table: Table = TABLE) -> Expression:
    """Parse and compile; `ExpressionError` points at what is wrong: signs, functions, number of arguments."""
    tree = parse(text)
    return Expression(text, tree, names_read(tree), compile_tree(tree, table, text))


def compile_tree(tree: Node, table: Table = TABLE, text: str = "") -> Closure:
    """The closure of a tree; errors quote `text`."""
    closure = _Compiler(table, text).closure(tree)
    if isinstance(tree, (Attribute, Literal)):
        return closure

    def without_nulls(attributes: Mapping[str, Any]) -> Any:
        value = closure(attributes)
        return whole(value) if type(value) is MANY else value

    return without_nulls


@dataclass(frozen=True, slots=True)
class _Compiler:
    table: Table
    text: str

    def closure(self, node: Node) -> Closure:
        match node:
            case Literal(value):
                return lambda _: value
            case Constant(name):
                return self.constant(node, _CONSTANTS[name])
            case Attribute(name):
                return lambda attributes: attributes.get(name)
            case Unary("NOT", operand):
                return _not(self.closure(operand))
            case Unary(_, operand):
                return _negation(self.closure(operand))
            case Binary():
                return self.binary(node)
            case Call():
                return self.call(node)
            case _:
                assert_never(node)

    def constant(self, node: Constant, value: Any) -> Closure:
        if isinstance(value, Compare):
            raise ExpressionError(self.text, node.at, f"{node.name} is only an argument of functions that compare")
        return lambda _: value

    def binary(self, node: Binary) -> Closure:
        left, right = self.closure(node.left), self.closure(node.right)
        if node.operator == "AND" or node.operator == "OR":
            return _logic(node.operator, left, right)
        if node.operator == "=" and isinstance(node.right, Literal):
            return _equal_to(left, node.right.value)
        return _operation(node.operator, OPERATIONS[node.operator], left, right)

    def call(self, node: Call) -> Closure:
        function = self.table.get(node.function)
        if function is None:
            raise ExpressionError(self.text, node.at, _no_function(node.function, self.table))
        if not function.accepts(len(node.arguments)):
            reason = f"{function.signature} does not take {len(node.arguments)} arguments"
            raise ExpressionError(self.text, node.at, reason)
        return called(function, [self.argument(function, place, part) for place, part in enumerate(node.arguments)])

    def argument(self, function: Function, place: int, node: Node) -> Closure | Literal:
        """A closure, or the literal itself, so that it is converted once."""
        parameter = function.parameter(place)
        if parameter.kind == "compare":
            value = _CONSTANTS.get(node.name) if isinstance(node, Constant) else None
            if not isinstance(value, Compare):
                reason = f"{function.name}, {parameter.name}: expected vbTextCompare, vbBinaryCompare or their like"
                raise ExpressionError(self.text, node.at, reason)
            return lambda _: value
        if isinstance(node, Literal) and parameter.kind in ("text", "number"):
            if parameter.kind == "number" and type(node.value) is not int:
                reason = f"{function.name}, {parameter.name}: expected a number, found a text or a truth"
                raise ExpressionError(self.text, node.at, reason)
            return node
        return self.closure(node)


def _no_function(name: str, table: Table) -> str:
    alike = next((known for known in table if known.lower() == name.lower()), None)
    if alike is not None:
        return f"the function “{name}” is written {alike}"
    return f"there is no function “{name}”: expected one of {', '.join(sorted(table))}"


def _truth(value: Any) -> bool:
    return value if value is True or value is False else as_truth(value, "condition", "operand")


def _not(operand: Closure) -> Closure:
    def run(attributes: Mapping[str, Any]) -> Any:
        value = operand(attributes)
        return [not _truth(one) for one in value] if type(value) is MANY else not _truth(value)

    return run


def _negation(operand: Closure) -> Closure:
    def run(attributes: Mapping[str, Any]) -> Any:
        value = operand(attributes)
        return [negated(one) for one in value] if type(value) is MANY else negated(value)

    return run


def _logic(operator: str, left: Closure, right: Closure) -> Closure:
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


def _equal_to(left: Closure, literal: str | int | bool) -> Closure:
    kind = type(literal)

    def run(attributes: Mapping[str, Any]) -> Any:
        value = left(attributes)
        if type(value) is kind:
            return value == literal
        return [equal(one, literal) for one in value] if type(value) is MANY else equal(value, literal)

    return run


def _operation(name: str, operation: Callable[[Any, Any], Any], left: Closure, right: Closure) -> Closure:
    def run(attributes: Mapping[str, Any]) -> Any:
        first, second = left(attributes), right(attributes)
        if type(first) is MANY or type(second) is MANY:
            return spread(operation, (first, second), name)
        return operation(first, second)

    return run
