"""Times as people say them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from ropeway.cli.exits import Refused

_AGO = re.compile(r"(\d+)\s*([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def local(iso: str | None, never: str = "never") -> str:
    """An ISO time in this machine's zone, with the zone named."""
    if not iso:
        return never
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")


def since(text: str | None, now: datetime | None = None) -> str | None:
    """`2h`, `3d` or an ISO date or time (local where it names no zone) as ISO 8601 in UTC."""
    if text is None:
        return None
    ago = _AGO.fullmatch(text.strip())
    if ago:
        moment = (now or datetime.now(UTC)) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    else:
        try:
            moment = datetime.fromisoformat(text.strip())
        except ValueError as error:
            raise Refused(
                f"{text} is no time: say 30m, 2h, 3d, or a date as 2026-01-31 or 2026-01-31T08:00."
            ) from error
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def duration(seconds: float) -> str:
    """How long something took."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def seconds(text: str) -> float:
    """`30s`, `2m`, `30m`, `1h`, `1d` in seconds."""
    found = _AGO.fullmatch(text.strip())
    if not found:
        raise Refused(f"{text} is no interval: say 30s, 2m, 30m, 1h or 1d.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])}).total_seconds()


def interval_words(seconds: float) -> str:
    """An interval as it was said: `2 minutes`, `1 hour`, `0.5 seconds`."""
    for size, noun in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            number = int(seconds // size)
            return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
    return f"{seconds:g} second" if seconds == 1 else f"{seconds:g} seconds"
