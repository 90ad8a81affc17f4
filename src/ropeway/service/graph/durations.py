"""Times and durations as Graph writes them (graph-scim.md B2)."""

from __future__ import annotations

import re
import time

from ropeway.service.odata.literals import microseconds

NEVER = "0001-01-01T00:00:00Z"
"""A time that never was, where Graph has no null."""

_DURATION = re.compile(
    r"P(?:(?P<days>\d{1,8})D)?(?:T(?:(?P<hours>\d{1,8})H)?(?:(?P<minutes>\d{1,8})M)?"
    r"(?:(?P<seconds>\d{1,8})(?:\.(?P<part>\d{1,9}))?S)?)?"
)


def told_time(seconds: float) -> str:
    """Seconds since 1970 as ISO 8601, UTC, to the microsecond."""
    whole, part = divmod(microseconds(seconds), 1_000_000)
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole))
    return f"{text}.{part:06d}Z" if part else f"{text}Z"


def time_or_never(seconds: float | None) -> str:
    """The same for times that Graph does not let be null."""
    return NEVER if seconds is None else told_time(seconds)


def told_duration(seconds: float) -> str:
    """Seconds as an ISO 8601 duration: PT0.5S, PT2M, PT40M, P7D."""
    millis = round(seconds * 1000)
    minutes, millis = divmod(millis, 60_000)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    rest = f"{millis / 1000:.3f}".rstrip("0").rstrip(".")
    clock = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M")) if n) + (f"{rest}S" if millis else "")
    told = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return f"P{told}" if told else "PT0S"


def seconds_of(duration: str) -> float | None:
    """The inverse; None for a text that is no duration of days, hours, minutes and seconds."""
    found = _DURATION.fullmatch(duration)
    if found is None or not any(found.groupdict().values()) or duration.endswith("T"):
        return None
    days, hours, minutes, seconds = (int(found[name] or 0) for name in ("days", "hours", "minutes", "seconds"))
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds + float(f"0.{found['part'] or 0}")
