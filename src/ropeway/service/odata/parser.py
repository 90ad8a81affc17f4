"""Tokens to tree, by precedence: `or`, then `and`, then `not`, then comparisons.

Bounded in length (tokens), depth and number of terms, so that no filter costs more than a person's question.
"""

from __future__ import annotations

from typing import get_args

from ropeway.service.odata.tokens import FilterError, Token, tokens
from ropeway.service.odata.tree import (
    And,
    Call,
    Compare,
    Comparison,
    Function,
    In,
    Kind,
    Lambda,
    Literal,
    Node,
    Not,
    Operand,
    Or,
    Path,
    Quantifier,
)

DEEPEST = 32
"""Parentheses, `not` and lambdas within each other."""
MOST_TERMS = 200
"""Comparisons, calls and values in lists of one filter."""
MOST_STEPS = 8
"""Of one path."""

COMPARISONS: dict[str, Comparison] = {name: name for name in get_args(Comparison)}
FUNCTIONS: dict[str, Function] = {name: name for name in get_args(Function)}
QUANTIFIERS: dict[str, Quantifier] = {name: name for name in get_args(Quantifier)}
CONSTANTS: dict[str, Kind] = {"true": "truth", "false": "truth", "null": "null"}
WORDS = frozenset({*COMPARISONS, *CONSTANTS, "and", "or", "not", "in"})
"""Names that are no properties."""


def parse(text: str) -> Node:
    """The tree of a filter; FilterError with reason and position for anything else."""
    return _Parser(text).whole()


class _Parser:
    """Reads the tokens once, from left to right."""

    def __init__(self, text: str) -> None:
        self._tokens = list(tokens(text))
        self._next = 0
        self._depth = 0
        self._terms = 0

    def whole(self) -> Node:
        found = self._or()
        if self._present.kind != "end":
            raise self._unexpected("the end, `and` or `or`")
        return found

    @property
    def _present(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._present
        self._next += 1
        return token

    def _is(self, *words: str) -> bool:
        return self._present.kind in ("name", "mark") and self._present.text.lower() in words

    def _expect(self, mark: str) -> Token:
        if not self._is(mark):
            raise self._unexpected(f"`{mark}`")
        return self._take()

    def _unexpected(self, wanted: str) -> FilterError:
        token = self._present
        found = "the end" if token.kind == "end" else f"“{token.text[:40]}”"
        return FilterError(f"{found} where {wanted} is expected", token.at)

    def _or(self) -> Node:
        parts = [self._and()]
        while self._is("or"):
            self._take()
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else Or(_flat(parts, Or), parts[0].at)

    def _and(self) -> Node:
        parts = [self._not()]
        while self._is("and"):
            self._take()
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else And(_flat(parts, And), parts[0].at)

    def _not(self) -> Node:
        if not self._is("not"):
            return self._condition()
        at = self._take().at
        self._deeper(at)
        inner = self._not()
        self._depth -= 1
        return Not(inner, at)

    def _deeper(self, at: int) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise FilterError(f"more than {DEEPEST} levels", at)

    def _term(self, at: int) -> None:
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise FilterError(f"more than {MOST_TERMS} terms", at)

    def _condition(self) -> Node:
        if self._is("("):
            self._deeper(self._take().at)
            inner = self._or()
            self._expect(")")
            self._depth -= 1
            return inner
        self._term(self._present.at)
        if self._is(*FUNCTIONS) and self._tokens[self._next + 1].text == "(":
            return self._call()
        left = self._operand()
        if isinstance(left, Lambda):
            return left
        return self._compared(left)

    def _compared(self, left: Operand) -> Node:
        if self._is("in") and isinstance(left, Path):
            self._take()
            return In(left, self._list(), left.at)
        operator = COMPARISONS.get(self._present.text.lower()) if self._present.kind == "name" else None
        if operator is None:
            if isinstance(left, Path):
                return left
            raise self._unexpected("a comparison")
        self._take()
        right = self._operand()
        if isinstance(right, Lambda):
            raise FilterError("a lambda cannot be compared", right.at)
        return Compare(operator, left, right, left.at)

    def _call(self) -> Call:
        name = self._take()
        self._expect("(")
        path = self._operand()
        self._expect(",")
        value = self._operand()
        self._expect(")")
        if not isinstance(path, Path) or not isinstance(value, Literal):
            raise FilterError(f"{name.text} takes a property and a value", name.at)
        return Call(FUNCTIONS[name.text.lower()], path, value, name.at)

    def _list(self) -> tuple[Literal, ...]:
        self._expect("(")
        values = [self._literal()]
        while self._is(","):
            self._term(self._take().at)
            values.append(self._literal())
        self._expect(")")
        return tuple(values)

    def _literal(self) -> Literal:
        token = self._present
        match token.kind:
            case "text" | "number" | "time" | "guid":
                kind: Kind = token.kind
            case "name" if token.text.lower() in CONSTANTS:
                kind = CONSTANTS[token.text.lower()]
            case _:
                raise self._unexpected("a value")
        self._take()
        return Literal(kind, token.text.lower() if token.kind == "name" else token.text, token.at)

    def _operand(self) -> Operand | Lambda:
        token = self._present
        if token.kind in ("mark", "end"):
            raise self._unexpected("a property or a value")
        if token.kind != "name":
            return self._literal()
        if token.text.lower() in WORDS:
            if token.text.lower() in CONSTANTS:
                return self._literal()
            raise self._unexpected("a property or a value")
        return self._path()

    def _path(self) -> Path | Lambda:
        first = self._take()
        steps = [first.text]
        while self._is("/"):
            self._take()
            if self._present.kind != "name":
                raise self._unexpected("a property")
            step = self._take()
            if step.text.lower() in QUANTIFIERS and self._is("("):
                return self._lambda(step, Path(tuple(steps), first.at))
            steps.append(step.text)
            if len(steps) > MOST_STEPS:
                raise FilterError(f"a path of more than {MOST_STEPS} steps", step.at)
        return Path(tuple(steps), first.at)

    def _lambda(self, word: Token, path: Path) -> Lambda:
        quantifier = QUANTIFIERS[word.text.lower()]
        self._deeper(self._expect("(").at)
        variable, inner = "", None
        if not self._is(")") or quantifier == "all":
            if self._present.kind != "name" or self._present.text.lower() in WORDS:
                raise self._unexpected("a variable")
            variable = self._take().text
            self._expect(":")
            inner = self._or()
        self._expect(")")
        self._depth -= 1
        return Lambda(quantifier, path, variable, inner, path.at)


def _flat(parts: list[Node], kind: type[And] | type[Or]) -> tuple[Node, ...]:
    """Parts of parts, where they are of the same kind: `(a or b) or c` is `a or b or c`."""
    flat: list[Node] = []
    for part in parts:
        flat += part.parts if isinstance(part, kind) else (part,)
    return tuple(flat)
