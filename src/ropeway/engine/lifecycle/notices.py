"""What somebody is told about a job: read off its standing before and after."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from ropeway.engine.lifecycle.standing import Standing
from ropeway.model.problems import Problem


class Event(StrEnum):
    """What happened to a job."""

    QUARANTINE_ENTERED = "quarantine-entered"
    """Or its reason is another now."""
    QUARANTINE_LEFT = "quarantine-left"
    HOLD_CREATED = "hold-created"
    JOB_STOPPED = "job-stopped"
    """For five minutes no cycle could end."""
    JOB_DISABLED = "job-disabled"
    TRIAL = "trial"
    """Nothing: somebody tries whether messages arrive."""


class Notice(msgspec.Struct, frozen=True):
    """One thing to be told."""

    event: Event
    problem: Problem | None = None
    """What is behind it, where something is."""


def notices(before: Standing, after: Standing) -> Iterator[Notice]:
    """What happened in between; what follows from something graver is not told beside it."""
    old, new = before.quarantine, after.quarantine
    if after.disabled is not None and before.disabled is None:
        yield Notice(Event.JOB_DISABLED, new.error if new else None)
    elif new is not None and (old is None or old.reason is not new.reason):
        yield Notice(Event.QUARANTINE_ENTERED, new.error)
    elif new is None and old is not None:
        yield Notice(Event.QUARANTINE_LEFT)
    elif new is None and after.stopped and after.stopped.told and not (before.stopped and before.stopped.told):
        yield Notice(Event.JOB_STOPPED, after.stopped.error)
    if after.last_hold > before.last_hold:
        yield Notice(Event.HOLD_CREATED)
