"""The static check: what can never be right is refused when an expression is compiled, with its place.

It is sound and modest: it refuses a part only if every value that the part can have makes the function around it fail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from ropeway.expressions import kinds
from ropeway.expressions.dialect import Dialect
from ropeway.expressions.errors import ExpressionError
from ropeway.expressions.functions import TABLES, Function
from ropeway.expressions.functions import Parameter as FunctionParameter
from ropeway.expressions.kinds import ANYTHING, NOTHING, Type, either, of
from ropeway.expressions.tree import (
    Attribute,
    Binary,
    Call,
    Constant,
    Literal,
    Node,
    Omitted,
    Parameter,
    Unary,
    Variable,
)
from ropeway.model.definition import AttributeDefinition

_CLOUD_TIMES = frozenset(("CDate", "DateAdd", "DateFromNum", "Now"))


@dataclass(frozen=True, slots=True)
class Checker:
    """Finds the type of a tree that compiles; `ExpressionError` where a part can never be right."""

    dialect: Dialect
    text: str
    attributes: Mapping[str, AttributeDefinition]

    def check(self, tree: Node, target: AttributeDefinition | None) -> Type:
        """The type of the whole; it must suit the target attribute, if there is one."""
        found = self.type(tree, {})
        if target is not None and target.type in kinds.TARGETS:
            self.suits(tree, target, {})
        return found

    def type(self, node: Node, variables: Mapping[str, Type]) -> Type:
        """The types that a node can have."""
        match node:
            case Literal(value):
                return _literal(value)
            case Constant(name):
                return of("text") if name == "CRLF" else NOTHING if name == "NULL" else of("special")
            case Attribute(name):
                return self.attribute(name)
            case Parameter():
                return of("text")
            case Variable(name):
                return variables.get(name, ANYTHING)
            case Omitted():
                return NOTHING
            case Unary("NOT", operand):
                return Type(of("truth").kinds, self.wanted("truth", operand, variables, "NOT").many)
            case Unary(_, operand):
                return Type(of("number").kinds, self.wanted("number", operand, variables, "-").many)
            case Binary():
                return self.binary(node, variables)
            case Call():
                return self.call(node, variables)
            case _:
                assert_never(node)

    def attribute(self, name: str) -> Type:
        definition = self.attributes.get(name)
        return ANYTHING if definition is None else kinds.of_attribute(definition)

    def binary(self, node: Binary, variables: Mapping[str, Type]) -> Type:
        match node.operator:
            case "AND" | "OR":
                wants, answers = "truth", "truth"
            case "&":
                wants, answers = "text", "text"
            case "+" | "-" | "*":
                wants, answers = "number", "number"
            case "=" | "<>":
                return self.equality(node, variables)
            case _:
                wants, answers = "order", "truth"
                self.no_cloud_times(node)
        left, right = (self.wanted(wants, part, variables, node.operator) for part in (node.left, node.right))
        if wants == "order":
            self.comparable(node, left, right)
        return Type(of(answers).kinds, left.many or right.many)

    def no_cloud_times(self, node: Binary) -> None:
        for part in (node.left, node.right):
            if self.dialect is Dialect.CLOUD and isinstance(part, Call) and part.function in _CLOUD_TIMES:
                reason = f"{part.function} is a text in the dialect cloud: compare dates with DateDiff"
                raise ExpressionError(self.text, part.at, reason)

    def equality(self, node: Binary, variables: Mapping[str, Type]) -> Type:
        left, right = self.type(node.left, variables), self.type(node.right, variables)
        binary = of("binary").kinds
        for one, other, part in ((left, right, node.right), (right, left, node.left)):
            if one.kinds == binary and other.kinds and not other.kinds & (binary | of("special").kinds):
                reason = f"{node.operator}: a binary value is never equal to {kinds.named(other.kinds)}"
                raise ExpressionError(self.text, part.at, reason)
        return Type(of("truth").kinds, left.many or right.many)

    def comparable(self, node: Binary, left: Type, right: Type) -> None:
        """A text that is no number is never less or greater than a number."""
        for one, part in ((left, node.right), (right, node.left)):
            if one.kinds == of("number").kinds and isinstance(part, Literal) and not _fits(part, "Integer"):
                raise ExpressionError(self.text, part.at, f"{node.operator}: expected a number, found a text")

    def wanted(self, wants: str, node: Node, variables: Mapping[str, Type], where: str) -> Type:
        """The type of an operand or argument, which must be what is wanted."""
        found = self.type(node, variables)
        if found.kinds and not found.kinds & kinds.ACCEPTED[wants]:
            reason = f"{where}: expected {kinds.NAMES[wants]}, found {kinds.named(found.kinds)}"
            raise ExpressionError(self.text, node.at, reason)
        target = {"number": "Integer", "truth": "Boolean"}.get(wants)
        if target is not None and isinstance(node, Literal) and isinstance(node.value, str) and not _fits(node, target):
            raise ExpressionError(self.text, node.at, f"{where}: expected {kinds.NAMES[wants]}, found a text")
        return found

    def call(self, node: Call, variables: Mapping[str, Type]) -> Type:
        function = self.function(node)
        if function.name == "ImportedValue" and isinstance(node.arguments[0], Literal):
            return self.attribute(str(node.arguments[0].value))
        inner, found = variables, list[Type]()
        for place, part in enumerate(node.arguments):
            found.append(self.argument(function, place, part, inner if place == 2 else variables))
            if place == 1:
                inner = _inner(function, node, variables, found[1])
        return _answer(function, found)

    def function(self, node: Call) -> Function:
        found = TABLES[self.dialect][node.function]
        return next((one for one in found.overloads if one.accepts(len(node.arguments))), found)

    def argument(self, function: Function, place: int, node: Node, variables: Mapping[str, Type]) -> Type:
        parameter = function.parameter(place)
        if parameter.kind in ("compare", "encoding", "variable", "literal"):
            return NOTHING
        wants = parameter.wants or (parameter.kind if parameter.kind in kinds.ACCEPTED else None)
        where = f"{function.name}, {parameter.name}"
        found = self.type(node, variables) if wants is None else self.wanted(wants, node, variables, where)
        if found.many and _takes_one(function, parameter):
            raise ExpressionError(self.text, node.at, f"{where}: expected one value, found several")
        if found.kinds == of("special").kinds and not parameter.branch:
            raise ExpressionError(self.text, node.at, f"{where}: expected a value, found {kinds.named(found.kinds)}")
        return found

    def suits(self, node: Node, target: AttributeDefinition, variables: Mapping[str, Type]) -> None:
        """Whether each possible answer suits the target attribute."""
        if isinstance(node, Call):
            function = self.function(node)
            if function.result == "branches":
                source = self.type(node.arguments[1], variables) if len(node.arguments) == 3 else ANYTHING
                inner = _inner(function, node, variables, source)
                for place, part in enumerate(node.arguments):
                    if function.parameter(place).branch:
                        self.suits(part, target, inner if place == 2 else variables)
                return
        found = self.type(node, variables).kinds - of("special").kinds
        literal = isinstance(node, Literal) and not _fits(node, target.type)
        if (found and not found & kinds.TARGETS[target.type]) or literal:
            reason = f"{target.name} is of type {target.type}, and can never be {kinds.named(found)}"
            raise ExpressionError(self.text, node.at, f"{reason} like this" if literal else reason)


def _inner(function: Function, node: Call, variables: Mapping[str, Type], source: Type) -> Mapping[str, Type]:
    """The variables that the third argument of Select, Where and With knows; `source` is the type of the second."""
    match node.arguments:
        case (Variable(name), _, _) if function.builds:
            return {**variables, name: source if function.name == "With" else source.each()}
        case _:
            return variables


def _literal(value: str | int | bool) -> Type:
    return of("truth") if isinstance(value, bool) else of("number") if isinstance(value, int) else of("text")


def _fits(node: Literal, target: str) -> bool:
    """Whether a text that is written out can be what the target type wants; "" is no value."""
    value = node.value
    if not isinstance(value, str) or not value:
        return True
    if target == "Boolean":
        return value.lower() in ("true", "false")
    digits = value.strip().removeprefix("-")
    return target != "Integer" or (digits.isascii() and digits.isdigit())


def _takes_one(function: Function, parameter: FunctionParameter) -> bool:
    if parameter.single:
        return True
    return parameter.kind != "whole" and any(one.kind == "whole" for one in function.parameters)


def _answer(function: Function, found: Sequence[Type]) -> Type:
    spreads = any(one.many for one in found) and not function.builds and not _on_everything(function)
    match function.result:
        case "any":
            return ANYTHING
        case "many":
            return Type(ANYTHING.kinds, many=True)
        case "texts":
            return of("text", many=True)
        case "first":
            return found[0]
        case "branches":
            branches = [one for place, one in enumerate(found) if function.parameter(place).branch]
            return Type(either(*branches).kinds)
        case result:
            return Type(of(result).kinds, spreads)


def _on_everything(function: Function) -> bool:
    return any(one.kind == "whole" for one in function.parameters)
