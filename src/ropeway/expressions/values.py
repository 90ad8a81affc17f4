"""How one value is read as a text, a number or a truth; and the literals that are not values."""

from __future__ import annotations

from enum import Enum
from typing import Any

from ropeway.expressions.errors import ExpressionFailed

MAX_RESULT = 1_048_576
"""The longest text, in characters, that a function makes out of shorter ones."""

MANY: Any = list
"""What tells several values from one: `type(value) is MANY`."""

SMALLEST, LARGEST = -(1 << 63), (1 << 63) - 1
"""Numbers are whole, 64 bits, signed."""


class Special(Enum):
    """What an expression can answer instead of a value. NULL is None."""

    IGNORE_THIS_FLOW = "IgnoreThisFlow"
    """As if the flow did not exist: the target keeps its value."""
    AUTHORITATIVE_NULL = "AuthoritativeNull"
    """No value, and nobody of lower precedence shall give one."""


class Compare(Enum):
    """How texts are compared, where a function lets you choose."""

    TEXT = "vbTextCompare"
    BINARY = "vbBinaryCompare"
    CASE_SENSITIVE = "CaseSensitive"
    CASE_INSENSITIVE = "CaseInsensitive"

    @property
    def folds(self) -> bool:
        """Whether upper and lower case are the same."""
        return self in (Compare.TEXT, Compare.CASE_INSENSITIVE)


def as_text(value: Any, function: str, argument: str) -> str:
    """A value as text: numbers in decimal, truths as True and False; a binary value is no text."""
    match value:
        case str():
            return value
        case bool():
            return "True" if value else "False"
        case int():
            return str(value)
        case bytes():
            raise ExpressionFailed(function, argument, value, "a binary value where a text is needed")
        case _:
            raise _misplaced(value, function, argument)


def as_number(value: Any, function: str, argument: str) -> int:
    """A value as a number: an integer, or a text of decimal digits."""
    if type(value) is int:
        return in_range(value, function, argument)
    if isinstance(value, str):
        digits = value.strip()
        if len(digits) <= 20 and digits.removeprefix("-").isascii() and digits.removeprefix("-").isdigit():
            return in_range(int(digits), function, argument)
        raise ExpressionFailed(function, argument, value, "a text where a number is needed")
    if isinstance(value, (bool, bytes)):
        raise ExpressionFailed(function, argument, value, "a number is needed")
    raise _misplaced(value, function, argument)


def in_range(number: int, function: str, argument: str) -> int:
    """The number, if it has at most 64 bits."""
    if SMALLEST <= number <= LARGEST:
        return number
    raise ExpressionFailed(function, argument, number, "a number of more than 64 bits")


def as_truth(value: Any, function: str, argument: str) -> bool:
    """A value as a condition: NULL is false, a number is true unless 0, a text must say True or False."""
    if value is None or isinstance(value, bool):
        return value is True
    if isinstance(value, int):
        return value != 0
    if isinstance(value, str):
        said = {"true": True, "false": False}.get(value.lower())
        if said is not None:
            return said
    if isinstance(value, (str, bytes)):
        raise ExpressionFailed(function, argument, value, "a condition that is neither True nor False")
    raise _misplaced(value, function, argument)


def as_compare(value: Any, function: str, argument: str) -> Compare:
    """One of the words that say how texts are compared."""
    if isinstance(value, Compare):
        return value
    raise ExpressionFailed(function, argument, value, "expected vbTextCompare, vbBinaryCompare or their like")


def checked_length(length: int, function: str, argument: str) -> None:
    """Refuse to make a text longer than the bound."""
    if length > MAX_RESULT:
        raise ExpressionFailed(function, argument, length, f"the text would be longer than {MAX_RESULT} characters")


def _misplaced(value: Any, function: str, argument: str) -> ExpressionFailed:
    if isinstance(value, (Special, Compare)):
        return ExpressionFailed(function, argument, value.value, f"{value.value} is no value to work on")
    if type(value) is MANY:
        return ExpressionFailed(function, argument, value, "several values where one is needed")
    return ExpressionFailed(function, argument, value, f"a value of type {type(value).__name__} is not known here")
