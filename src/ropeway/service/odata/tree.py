"""The parsed filter, as frozen values. Two trees are equal whatever their positions in a text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal as OneOf

Kind = OneOf["text", "number", "truth", "null", "time", "guid"]
Comparison = OneOf["eq", "ne", "gt", "ge", "lt", "le"]
Function = OneOf["contains", "startswith", "endswith"]
Quantifier = OneOf["any", "all"]


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that is written out; `text` is what a reader means, without quotation marks."""

    kind: Kind
    text: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Path:
    """A property, or a property of one: `sourceIdentity/id`; within a lambda its first step may be the variable."""

    steps: tuple[str, ...]
    at: int = field(default=0, compare=False)

    @property
    def name(self) -> str:
        """As it is written."""
        return "/".join(self.steps)


@dataclass(frozen=True, slots=True)
class Compare:
    """Two operands and the operator between them."""

    operator: Comparison
    left: Operand
    right: Operand
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class In:
    """One of several values."""

    path: Path
    values: tuple[Literal, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """`contains(displayName, 'a')`."""

    function: Function
    path: Path
    value: Literal
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Lambda:
    """`proxyAddresses/any(p:p eq 'x')`; `any()` alone asks whether there is an element."""

    quantifier: Quantifier
    path: Path
    variable: str
    """Empty for `any()`."""
    inner: Node | None
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """What is true where the inner filter is not."""

    inner: Node
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """All of several filters."""

    parts: tuple[Node, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    """One of several filters."""

    parts: tuple[Node, ...]
    at: int = field(default=0, compare=False)


Operand = Literal | Path
Node = Path | Compare | In | Call | Lambda | Not | And | Or
"""A path alone is a property that is true or false."""


def children(node: Node) -> tuple[Node, ...]:
    """The filters that a filter is made of."""
    match node:
        case And() | Or():
            return node.parts
        case Not():
            return (node.inner,)
        case Lambda():
            return (node.inner,) if node.inner is not None else ()
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Every filter within a filter, itself first, without recursion."""
    waiting = [node]
    while waiting:
        present = waiting.pop()
        yield present
        waiting.extend(reversed(children(present)))
