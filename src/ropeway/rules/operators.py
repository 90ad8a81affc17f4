"""What the operators of scope clauses mean. A place for one more operator is one more line in `OPERATORS`.

An attribute with several values meets an operator if one value does; the NOT form is the exact opposite, so it is met
by an absent attribute too, NOT REGEX MATCH apart. Letters' case counts only where the directory says so of the
attribute (caseExact), and always for INCLUDES and REGEX MATCH (Entra's page on scoping filters,
define-conditional-rules-for-provisioning-user-accounts).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ropeway.expressions import ExpressionFailed
from ropeway.expressions.patterns import MAX_TEXT, Pattern, compiled
from ropeway.rules.bases import spelt

Test = Callable[[Any], bool]
"""Whether one present value meets the operator."""


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator: how many values it is given, and the test they make."""

    fewest: int
    most: int | None
    test: Callable[[Sequence[str], Callable[[str], str]], Test]
    """Operand values and the folding of case, to a test; ValueError for values it cannot use."""
    negated: bool = False


def text_of(value: Any) -> str:
    """A value as clauses compare it; binary values are compared as lower-case hexadecimal."""
    if isinstance(value, str):
        return value
    return value.hex() if isinstance(value, bytes) else str(value)


def number_of(text: str) -> int:
    """A whole number, decimal or hexadecimal (&HFF, 0xFF); ValueError for anything else."""
    digits = text.strip().lower()
    if len(digits) > 20:
        raise ValueError("a number of more than 64 bits")
    for prefix in ("&h", "0x"):
        if digits.startswith(prefix):
            return int(digits.removeprefix(prefix), 16)
    return int(digits)


def _equals(values: Sequence[str], fold: Callable[[str], str]) -> Test:
    wanted = frozenset(map(fold, values))
    return lambda value: fold(value if type(value) is str else text_of(value)) in wanted


def _starts(values: Sequence[str], fold: Callable[[str], str]) -> Test:
    wanted = tuple(map(fold, values))
    return lambda value: fold(text_of(value)).startswith(wanted)


def _ends(values: Sequence[str], fold: Callable[[str], str]) -> Test:
    wanted = tuple(map(fold, values))
    return lambda value: fold(text_of(value)).endswith(wanted)


def _contains(values: Sequence[str], fold: Callable[[str], str]) -> Test:
    wanted = tuple(map(fold, values))
    return lambda value: any(one in fold(text_of(value)) for one in wanted)


def number_or_none(value: Any) -> int | None:
    """A value as a whole number, or None where it is none."""
    if type(value) is int:
        return value
    try:
        return number_of(text_of(value))
    except ValueError:
        return None


def _compares(compare: Callable[[Any, Any], bool]) -> Callable[[Sequence[str], Callable[[str], str]], Test]:
    """By number where the operand is one (a value that is none does not meet it), else by text, as ISO times need."""

    def made(values: Sequence[str], fold: Callable[[str], str]) -> Test:
        limit = number_or_none(values[0])
        if limit is None:
            text = fold(values[0])
            return lambda value: compare(fold(text_of(value)), text)

        def by_number(value: Any) -> bool:
            number = number_or_none(value)
            return number is not None and compare(number, limit)

        return by_number

    return made


def _bit_set(values: Sequence[str], _fold: Callable[[str], str]) -> Test:
    mask = number_of(values[0])

    def has_bit(value: Any) -> bool:
        number = number_or_none(value)
        return number is not None and number & mask != 0

    return has_bit


def _says(truth: bool) -> Callable[[Sequence[str], Callable[[str], str]], Test]:
    word = str(truth).lower()
    return lambda _values, _fold: lambda value: value is truth or text_of(value).lower() == word


def _present(_values: Sequence[str], _fold: Callable[[str], str]) -> Test:
    return lambda value: value not in ("", b"")


def _includes(values: Sequence[str], _fold: Callable[[str], str]) -> Test:
    return lambda value: any(one in text_of(value) for one in values)


