"""The parsed expression, as frozen values. Two trees are equal whatever their positions in a text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal as OneOf

UnaryOperator = OneOf["NOT", "-"]
BinaryOperator = OneOf["OR", "AND", "=", "<>", "<", "<=", ">", ">=", "&", "+", "-", "*"]


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, a whole number or a truth, written out."""

    value: str | int | bool
    at: int = field(default=0, compare=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Literal) and type(self.value) is type(other.value) and self.value == other.value

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))


@dataclass(frozen=True, slots=True)
class Constant:
    """A word with a meaning of its own: NULL, CRLF, IgnoreThisFlow, AuthoritativeNull, vbTextCompare, …"""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Attribute:
    """The value of an attribute of the object: `[mail]`."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Parameter:
    """What the source says of itself: `%Domain.FQDN%`."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Variable:
    """The value that Select, Where or With gives a name: `$item`."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Omitted:
    """An argument that is left out: the second of `Replace([mail], , "[0-9]", , "")`."""

    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Unary:
    """NOT x, or -x."""

    operator: UnaryOperator
    operand: Node
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands and the operator between them."""

    operator: BinaryOperator
    left: Node
    right: Node
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments."""

    function: str
    arguments: tuple[Node, ...]
    at: int = field(default=0, compare=False)


Node = Literal | Constant | Attribute | Parameter | Variable | Omitted | Unary | Binary | Call

NOW = (Attribute("now"), Call("Now", ()))
"""The present time, in both spellings."""

PARAMETERS = {
    "Domain.Netbios": "domainNetBios",
    "Domain.FQDN": "domainFQDN",
    "Domain.LDAP": "domainFQDN",
    "Forest.Netbios": "forestNetBios",
    "Forest.FQDN": "forestFQDN",
    "Forest.LDAP": "forestFQDN",
    "Connector.ID": "connectorId",
    "DomainNetbios": "domainNetBios",
    "DomainFQDN": "domainFQDN",
    "DomainLDAP": "domainFQDN",
    "ForestNetbios": "forestNetBios",
    "ForestFQDN": "forestFQDN",
    "ForestLDAP": "forestFQDN",
}
"""Parameter to the attribute that it is read from; of a domain's LDAP form that is its DNS name."""


def children(node: Node) -> tuple[Node, ...]:
    """What a node is made of, in the order it was written."""
    match node:
        case Unary():
            return (node.operand,)
        case Binary():
            return (node.left, node.right)
        case Call():
            return node.arguments
        case _:
            return ()


def walk(node: Node) -> Iterator[tuple[Node, int]]:
    """Every node with its depth, parents first, without recursion."""
    waiting = [(node, 1)]
    while waiting:
        present, depth = waiting.pop()
        yield present, depth
        waiting.extend((child, depth + 1) for child in reversed(children(present)))


def names_read(node: Node) -> frozenset[str]:
    """The attributes whose values an expression depends on."""
    return frozenset(name for part, _ in walk(node) if (name := _read(part)) is not None)


def _read(node: Node) -> str | None:
    match node:
        case Attribute(name):
            return name
        case Parameter(name):
            return PARAMETERS[name]
        case Call("Now", ()):
            return "now"
        case Call("ImportedValue", (Literal(str() as name),)):
            return name
        case _:
            return None
