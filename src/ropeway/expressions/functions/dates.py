"""Functions that work on dates, as Connect has them: times are values of a type of their own.

Where such a value leaves the expression it becomes text in ISO 8601, UTC: "2012-01-01T23:00:00Z".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ropeway.expressions.dialect import CONNECT, Dialect
from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.functions.function import Function, function, number, text, time
from ropeway.expressions.spreading import Closure
from ropeway.expressions.times import Moment
from ropeway.expressions.times.calendar import INTERVALS, added, difference
from ropeway.expressions.times.patterns import parts
from ropeway.expressions.times.writing import written
from ropeway.expressions.tree import Literal, Node
from ropeway.expressions.values import time_from_filetime


def refused_pattern(name: str, *places: int) -> Callable[[Sequence[Node]], tuple[int, str] | None]:
    """The check of date patterns that are written out, at these places."""

    def check(arguments: Sequence[Node]) -> tuple[int, str] | None:
        for place in places:
            node = arguments[place] if place < len(arguments) else None
            if isinstance(node, Literal) and isinstance(node.value, str):
                try:
                    parts(node.value)
                except ValueError as error:
                    return place, f"{name}: {error}"
        return None

    return check


def refused_interval(name: str, known: Sequence[str]) -> Callable[[Sequence[Node]], tuple[int, str] | None]:
    """The check of an interval that is written out, the first argument."""

    def check(arguments: Sequence[Node]) -> tuple[int, str] | None:
        node = arguments[0]
        if isinstance(node, Literal) and node.value not in known:
            return 0, f"{name}, interval: expected one of {', '.join(known)}"
        return None

    return check


def present_time(attributes: Mapping[str, Any]) -> Moment:
    """The present time, which the engine gives every object as the attribute `now`."""
    now = attributes.get("now")
    if type(now) is not int:
        raise ExpressionFailed("Now", "now", now, "the present time is not known here")
    return time_from_filetime(now, "Now", "now")


def checked_interval(interval: str, known: Sequence[str], name: str) -> str:
    """The interval, if it is one."""
    if interval not in known:
        raise ExpressionFailed(name, "interval", interval, f"expected one of {', '.join(known)}")
    return interval


def later(interval: str, count: int, start: Moment, known: Sequence[str]) -> Moment:
    """DateAdd, with its failures named."""
    try:
        return added(checked_interval(interval, known, "DateAdd"), count, start)
    except (ValueError, OverflowError):
        raise ExpressionFailed("DateAdd", "value", count, "a time outside of the years 1 to 9999") from None


def formatted(value: Moment, pattern: str, argument: str) -> str:
    """A moment by a pattern, with its failures named."""
    try:
        return written(value, pattern)
    except ValueError as error:
        raise ExpressionFailed("FormatDateTime", argument, pattern, str(error)) from None


@function("CDate", time("value"), dialects=CONNECT, result="time")
def to_date(value: Moment) -> Moment:
    """The time that a text says: in ISO 8601, as month/day/year or as GeneralizedTime.

    `CDate("2013-01-10 4:00 PM -8")` is 2013-01-11T00:00:00Z. Without a zone it is UTC.
    """
    return value


@function(
    "DateAdd",
    text("interval"),
    number("value"),
    time("date"),
    dialects=CONNECT,
    result="time",
    check=refused_interval("DateAdd", INTERVALS),
)
def date_add(interval: str, value: int, date: Moment) -> Moment:
    """The time that lies so many intervals after another, before it for a number below 0.

    The intervals are yyyy (year), q (quarter), m (month), y, d, w (day), ww (week), h (hour), n (minute), s (second).
    `DateAdd("m", 3, CDate("2001-01-01"))` is 2001-04-01T00:00:00Z. The 31st of a shorter month is its last day.
    """
    return later(interval, value, date, INTERVALS)


@function(
    "DateDiff",
    text("interval"),
    time("date1"),
    time("date2"),
    dialects=(Dialect.CLOUD, Dialect.ROPEWAY),
    result="number",
    check=refused_interval("DateDiff", INTERVALS),
)
def date_diff(interval: str, date1: Moment, date2: Moment) -> int:
    """How many intervals lie between two dates; below 0 where the second is earlier. The intervals are DateAdd's.

    Years, quarters, months and weeks (ww, from Sunday) are counted by the calendar, shorter ones are whole ones:
    `DateDiff("d", CDate("2021-08-18+08:00"), CDate("2021-08-31+08:00"))` gives 13.
    """
    return difference(checked_interval(interval, INTERVALS, "DateDiff"), date1, date2)


@function("DateFromNum", number("value"), dialects=CONNECT, result="time")
def date_from_num(value: int) -> Moment:
    """The time that a FILETIME stands for (100 ns since 1601, UTC), in ISO 8601.

    `DateFromNum(129699324000000000)` gives "2012-01-01T23:00:00Z".
    """
    return time_from_filetime(value, "DateFromNum", "value")


@function("NumFromDate", time("value"), result="number")
def num_from_date(value: Moment) -> int:
    """A time as FILETIME (100 ns since 1601, UTC), as accountExpires and pwdLastSet have it.

    `NumFromDate(CDate("2012-01-01 23:00:00"))` gives 129699324000000000.
    """
    return value.ticks


@function(
    "FormatDateTime",
    time("value"),
    text("format"),
    dialects=(Dialect.CONNECT,),
    result="text",
    check=refused_pattern("FormatDateTime", 1),
)
def format_date_time(value: Moment, pattern: str) -> str:
    """A time as text, by a pattern of .NET.

    `FormatDateTime(CDate("12/25/2007"), "yyyy-MM-dd")` gives "2007-12-25";
    `FormatDateTime(DateFromNum([pwdLastSet]), "yyyyMMddHHmmss.0Z")` can give "20140905081453.0Z".
    """
    return formatted(value, pattern, "format")


@function("Now", builds=True, dialects=CONNECT, result="time", changes=True)
def now() -> Closure:
    """The present time, UTC: `Where($item, [userCertificate], CertNotAfter($item) > Now())`.

    When an attribute is compared with it, as in `[accountExpires] <= Now()` or `[accountExpires] <= [now]`, the object
    is looked at again at that very time; otherwise at its next change.
    """
    return present_time


FUNCTIONS: tuple[Function, ...] = (
    to_date, date_add, date_diff, date_from_num, num_from_date, format_date_time, now,
)  # fmt: skip