def _matches(values: Sequence[str], _fold: Callable[[str], str]) -> Test:
    patterns = [compiled(value) for value in values]
    return lambda value: any(_found(pattern, text_of(value)) for pattern in patterns)


def _found(pattern: Pattern, text: str) -> bool:
    if len(text) > MAX_TEXT:
        raise ExpressionFailed("REGEX MATCH", "value", text, f"a text of more than {MAX_TEXT} characters")
    return next(pattern.find(text), None) is not None


def _matches_none(values: Sequence[str], fold: Callable[[str], str]) -> Test:
    matches = _matches(values, fold)
    return lambda value: value not in ("", b"") and not matches(value)


def _occurs(values: Sequence[str], fold: Callable[[str], str]) -> Test:
    """Of numbers, whether they share a bit; of texts, whether the value occurs in the operand."""
    wanted = [(number_or_none(value), fold(value)) for value in values]

    def occurs(value: Any) -> bool:
        number, text = number_or_none(value), fold(text_of(value))
        return any(
            number & mask != 0 if number is not None and mask is not None else text != "" and text in operand
            for mask, operand in wanted
        )

    return occurs


OPERATORS: dict[str, Operator] = {
    "EQUALS": Operator(1, None, _equals),
    "NOT EQUALS": Operator(1, None, _equals, negated=True),
    "IN": Operator(1, None, _equals),
    "NOT IN": Operator(1, None, _equals, negated=True),
    "STARTS WITH": Operator(1, None, _starts),
    "NOT STARTS WITH": Operator(1, None, _starts, negated=True),
    "ENDS WITH": Operator(1, None, _ends),
    "NOT ENDS WITH": Operator(1, None, _ends, negated=True),
    "CONTAINS": Operator(1, None, _contains),
    "NOT CONTAINS": Operator(1, None, _contains, negated=True),
    "INCLUDES": Operator(1, None, _includes),
    "REGEX MATCH": Operator(1, None, _matches),
    "NOT REGEX MATCH": Operator(1, None, _matches_none),
    "GREATER_THAN": Operator(1, 1, _compares(operator.gt)),
    "GREATER_THAN_OR_EQUALS": Operator(1, 1, _compares(operator.ge)),
    "LESS_THAN": Operator(1, 1, _compares(operator.lt)),
    "LESS_THAN_OR_EQUALS": Operator(1, 1, _compares(operator.le)),
    "BIT SET": Operator(1, 1, _bit_set),
    "BIT NOT SET": Operator(1, 1, _bit_set, negated=True),
    "&": Operator(1, None, _occurs),
    "!&": Operator(1, None, _occurs, negated=True),
    "IS TRUE": Operator(0, 0, _says(True)),
    "IS FALSE": Operator(0, 0, _says(False)),
    "IS NOT NULL": Operator(0, 0, _present),
    "IS NULL": Operator(0, 0, _present, negated=True),
}
"""Cloud Sync's operators and Ropeway's own, with their usual spelling."""

CONNECT = {
    "EQUAL": "EQUALS",
    "NOTEQUAL": "NOT EQUALS",
    "LESSTHANOREQUAL": "LESS_THAN_OR_EQUALS",
    "GREATERTHANOREQUAL": "GREATER_THAN_OR_EQUALS",
    "ISIN": "IN",
    "ISNOTIN": "NOT IN",
    "ISBITSET": "BIT SET",
    "ISNOTBITSET": "BIT NOT SET",
    "!&L": "!&",
}
"""What Entra Connect calls otherwise, spelt without blanks; the others differ in blanks and case alone."""

_SPELT = {spelt(name): found for name, found in OPERATORS.items()} | {
    name: OPERATORS[same] for name, same in CONNECT.items()
}


def operator_named(name: str) -> Operator | None:
    """The operator of that name, as either product or Ropeway spells it, or None."""
    return _SPELT.get(spelt(name))
