"""A tree as the text that makes it again."""

from __future__ import annotations

from typing import assert_never

from ropeway.service.odata.tree import And, Call, Compare, In, Lambda, Literal, Node, Not, Operand, Or, Path


def printed(node: Node) -> str:
    """The filter as people write it; `parse` makes the same tree of it."""
    match node:
        case Path():
            return node.name
        case Compare(operator, left, right):
            return f"{_operand(left)} {operator} {_operand(right)}"
        case In(path, values):
            return f"{path.name} in ({', '.join(map(_operand, values))})"
        case Call(function, path, value):
            return f"{function}({path.name}, {_operand(value)})"
        case Lambda(quantifier, path, variable, inner):
            return f"{path.name}/{quantifier}({f'{variable}:{printed(inner)}' if inner is not None else ''})"
        case Not(inner):
            return f"not {_within(inner, And, Or)}"
        case And(parts):
            return " and ".join(_within(part, And, Or) for part in parts)
        case Or(parts):
            return " or ".join(_within(part, Or) for part in parts)
        case _:
            assert_never(node)


def _within(node: Node, *weaker: type[Node]) -> str:
    return f"({printed(node)})" if isinstance(node, weaker) else printed(node)


def _operand(operand: Operand) -> str:
    if isinstance(operand, Path):
        return operand.name
    return _quoted(operand) if operand.kind == "text" else operand.text


def _quoted(literal: Literal) -> str:
    return "'" + literal.text.replace("'", "''") + "'"
