"""Adding intervals to dates, and the difference of two, as Visual Basic does it (DateAdd, DateDiff)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import datetime, timedelta

from ropeway.expressions.times.moment import TICKS, Moment, moment

_SECONDS = {"d": 86_400, "y": 86_400, "w": 86_400, "ww": 604_800, "h": 3_600, "n": 60, "s": 1}
_MONTHS = {"yyyy": 12, "q": 3, "m": 1}

INTERVALS = (*_MONTHS, *_SECONDS)
"""Year, quarter, month; day (three names), week, hour, minute, second."""

CLOUD_INTERVALS = ("yyyy", "m", "d", "ww", "h", "n", "s")

_MOST = 10_000 * 366 * 86_400


def added(interval: str, count: int, start: Moment) -> Moment:
    """The moment after so many intervals; the 31st of a shorter month is its last day. `ValueError` beyond 9999."""
    if abs(count) > _MOST:
        raise ValueError("a time outside of the years 1 to 9999")
    if interval in _SECONDS:
        return Moment(start.ticks + count * _SECONDS[interval] * TICKS)
    when = start.calendar
    year, month = divmod(when.year * 12 + when.month - 1 + count * _MONTHS[interval], 12)
    if not 1 <= year <= 9999:
        raise ValueError("a time outside of the years 1 to 9999")
    day = min(when.day, monthrange(year, month + 1)[1])
    return moment(when.replace(year=year, month=month + 1, day=day), start.fraction)


def difference(interval: str, start: Moment, end: Moment) -> int:
    """The intervals from start to end, negative where end is earlier.

    Years, quarters, months and weeks (from Sunday) are counted by the calendar; days and shorter ones are whole ones.
    """
    by_calendar = _BY_CALENDAR.get(interval)
    if by_calendar is not None:
        return by_calendar(end.calendar) - by_calendar(start.calendar)
    ticks, unit = end.ticks - start.ticks, _SECONDS["d" if interval == "w" else interval] * TICKS
    whole = abs(ticks) // unit * (1 if ticks >= 0 else -1)
    return int(whole / 7) if interval == "w" else whole


_SUNDAY = datetime(1, 1, 7)

_BY_CALENDAR: dict[str, Callable[[datetime], int]] = {
    "yyyy": lambda when: when.year,
    "q": lambda when: when.year * 4 + (when.month - 1) // 3,
    "m": lambda when: when.year * 12 + when.month,
    "ww": lambda when: (when - _SUNDAY) // timedelta(days=7),
}
