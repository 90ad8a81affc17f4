"""Patterns of .NET (“Custom date and time format strings”, “Standard date and time format strings”), taken apart.

The names of days and months are English, as the invariant culture has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

STANDARD = {
    "d": "MM/dd/yyyy",
    "D": "dddd, dd MMMM yyyy",
    "f": "dddd, dd MMMM yyyy HH:mm",
    "F": "dddd, dd MMMM yyyy HH:mm:ss",
    "g": "MM/dd/yyyy HH:mm",
    "G": "MM/dd/yyyy HH:mm:ss",
    "m": "MMMM dd",
    "M": "MMMM dd",
    "o": "yyyy-MM-dd'T'HH:mm:ss.fffffffK",
    "O": "yyyy-MM-dd'T'HH:mm:ss.fffffffK",
    "r": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "R": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "s": "yyyy-MM-dd'T'HH:mm:ss",
    "t": "HH:mm",
    "T": "HH:mm:ss",
    "u": "yyyy-MM-dd HH:mm:ss'Z'",
    "y": "yyyy MMMM",
    "Y": "yyyy MMMM",
}
"""Patterns of one letter, in the invariant culture."""

MAX_PATTERN = 256
_LONGEST = {"d": 4, "f": 7, "F": 7, "g": 2, "h": 2, "H": 2, "K": 1, "m": 2, "M": 4, "s": 2, "t": 2, "y": 5, "z": 3}


@dataclass(frozen=True, slots=True)
class Field:
    """A part of a date: `yyyy`, `MM`, `fff`."""

    letter: str
    count: int


Part = Field | str
"""A field, or text that stands for itself."""


@lru_cache(maxsize=512)
def parts(pattern: str) -> tuple[Part, ...]:
    """The parts of a pattern; `ValueError` with a sentence for one that .NET would refuse."""
    if not pattern:
        raise ValueError("a date pattern is empty")
    if len(pattern) > MAX_PATTERN:
        raise ValueError(f"a date pattern has at most {MAX_PATTERN} characters")
    if len(pattern) == 1:
        if pattern not in STANDARD:
            raise ValueError(f"“{pattern}” is no date pattern of one letter: expected one of {' '.join(STANDARD)}")
        pattern = STANDARD[pattern]
    return tuple(_merged(_split(pattern)))


def _split(pattern: str) -> list[Part]:
    found: list[Part] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char in _LONGEST:
            end = at
            while end < len(pattern) and pattern[end] == char:
                end += 1
            found.append(_field(char, end - at))
            at = end
        elif char in "'\"":
            end = pattern.find(char, at + 1)
            if end < 0:
                raise ValueError(f"a date pattern with a quotation mark that is not closed: {char}")
            found.append(pattern[at + 1 : end])
            at = end + 1
        elif char == "\\" or char == "%":
            if at + 1 == len(pattern):
                raise ValueError(f"a date pattern that ends with {char}")
            if char == "\\":
                found.append(pattern[at + 1])
                at += 1
            at += 1
        else:
            found.append(char)
            at += 1
    return found


def _field(letter: str, count: int) -> Field:
    longest = _LONGEST[letter]
    if count <= longest:
        return Field(letter, count)
    if letter in "fFK":
        raise ValueError(f"a date pattern has {letter} at most {longest} times")
    return Field(letter, count if letter == "y" else longest)


def _merged(found: list[Part]) -> list[Part]:
    merged: list[Part] = []
    for part in found:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    return merged
