"""Functions that work on dates, as Cloud Sync has them: times are texts, `M/d/yyyy h:mm:ss tt`, UTC."""

from __future__ import annotations

from collections.abc import Sequence

from ropeway.expressions.dialect import CLOUD
from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.functions.dates import (
    format_date_time as format_connect,
)
from ropeway.expressions.functions.dates import (
    formatted,
    later,
    present_time,
    refused_interval,
    refused_pattern,
)
from ropeway.expressions.functions.function import Function, either, function, number, text, time
from ropeway.expressions.spreading import Closure
from ropeway.expressions.times import Moment
from ropeway.expressions.times.calendar import CLOUD_INTERVALS
from ropeway.expressions.times.reading import DEFAULT_STYLES, checked_styles, read
from ropeway.expressions.times.writing import CLOUD as PATTERN
from ropeway.expressions.times.writing import written
from ropeway.expressions.tree import Literal, Node, Omitted
from ropeway.expressions.values import time_from_filetime


@function("CDate", time("expression"), dialects=CLOUD, result="text")
def to_date(expression: Moment) -> str:
    """The time that a text says, in UTC, as text: `M/d/yyyy h:mm:ss tt`.

    `CDate("2021-06-30+08:00")` gives "6/29/2021 4:00:00 PM". Without a zone it is UTC.
    """
    return written(expression, PATTERN)


@function(
    "DateAdd",
    text("interval"),
    number("value"),
    time("dateTime"),
    dialects=CLOUD,
    result="text",
    check=refused_interval("DateAdd", CLOUD_INTERVALS),
)
def date_add(interval: str, value: int, date: Moment) -> str:
    """The time that lies so many intervals after another, before it for a number below 0, as text.

    The intervals are yyyy (year), m (month), d (day), ww (week), h (hour), n (minute), s (second).
    `DateAdd("d", 7, CDate("2012-03-16-07:00"))` gives "3/23/2012 7:00:00 AM".
    """
    return written(later(interval, value, date, CLOUD_INTERVALS), PATTERN)


@function("DateFromNum", number("value"), dialects=CLOUD, result="text")
def date_from_num(value: int) -> str:
    """The time that a FILETIME stands for (100 ns since 1601, UTC), as text.

    `DateFromNum(129699324000000000)` gives "1/1/2012 11:00:00 PM".
    """
    return written(time_from_filetime(value, "DateFromNum", "value"), PATTERN)


@function("Now", builds=True, dialects=CLOUD, result="text", changes=True)
def now() -> Closure:
    """The present time, UTC, as text: "7/2/2021 3:33:38 PM"."""
    return lambda attributes: written(present_time(attributes), PATTERN)


def _styles(arguments: Sequence[Node]) -> tuple[int, str] | None:
    node = arguments[1]
    if len(arguments) == 4 and isinstance(node, Literal):
        try:
            checked_styles(str(node.value))
        except ValueError as error:
            return 1, f"FormatDateTime, dateTimeStyles: {error}"
    return None


def _check(arguments: Sequence[Node]) -> tuple[int, str] | None:
    if len(arguments) == 3 and isinstance(arguments[1], Omitted):
        return 1, "FormatDateTime, inputFormat: expected a date pattern"
    if len(arguments) == 3:
        return refused_pattern("FormatDateTime", 1, 2)(arguments)
    return _styles(arguments) or refused_pattern("FormatDateTime", 2, 3)(arguments)


@function(
    "FormatDateTime",
    text("source"),
    text("dateTimeStyles", required=False),
    text("inputFormat"),
    text("outputFormat", required=False),
    takes_null=True,
    dialects=CLOUD,
    result="text",
    check=_check,
)
def format_date_time(source: str | None, styles: str | None, pattern: str, output: str | None = None) -> str | None:
    """A date in one text form made into another. Both are patterns of .NET; a time without a zone is UTC.

    `FormatDateTime([extensionAttribute1], , "yyyyMMddHHmmss.fZ", "yyyy-MM-dd")` gives "2015-01-23" of
    "20150123105347.1Z". The styles say what white space is allowed: by default at either end. They may be left away
    altogether, as on the pages of Cloud Sync. NULL stays NULL.
    """
    if source is None:
        return None
    if output is None:
        return formatted(_read(source, styles or "", DEFAULT_STYLES), pattern, "outputFormat")
    return formatted(_read(source, pattern, styles or DEFAULT_STYLES), output, "outputFormat")


def _read(source: str, pattern: str, styles: str) -> Moment:
    try:
        return read(source, pattern, styles)
    except (ValueError, OverflowError) as error:
        raise ExpressionFailed("FormatDateTime", "source", source, f"expected a date, found {error}") from None


FUNCTIONS: tuple[Function, ...] = (
    to_date, date_add, date_from_num, now, format_date_time, either(format_connect, format_date_time),
)  # fmt: skip
