"""A tree to a closure over an object's attributes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from ropeway.expressions.budget import begun, charged, is_metered
from ropeway.expressions.calls import Fixed, called, converted
from ropeway.expressions.dialect import Dialect
from ropeway.expressions.errors import ExpressionError, ExpressionFailed
from ropeway.expressions.functions import TABLES, Function, Parameter
from ropeway.expressions.functions.lambdas import variable_key
from ropeway.expressions.operator_calls import equal_to, inverted, logic, negation, operation, ordered_to, present
from ropeway.expressions.operators import COMPARISONS, OPERATIONS
from ropeway.expressions.parameters import parameter
from ropeway.expressions.spelling import nearest
from ropeway.expressions.spreading import Closure
from ropeway.expressions.times import Moment
from ropeway.expressions.tree import (
    Attribute,
    Binary,
    Call,
    Constant,
    Literal,
    Node,
    Omitted,
    Unary,
    Variable,
)
from ropeway.expressions.tree import Parameter as ParameterNode
from ropeway.expressions.values import MANY, Compare, Encoding, Special

_CONSTANTS: dict[str, Any] = {
    "NULL": None,
    "CRLF": "\r\n",
    **{special.value: special for special in Special},
    **{compare.value: compare for compare in Compare},
    **{encoding.value: encoding for encoding in Encoding},
}
_WORDS: dict[str, tuple[type, str]] = {
    "compare": (Compare, "vbTextCompare, vbBinaryCompare or their like"),
    "encoding": (Encoding, "Unicode, ASCII or UTF8"),
}


def compile_tree(tree: Node, dialect: Dialect = Dialect.ROPEWAY, text: str = "") -> Closure:
    """The closure of a tree; errors quote `text`. It answers no list with NULLs in it, and times as text."""
    metered = is_metered(tree)
    closure = _Compiler(dialect, text, metered).closure(tree, frozenset())
    if isinstance(tree, (Attribute, Literal)):
        return closure
    return _finished(begun(closure) if metered else closure)


def _finished(closure: Closure) -> Closure:
    def run(attributes: Mapping[str, Any]) -> Any:
        value = closure(attributes)
        if type(value) is MANY:
            return [str(one) if type(one) is Moment else one for one in value if one is not None] or None
        return str(value) if type(value) is Moment else value

    return run


@dataclass(frozen=True, slots=True)
class _Compiler:
    dialect: Dialect
    text: str
    metered: bool

    def closure(self, node: Node, variables: frozenset[str], top: bool = True) -> Closure:
        made = self.unmetered(node, variables, top)
        return charged(made) if self.metered else made

    def unmetered(self, node: Node, variables: frozenset[str], top: bool) -> Closure:
        match node:
            case Literal(value):
                return lambda _: value
            case Constant():
                return self.constant(node)
            case Attribute(name):
                return lambda attributes: attributes.get(name)
            case ParameterNode(name):
                return parameter(name)
            case Variable():
                return self.variable(node, variables)
            case Omitted():
                raise ExpressionError(self.text, node.at, "expected a value, this argument cannot be left out")
            case Unary("NOT", operand):
                return inverted(self.closure(operand, variables, False))
            case Unary(_, operand):
                return negation(self.closure(operand, variables, False))
            case Binary():
                return self.binary(node, variables)
            case Call():
                return self.call(node, variables, top)
            case _:
                assert_never(node)

    def constant(self, node: Constant) -> Closure:
        value = _CONSTANTS[node.name]
        if isinstance(value, (Compare, Encoding)):
            what = "functions that compare" if isinstance(value, Compare) else "functions that convert"
            raise ExpressionError(self.text, node.at, f"{node.name} is only an argument of {what}")
        return lambda _: value

    def variable(self, node: Variable, variables: frozenset[str]) -> Closure:
        if node.name not in variables:
            reason = (
                f"no Select, Where or With around this gives ${node.name} a value{nearest(node.name, variables, '$')}"
            )
            raise ExpressionError(self.text, node.at, reason)
        key = variable_key(node.name)
        return lambda attributes: attributes[key]

    def binary(self, node: Binary, variables: frozenset[str]) -> Closure:
        left, right = self.closure(node.left, variables, False), self.closure(node.right, variables, False)
        if node.operator == "AND" or node.operator == "OR":
            return logic(node.operator, left, right)
        meant = OPERATIONS[node.operator]
        if self.dialect is Dialect.CLOUD and node.operator != "&":
            return operation(node.operator, present(node.operator, meant), left, right)
        if node.operator == "=" and isinstance(node.right, Literal):
            return equal_to(left, node.right.value)
        if node.operator in COMPARISONS and isinstance(node.right, Literal) and type(node.right.value) is int:
            return ordered_to(node.operator, meant, left, node.right.value)
        return operation(node.operator, meant, left, right)

    def call(self, node: Call, variables: frozenset[str], top: bool) -> Closure:
        function = self.function(node, top)
        arguments = list(node.arguments)
        while arguments and isinstance(arguments[-1], Omitted):
            arguments.pop()
        for place in range(len(arguments), len(node.arguments)):
            self.required(function.parameter(place), function, node.arguments[place])
        inner = variables | {a.name for a in arguments[:1] if isinstance(a, Variable)} if function.builds else variables
        made = [
            self.argument(function, place, part, inner if place == 2 else variables)
            for place, part in enumerate(arguments)
        ]
        return function.call(*made) if function.builds else called(function, made)

    def function(self, node: Call, top: bool) -> Function:
        table = TABLES[self.dialect]
        found = table.get(node.function)
        if found is None:
            raise ExpressionError(self.text, node.at, self.no_function(node.function))
        if not found.accepts(len(node.arguments)):
            reason = f"{found.signature} does not take {len(node.arguments)} arguments"
            raise ExpressionError(self.text, node.at, reason)
        if found.overloads:
            found = next(one for one in found.overloads if one.accepts(len(node.arguments)))
        if found.name == "SelectUniqueValue" and not top:
            raise ExpressionError(self.text, node.at, "SelectUniqueValue must be the outermost function")
        wrong = found.check(node.arguments) if found.check is not None else None
        if wrong is not None:
            place, reason = wrong
            raise ExpressionError(self.text, node.arguments[place].at, reason)
        return found

    def no_function(self, name: str) -> str:
        table = TABLES[self.dialect]
        alike = next((known for known in table if known.lower() == name.lower()), None)
        if alike is not None:
            return f"the function “{name}” is written {alike}"
        elsewhere = [dialect.value for dialect in Dialect if name in TABLES[dialect]]
        if elsewhere:
            return f"the dialect {self.dialect.value} has no function {name}; {' and '.join(elsewhere)} have"
        return f"there is no function “{name[:40]}”{nearest(name, table)}"

    def required(self, wanted: Parameter, function: Function, node: Node) -> None:
        if wanted.required:
            reason = f"{function.name}, {wanted.name}: expected a value, this argument cannot be left out"
            raise ExpressionError(self.text, node.at, reason)

    def argument(self, function: Function, place: int, node: Node, variables: frozenset[str]) -> Any:
        """A closure; or a fixed value: what is written out is converted once, what is left out is None."""
        wanted = function.parameter(place)
        if isinstance(node, Omitted):
            self.required(wanted, function, node)
            return None if function.builds else Fixed(None)
        if wanted.kind in _WORDS:
            return self.word(wanted, function, node)
        if wanted.kind == "variable" or wanted.kind == "literal":
            return self.written(wanted, function, node)
        if isinstance(node, Literal) and wanted.kind in ("text", "number", "truth", "time"):
            return self.literal(wanted, function, node)
        return self.closure(node, variables, False)

    def word(self, wanted: Parameter, function: Function, node: Node) -> Fixed:
        kind, words = _WORDS[wanted.kind]
        value = _CONSTANTS.get(node.name) if isinstance(node, Constant) else None
        if not isinstance(value, kind):
            raise ExpressionError(self.text, node.at, f"{function.name}, {wanted.name}: expected {words}")
        return Fixed(value)

    def written(self, wanted: Parameter, function: Function, node: Node) -> str:
        if wanted.kind == "variable" and isinstance(node, Variable):
            return node.name
        if wanted.kind == "literal" and isinstance(node, Literal) and isinstance(node.value, str):
            return node.value
        what = "a variable, such as $item" if wanted.kind == "variable" else "a text written out, in quotation marks"
        raise ExpressionError(self.text, node.at, f"{function.name}, {wanted.name}: expected {what}")

    def literal(self, wanted: Parameter, function: Function, node: Literal) -> Fixed:
        if wanted.kind == "number" and type(node.value) is not int:
            reason = f"{function.name}, {wanted.name}: expected a number, found a text or a truth"
            raise ExpressionError(self.text, node.at, reason)
        try:
            return Fixed(converted(wanted, node.value, function.name))
        except ExpressionFailed as error:
            raise ExpressionError(self.text, node.at, str(error)) from None
