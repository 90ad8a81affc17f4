"""A text as a moment, in any of the usual forms: ISO 8601, month/day/year, LDAP's GeneralizedTime, names of months."""

from __future__ import annotations

import re

from ropeway.expressions.times.moment import TICKS, Moment, day_and_time, moment
from ropeway.expressions.times.patterns import DAYS, MONTHS
from ropeway.expressions.times.reading import MAX_DATE, offset

_MONTH = "|".join(name[:3] for name in MONTHS)
_DATES = (
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
    r"(?P<month>\d{1,2})[/.-](?P<day>\d{1,2})[/.-](?P<year>\d{4})",
    rf"(?P<day>\d{{1,2}})[ -](?P<name>{_MONTH})[a-z]*,?[ -](?P<year>\d{{4}})",
    rf"(?P<name>{_MONTH})[a-z]* (?P<day>\d{{1,2}}),? (?P<year>\d{{4}})",
)
_WEEKDAY = "(?:(?:" + "|".join(name[:3] for name in DAYS) + r")[a-z]*,? )?"
_CLOCK = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,7})\d*)?)?(?: ?(?P<half>[AP]M))?"
)
_ZONE = r" ?(?P<zone>Z|GMT|UTC|[+-]\d{1,2}(?::?\d\d)?)"
_FORMS = tuple(
    re.compile(f"{_WEEKDAY}{date}(?:(?:T| |, ?){_CLOCK})?(?:{_ZONE})?", re.IGNORECASE | re.ASCII) for date in _DATES
)
_GENERALIZED = re.compile(
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"
    r"(?:(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,7})\d*)?)?(?P<zone>Z|[+-]\d{4})?"
)


def guessed(text: str) -> Moment:
    """The moment that a text says; a time without a zone is UTC. `ValueError` for a text that is no date."""
    found = " ".join(text.split()) if len(text) <= MAX_DATE else ""
    match = _GENERALIZED.fullmatch(found) or next((m for form in _FORMS if (m := form.fullmatch(found))), None)
    if match is None:
        raise ValueError("a text that is no date")
    return _moment(match.groupdict())


def _moment(found: dict[str, str | None]) -> Moment:
    def number(name: str) -> int:
        return int(found.get(name) or 0)

    month = number("month") if found.get("month") else _month(found["name"] or "")
    zone = found["zone"] or ""
    seconds = _hour(found) * 3600 + number("minute") * 60 + number("second")
    if number("minute") > 59 or number("second") > 59:
        raise ValueError("a day or time that there is not")
    day = moment(day_and_time(number("year"), month, number("day")))
    ticks = int((found.get("fraction") or "").ljust(7, "0"))
    ahead = 0 if zone.upper() in ("GMT", "UTC") else offset(zone)
    return Moment(day.ticks + (seconds - ahead) * TICKS + ticks)


def _month(name: str) -> int:
    return next(place for place, month in enumerate(MONTHS, 1) if month[:3].lower() == name[:3].lower())


def _hour(found: dict[str, str | None]) -> int:
    hour, half = int(found.get("hour") or 0), (found.get("half") or "").upper()
    if hour > 23 or (half and not 1 <= hour <= 12):
        raise ValueError("a day or time that there is not")
    return hour if not half else hour % 12 + (12 if half == "PM" else 0)
