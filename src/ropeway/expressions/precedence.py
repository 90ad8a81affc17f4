"""How tightly operators bind, and which dialect has which of them."""

from __future__ import annotations

from ropeway.expressions.dialect import Dialect

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
    "*": 7,
}
NOT = 3
COMPARISON = 4
SIGN = 8

FLAT = 1
"""The one precedence of Connect's operators."""

_CLOUD = frozenset(("=", "<>", "<", "<=", ">", ">=", "&"))


def tightness(operator: str, dialect: Dialect) -> int:
    """How tightly a binary operator binds; operators of one tightness are read from left to right."""
    return FLAT if dialect is Dialect.CONNECT else PRECEDENCE[operator]


def foreign(written: str, dialect: Dialect) -> str | None:
    """Why an operator does not belong to a dialect, and what is written instead; None where it does."""
    if dialect is Dialect.CONNECT and written in ("AND", "OR", "NOT"):
        instead = {"AND": "expected &&", "OR": "expected ||", "NOT": "expected a comparison with False"}[written]
        return f"the dialect connect has no {written}: {instead}, or choose the dialect ropeway"
    if dialect is Dialect.CLOUD and written not in _CLOUD:
        instead = "nest IIF" if written in ("AND", "OR", "NOT", "&&", "||") else "use a function"
        return f"the dialect cloud has no operator {written}: {instead}, or choose the dialect ropeway"
    return None
