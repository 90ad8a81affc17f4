"""A point in time, UTC, counted as Active Directory counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

import msgspec

_EPOCH = datetime(1601, 1, 1)
TICKS = 10_000_000
"""In a second."""
FIRST = (datetime(1, 1, 1) - _EPOCH) // timedelta(seconds=1) * TICKS
LAST = (datetime(9999, 12, 31, 23, 59, 59) - _EPOCH) // timedelta(seconds=1) * TICKS + TICKS - 1


class Moment(msgspec.Struct, frozen=True, order=True):
    """A point in time between the years 1 and 9999, UTC. `ValueError` for any other."""

    ticks: int
    """FILETIME: units of 100 ns since 1601 ([MS-DTYP] 2.3.3); negative before."""

    def __post_init__(self) -> None:
        if not FIRST <= self.ticks <= LAST:
            raise ValueError("a time outside of the years 1 to 9999")

    @property
    def calendar(self) -> datetime:
        """Year to second, without a fraction and without a zone."""
        return _EPOCH + timedelta(seconds=self.ticks // TICKS)

    @property
    def fraction(self) -> int:
        """What is left of a second, in ticks."""
        return self.ticks % TICKS

    def __str__(self) -> str:
        seconds, fraction = divmod(self.ticks, TICKS)
        day, seconds = divmod(seconds, 86_400)
        minutes, second = divmod(seconds, 60)
        rest = f".{fraction:07d}".rstrip("0") if fraction else ""
        return f"{_day(day)}T{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}{rest}Z"


@lru_cache(maxsize=16_384)
def _day(number: int) -> str:
    """The day so many days after the first of 1601, in ISO 8601."""
    return (_EPOCH + timedelta(days=number)).date().isoformat()


def day_and_time(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """A date and time; `ValueError` with a sentence for one that there is not."""
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        raise ValueError("a day or time that there is not") from None


def moment(calendar: datetime, fraction: int = 0) -> Moment:
    """The moment of a date and time, and ticks after it; without a zone it is UTC."""
    if calendar.tzinfo is not None:
        offset = calendar.utcoffset() or timedelta()
        seconds = (calendar.replace(tzinfo=None) - _EPOCH) - offset
    else:
        seconds = calendar - _EPOCH
    return Moment(seconds // timedelta(seconds=1) * TICKS + fraction)
