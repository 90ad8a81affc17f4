"""Times as people say them."""

from __future__ import annotations

from datetime import UTC, datetime

from ropeway.model.problems import Problem, RopewayError, shown


def moment(iso: str) -> datetime:
    """A time in ISO 8601, of UTC where it names no zone; RopewayError `time-unreadable`."""
    try:
        when = datetime.fromisoformat(iso)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError) as error:
        raise RopewayError(Problem("time-unreadable", value=shown(iso))) from error
