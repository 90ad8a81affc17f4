"""How one value is read as a text, a number or a truth; and the literals that are not values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.times import Moment
from ropeway.expressions.times.guessing import guessed
from ropeway.expressions.times.moment import LAST

MAX_RESULT = 1_048_576
"""The longest text, in characters, that a function makes out of shorter ones."""

MAX_ITEMS = 65_536
"""The most values that a function makes, or works on one by one."""

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


@dataclass(frozen=True, slots=True)
class Candidates:
    """What SelectUniqueValue answers: values of which the first that nobody has in the target is meant."""

    values: tuple[str, ...]


class Encoding(Enum):
    """How a text becomes bytes, where a function lets you choose."""

    UNICODE = "Unicode"
    """UTF-16, little-endian."""
    ASCII = "ASCII"
    UTF8 = "UTF8"

    @property
    def codec(self) -> str:
        """Python's name for it."""
        return {"Unicode": "utf-16-le", "ASCII": "ascii", "UTF8": "utf-8"}[self.value]


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
        case int() | Moment():
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
    if isinstance(value, (bool, bytes, Moment)):
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
    if isinstance(value, (str, bytes, Moment)):
        raise ExpressionFailed(function, argument, value, "a condition that is neither True nor False")
    raise _misplaced(value, function, argument)


def as_time(value: Any, function: str, argument: str) -> Moment:
    """A value as a point in time: a moment, or a text in one of the usual forms."""
    if type(value) is Moment:
        return value
    if isinstance(value, str):
        try:
            return guessed(value)
        except (ValueError, OverflowError) as error:
            raise ExpressionFailed(function, argument, value, f"expected a date, found {error}") from None
    if isinstance(value, (bool, int, bytes)):
        raise ExpressionFailed(function, argument, value, "a date is needed")
    raise _misplaced(value, function, argument)


def time_from_filetime(number: int, function: str, argument: str) -> Moment:
    """The time that a FILETIME stands for (100 ns since 1601, UTC)."""
    if 0 <= number <= LAST:
        return Moment(number)
    raise ExpressionFailed(function, argument, number, "no FILETIME between the years 1601 and 9999")


def as_compare(value: Any, function: str, argument: str) -> Compare:
    """One of the words that say how texts are compared."""
    if isinstance(value, Compare):
        return value
    raise ExpressionFailed(function, argument, value, "expected vbTextCompare, vbBinaryCompare or their like")


def as_encoding(value: Any, function: str, argument: str) -> Encoding:
    """One of the words that say how a text is written in bytes."""
    if isinstance(value, Encoding):
        return value
    raise ExpressionFailed(function, argument, value, "expected Unicode, ASCII or UTF8")


def checked_length(length: int, function: str, argument: str) -> None:
    """Refuse to make a text longer than the bound."""
    if length > MAX_RESULT:
        raise ExpressionFailed(function, argument, length, f"the text would be longer than {MAX_RESULT} characters")


def checked_items(count: int, function: str, argument: str) -> None:
    """Refuse to make a list longer than the bound."""
    if count > MAX_ITEMS:
        raise ExpressionFailed(function, argument, count, f"more than {MAX_ITEMS} values")


def _misplaced(value: Any, function: str, argument: str) -> ExpressionFailed:
    if isinstance(value, (Special, Compare, Encoding)):
        return ExpressionFailed(function, argument, value.value, f"{value.value} is no value to work on")
    if value is None:
        return ExpressionFailed(function, argument, value, "there is no value")
    if type(value) is MANY:
        return ExpressionFailed(function, argument, value, "several values where one is needed")
    return ExpressionFailed(function, argument, value, f"a value of type {type(value).__name__} is not known here")
