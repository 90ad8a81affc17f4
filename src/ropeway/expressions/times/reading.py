"""A text as a moment, by a pattern of .NET (DateTime.ParseExact) and its styles (DateTimeStyles)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache
from typing import assert_never

from ropeway.expressions.times.moment import TICKS, Moment, day_and_time, moment
from ropeway.expressions.times.patterns import DAYS, MONTHS, Field, Part, parts

MAX_DATE = 100
"""The longest text, in characters, that is read as a date."""

STYLES = (
    "None",
    "AllowLeadingWhite",
    "AllowTrailingWhite",
    "AllowInnerWhite",
    "AllowWhiteSpaces",
    "NoCurrentDateDefault",
    "AdjustToUniversal",
    "AssumeLocal",
    "AssumeUniversal",
    "RoundtripKind",
)
DEFAULT_STYLES = "RoundtripKind, AllowLeadingWhite, AllowTrailingWhite"


def checked_styles(styles: str) -> frozenset[str]:
    """The names in a list of styles; `ValueError` for one that .NET has not."""
    names = frozenset(name.strip().removeprefix("DateTimeStyles.") for name in styles.split(","))
    unknown = sorted(names - set(STYLES))
    if unknown:
        raise ValueError(f"“{unknown[0][:40]}” is no date style: expected some of {', '.join(STYLES)}")
    return names


def read(text: str, pattern: str, styles: str = DEFAULT_STYLES) -> Moment:
    """The moment that a text says; a time without a zone is UTC. `ValueError` for one that does not fit the pattern."""
    allowed = checked_styles(styles)
    found = text
    if allowed & {"AllowLeadingWhite", "AllowWhiteSpaces"}:
        found = found.lstrip()
    if allowed & {"AllowTrailingWhite", "AllowWhiteSpaces"}:
        found = found.rstrip()
    expected = _expected(pattern, bool(allowed & {"AllowInnerWhite", "AllowWhiteSpaces"}))
    match = expected.fullmatch(found) if len(found) <= MAX_DATE else None
    if match is None:
        raise ValueError(f"a text that does not fit the date pattern “{pattern}”")
    return _moment({name: value for name, value in match.groupdict().items() if value is not None})


@lru_cache(maxsize=512)
def _expected(pattern: str, inner_white: bool) -> re.Pattern[str]:
    seen: set[str] = set()
    text = "".join(_part(part, seen, inner_white) for part in parts(pattern))
    return re.compile(text, re.IGNORECASE | re.ASCII)


def _part(part: Part, seen: set[str], inner_white: bool) -> str:
    match part:
        case str():
            text = re.escape(part)
            return f"\\s*{text}\\s*" if inner_white else text
        case Field():
            name = _name(part)
            if name in seen:
                raise ValueError(f"a date pattern that names the same part twice: {part.letter * part.count}")
            seen.add(name)
            return f"(?P<{name}>{_digits(part)})"
        case _:
            assert_never(part)


_NAMES = {"M": "month", "y": "year", "H": "hour", "h": "half", "m": "minute", "s": "second", "t": "half_of_day"}


def _name(field: Field) -> str:
    match field.letter:
        case "d":
            return "day" if field.count < 3 else "weekday"
        case "f" | "F":
            return "fraction"
        case "z" | "K":
            return "zone"
        case "g":
            return "era"
        case letter:
            return _NAMES[letter]


def _digits(field: Field) -> str:
    match field.letter:
        case "d" | "M" if field.count > 2:
            names = DAYS if field.letter == "d" else MONTHS
            return "|".join(name if field.count == 4 else name[:3] for name in names)
        case "y":
            return r"\d{4}" if field.count == 3 or field.count == 4 else rf"\d{{{field.count}}}"
        case "f":
            return rf"\d{{{field.count}}}"
        case "F":
            return rf"\d{{0,{field.count}}}"
        case "t":
            return "AM|PM" if field.count == 2 else "A|P"
        case "z":
            return r"[+-]\d\d:?\d\d" if field.count == 3 else r"[+-]\d{1,2}"
        case "K":
            return r"Z|[+-]\d\d:\d\d|"
        case "g":
            return r"A\.D\.|AD"
        case _:
            return r"\d{1,2}" if field.count == 1 else r"\d\d"


def _moment(found: dict[str, str]) -> Moment:
    year = int(found.get("year", "1"))
    if len(found.get("year", "")) < 3 and "year" in found:
        year += 2000 if year < 50 else 1900
    if year > 9999 or year < 1:
        raise ValueError("a year outside of 1 to 9999")
    calendar = day_and_time(
        year, _month(found.get("month", "1")), int(found.get("day", "1")), _hour(found),
        int(found.get("minute", "0")), int(found.get("second", "0")),
    )  # fmt: skip
    if "weekday" in found and not DAYS[calendar.weekday()].lower().startswith(found["weekday"].lower()):
        raise ValueError("a day of the week that is not that of the date")
    ticks = int(found.get("fraction", "").ljust(7, "0"))
    return Moment(moment(calendar, ticks).ticks - offset(found.get("zone", "")) * TICKS)


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    return _place(text, MONTHS)


def _place(text: str, names: Iterable[str]) -> int:
    return next(place for place, name in enumerate(names, 1) if name.lower().startswith(text.lower()))


def _hour(found: dict[str, str]) -> int:
    half, marker = found.get("half"), found.get("half_of_day", "").lower()
    if half is None:
        return int(found.get("hour", "0"))
    if not 1 <= int(half) <= 12:
        raise ValueError("an hour outside of 1 to 12")
    return int(half) % 12 + (12 if marker.startswith("p") else 0)


def offset(zone: str) -> int:
    """The seconds that a zone (`Z`, `+02:00`, `-0800`, `-8`) is ahead of UTC; `ValueError` beyond 14 hours."""
    if not zone or zone in "zZ":
        return 0
    digits = zone[1:].replace(":", "")
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    ahead = timedelta(hours=int(hours), minutes=int(minutes)) // timedelta(seconds=1)
    if ahead > 14 * 3600 or int(minutes) > 59:
        raise ValueError("a zone more than 14 hours from UTC")
    return -ahead if zone[0] == "-" else ahead
