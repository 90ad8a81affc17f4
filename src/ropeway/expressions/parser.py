"""Tokens to a tree, by precedence climbing.

From loosest to tightest: OR ||, AND &&, NOT, comparison (one, not a chain), &, + and -, *, sign. The words AND, OR and
NOT are written in capitals; `Not(…)` is the function. Connect has one precedence for all, from left to right
(concept-azure-ad-connect-sync-declarative-provisioning-expressions, "Operators").
"""

from __future__ import annotations

from typing import cast

from ropeway.expressions.dialect import Dialect
from ropeway.expressions.errors import ExpressionError
from ropeway.expressions.precedence import COMPARISON, NOT, PRECEDENCE, SIGN, SPELLINGS, foreign, tightness
from ropeway.expressions.spelling import nearest
from ropeway.expressions.tokens import Token, tokenize
from ropeway.expressions.tree import (
    PARAMETERS,
    Attribute,
    Binary,
    BinaryOperator,
    Call,
    Constant,
    Literal,
    Node,
    Omitted,
    Parameter,
    Unary,
    Variable,
    walk,
)

MAX_DEPTH = 100
"""Levels of nesting; each operator of a chain (`a & b & c`) is one."""

CONSTANTS = (
    "NULL",
    "CRLF",
    "IgnoreThisFlow",
    "AuthoritativeNull",
    "vbTextCompare",
    "vbBinaryCompare",
    "CaseSensitive",
    "CaseInsensitive",
    "Unicode",
    "ASCII",
    "UTF8",
)


def parse(text: str, dialect: Dialect = Dialect.ROPEWAY) -> Node:
    """The tree of an expression; `ExpressionError` points at the character where it stops being one."""
    parser = _Parser(text, dialect)
    node = parser.operation(1, 1)
    parser.expect_end()
    for part, depth in walk(node):
        if depth > MAX_DEPTH:
            raise parser.too_deep(part.at)
    return node


class _Parser:
    """A place in a list of tokens."""

    def __init__(self, text: str, dialect: Dialect) -> None:
        self.text = text
        self.dialect = dialect
        self.tokens = tokenize(text, dialect)
        self.index = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def too_deep(self, at: int) -> ExpressionError:
        return ExpressionError(self.text, at, f"nested deeper than {MAX_DEPTH} levels")

    def fails(self, expected: str) -> ExpressionError:
        token = self.token
        found = "the end" if token.kind == "end" else f"“{token.value}”"
        return ExpressionError(self.text, token.at, f"expected {expected}, found {found}")

    def is_sign(self, *signs: str) -> bool:
        return self.token.kind == "operator" and self.token.value in signs

    def expect_end(self) -> None:
        if self.token.kind != "end":
            raise self.fails("an operator or the end")

    def binary_operator(self) -> BinaryOperator | None:
        """The operator that starts here, in its canonical spelling."""
        token = self.token
        written = str(token.value)
        if token.kind == "operator":
            found = SPELLINGS.get(written, written)
        elif token.kind == "name" and written in ("AND", "OR"):
            found = written
        else:
            return None
        if found not in PRECEDENCE:
            return None
        refusal = foreign(written, self.dialect)
        if refusal is not None:
            raise ExpressionError(self.text, token.at, refusal)
        return cast(BinaryOperator, found)

    def operation(self, least: int, depth: int) -> Node:
        """Operands joined by operators that bind at least as tightly as `least`."""
        if depth > MAX_DEPTH:
            raise self.too_deep(self.token.at)
        left = self.operand(depth)
        while (operator := self.binary_operator()) is not None:
            precedence = tightness(operator, self.dialect)
            if precedence < least:
                break
            at = self.token.at
            self.index += 1
            left = Binary(operator, left, self.operation(precedence + 1, depth + 1), at)
            if precedence == COMPARISON:
                self.refuse_second_comparison()
        return left

    def refuse_second_comparison(self) -> None:
        operator = self.binary_operator()
        if operator is not None and tightness(operator, self.dialect) == COMPARISON:
            raise self.fails("AND or OR between two comparisons")

    def operand(self, depth: int) -> Node:
        token = self.token
        if self.is_sign("-"):
            self.index += 1
            return Unary("-", self.operation(SIGN, depth + 1), token.at)
        if token.kind == "name" and token.value == "NOT":
            refusal = foreign("NOT", self.dialect)
            if refusal is not None:
                raise ExpressionError(self.text, token.at, refusal)
            self.index += 1
            return Unary("NOT", self.operation(NOT, depth + 1), token.at)
        if self.is_sign("("):
            self.index += 1
            inner = self.operation(1, depth + 1)
            self.close(")")
            return inner
        return self.word(depth)

    def close(self, sign: str, *others: str) -> None:
        if not self.is_sign(sign):
            raise self.fails(" or ".join((sign, *others)))
        self.index += 1

    def word(self, depth: int) -> Node:
        token = self.token
        match token.kind:
            case "text" | "number":
                node: Node = Literal(token.value, token.at)
            case "attribute":
                node = Attribute(str(token.value), token.at)
            case "variable":
                node = Variable(str(token.value), token.at)
            case "parameter":
                node = self.parameter()
            case "name":
                return self.name(depth)
            case _:
                raise self.fails("a value, an [attribute] or a function")
        self.index += 1
        return node

    def parameter(self) -> Parameter:
        name = str(self.token.value)
        if name not in PARAMETERS:
            reason = f"there is no parameter %{name}%{nearest(name, PARAMETERS, '%', '%')}"
            raise ExpressionError(self.text, self.token.at, reason)
        return Parameter(name, self.token.at)

    def name(self, depth: int) -> Node:
        token = self.token
        name = str(token.value)
        self.index += 1
        if self.is_sign("("):
            return Call(name, self.arguments(depth), token.at)
        if name in ("True", "False"):
            return Literal(name == "True", token.at)
        if name in CONSTANTS:
            return Constant(name, token.at)
        raise ExpressionError(self.text, token.at, _unknown_word(name))

    def arguments(self, depth: int) -> tuple[Node, ...]:
        self.index += 1
        if self.is_sign(")"):
            self.index += 1
            return ()
        found = [self.argument(depth)]
        while self.is_sign(","):
            self.index += 1
            found.append(self.argument(depth))
        self.close(")", "a comma", "an operator")
        return tuple(found)

    def argument(self, depth: int) -> Node:
        if self.is_sign(",", ")") and self.dialect is not Dialect.CONNECT:
            return Omitted(self.token.at)
        return self.operation(1, depth + 1)


def _unknown_word(name: str) -> str:
    words = ("True", "False", "AND", "OR", "NOT", *CONSTANTS)
    alike = next((word for word in words if word.lower() == name.lower()), None)
    if alike is not None:
        return f"“{name}” is written {alike}"
    return f"“{name}” is no word of the language: expected [{name}] for an attribute, or {name}(…) for a function"
