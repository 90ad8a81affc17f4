"""Tokens to a tree, by precedence climbing.

From loosest to tightest: OR ||, AND &&, NOT, comparison (one, not a chain), &, + and -, sign. The words AND, OR and NOT
are written in capitals; `Not(…)` is the function.
"""

from __future__ import annotations

from typing import cast

from ropeway.expressions.errors import ExpressionError
from ropeway.expressions.tokens import Token, tokenize
from ropeway.expressions.tree import Attribute, Binary, BinaryOperator, Call, Constant, Literal, Node, Unary, walk

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
)

SPELLINGS = {"||": "OR", "&&": "AND"}

PRECEDENCE = {
    "OR": 1,
    "AND": 2,
    "=": 4,
    "<>": 4,
    "<": 4,
    "<=": 4,
    ">": 4,
    ">=": 4,
    "&": 5,
    "+": 6,
    "-": 6,
}
NOT = 3
COMPARISON = 4
SIGN = 7


def parse(text: str) -> Node:
    """The tree of an expression; `ExpressionError` points at the character where it stops being one."""
    parser = _Parser(text)
    node = parser.operation(1, 1)
    parser.expect_end()
    for part, depth in walk(node):
        if depth > MAX_DEPTH:
            raise parser.too_deep(part.at)
    return node


class _Parser:
    """A place in a list of tokens."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
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
            written = SPELLINGS.get(written, written)
        elif token.kind != "name" or written not in ("AND", "OR"):
            return None
        return cast(BinaryOperator, written) if written in PRECEDENCE else None

    def operation(self, least: int, depth: int) -> Node:
        """Operands joined by operators that bind at least as tightly as `least`."""
        if depth > MAX_DEPTH:
            raise self.too_deep(self.token.at)
        left = self.operand(depth)
        while (operator := self.binary_operator()) is not None and PRECEDENCE[operator] >= least:
            at = self.token.at
            self.index += 1
            precedence = PRECEDENCE[operator]
            left = Binary(operator, left, self.operation(precedence + 1, depth + 1), at)
            if precedence == COMPARISON:
                self.refuse_second_comparison()
        return left

    def refuse_second_comparison(self) -> None:
        operator = self.binary_operator()
        if operator is not None and PRECEDENCE[operator] == COMPARISON:
            raise self.fails("AND or OR between two comparisons")

    def operand(self, depth: int) -> Node:
        token = self.token
        if self.is_sign("-"):
            self.index += 1
            return Unary("-", self.operation(SIGN, depth + 1), token.at)
        if token.kind == "name" and token.value == "NOT":
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
                self.index += 1
                return Literal(token.value, token.at)
            case "attribute":
                self.index += 1
                return Attribute(str(token.value), token.at)
            case "name":
                return self.name(depth)
            case _:
                raise self.fails("a value, an [attribute] or a function")

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
        found = [self.operation(1, depth + 1)]
        while self.is_sign(","):
            self.index += 1
            found.append(self.operation(1, depth + 1))
        self.close(")", "a comma", "an operator")
        return tuple(found)


def _unknown_word(name: str) -> str:
    words = ("True", "False", "AND", "OR", "NOT", *CONSTANTS)
    alike = next((word for word in words if word.lower() == name.lower()), None)
    if alike is not None:
        return f"“{name}” is written {alike}"
    return f"“{name}” is no word of the language: expected [{name}] for an attribute, or {name}(…) for a function"
