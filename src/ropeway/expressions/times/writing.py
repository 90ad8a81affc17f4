"""A moment as text, by a pattern of .NET."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from ropeway.expressions.times.moment import Moment
from ropeway.expressions.times.patterns import DAYS, MONTHS, Field, parts

CLOUD = "M/d/yyyy h:mm:ss tt"
"""How Cloud Sync writes times (functions-for-customizing-application-data, CDate)."""


def written(moment: Moment, pattern: str) -> str:
    """The text; `ValueError` for a pattern that is none."""
    when, found = moment.calendar, ""
    for part in parts(pattern):
        match part:
            case Field("F", count) if not _fraction(moment, count).rstrip("0"):
                found = found.removesuffix(".")
            case Field("F", count):
                found += _fraction(moment, count).rstrip("0")
            case Field("f", count):
                found += _fraction(moment, count)
            case Field():
                found += _field(part, when)
            case str():
                found += part
            case _:
                assert_never(part)
    return found


def _fraction(moment: Moment, digits: int) -> str:
    return f"{moment.fraction:07d}"[:digits]


def _field(field: Field, when: datetime) -> str:
    match field.letter:
        case "d" | "M" if field.count > 2:
            name = DAYS[when.weekday()] if field.letter == "d" else MONTHS[when.month - 1]
            return name if field.count == 4 else name[:3]
        case "y":
            return f"{when.year % 100 if field.count < 3 else when.year:0{field.count}d}"
        case "t":
            return ("PM" if when.hour >= 12 else "AM")[: field.count]
        case "z":
            return "+00:00" if field.count == 3 else "+00" if field.count == 2 else "+0"
        case "K":
            return "Z"
        case "g":
            return "A.D."
        case letter:
            return f"{_number(letter, when):0{field.count}d}"


def _number(letter: str, when: datetime) -> int:
    return {
        "d": when.day,
        "M": when.month,
        "H": when.hour,
        "h": (when.hour + 11) % 12 + 1,
        "m": when.minute,
        "s": when.second,
    }[letter]
