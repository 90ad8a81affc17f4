"""A tree back to text, with no more parentheses than needed: `parse(printed(tree, d), d) == tree`."""

from __future__ import annotations

from typing import assert_never

from ropeway.expressions.dialect import Dialect
from ropeway.expressions.precedence import COMPARISON, NOT, SIGN, tightness
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

_ESCAPED = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_CONNECT = {"AND": "&&", "OR": "||"}


def printed(node: Node, dialect: Dialect = Dialect.ROPEWAY) -> str:
    """The expression in its canonical spelling."""
    return _printed(node, 1, dialect)


def _printed(node: Node, least: int, dialect: Dialect) -> str:
    match node:
        case Literal():
            return _text(node.value, dialect) if isinstance(node.value, str) else str(node.value)
        case Constant():
            return node.name
        case Attribute():
            return f"[{node.name}]"
        case Parameter():
            return f"%{node.name}%"
        case Variable():
            return f"${node.name}"
        case Omitted():
            return ""
        case Call():
            return f"{node.function}({', '.join(_printed(a, 1, dialect) for a in node.arguments)})"
        case Unary("NOT", operand):
            return _wrapped(f"NOT {_printed(operand, NOT, dialect)}", least > NOT)
        case Unary(_, operand):
            return _wrapped(f"-{_printed(operand, SIGN, dialect)}", least > SIGN)
        case Binary():
            return _binary(node, least, dialect)
        case _:
            assert_never(node)


def _text(value: str, dialect: Dialect) -> str:
    inner = value.replace('"', '""') if dialect is Dialect.CONNECT else value.translate(_ESCAPED)
    return f'"{inner}"'


def _binary(node: Binary, least: int, dialect: Dialect) -> str:
    own = tightness(node.operator, dialect)
    first = own + 1 if own == COMPARISON else own
    sign = _CONNECT.get(node.operator, node.operator) if dialect is Dialect.CONNECT else node.operator
    text = f"{_printed(node.left, first, dialect)} {sign} {_printed(node.right, own + 1, dialect)}"
    return _wrapped(text, own < least)


def _wrapped(text: str, needed: bool) -> str:
    return f"({text})" if needed else text
