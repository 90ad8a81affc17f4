"""A tree back to text, with no more parentheses than needed: `parse(printed(tree)) == tree`."""

from __future__ import annotations

from typing import assert_never

from ropeway.expressions.parser import COMPARISON, NOT, PRECEDENCE, SIGN
from ropeway.expressions.tree import Attribute, Binary, Call, Constant, Literal, Node, Unary

_ESCAPED = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def printed(node: Node) -> str:
    """The expression in its canonical spelling."""
    return _printed(node, 1)


def _printed(node: Node, least: int) -> str:
    match node:
        case Literal():
            return f'"{node.value.translate(_ESCAPED)}"' if isinstance(node.value, str) else str(node.value)
        case Constant():
            return node.name
        case Attribute():
            return f"[{node.name}]"
        case Call():
            return f"{node.function}({', '.join(_printed(a, 1) for a in node.arguments)})"
        case Unary("NOT", operand):
            return _wrapped(f"NOT {_printed(operand, NOT)}", least > NOT)
        case Unary(_, operand):
            return _wrapped(f"-{_printed(operand, SIGN)}", least > SIGN)
        case Binary(operator, left, right):
            own = PRECEDENCE[operator]
            first = own + 1 if own == COMPARISON else own
            text = f"{_printed(left, first)} {operator} {_printed(right, own + 1)}"
            return _wrapped(text, own < least)
        case _:
            assert_never(node)


def _wrapped(text: str, needed: bool) -> str:
    return f"({text})" if needed else text
