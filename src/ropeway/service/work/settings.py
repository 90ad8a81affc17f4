"""What a worker is told by the process that starts it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from ropeway.model.secret import Secret
from ropeway.service.work.scheduler import HANDS


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """One worker."""

    state: Secret[str]
    """The URL of the database, which may hold a password."""
    hands: int = HANDS
    """Cycles at once."""
    nice: int = 5
    """How much it steps back where processors are scarce, so that answers come first (nice(2))."""


def to_line(settings: WorkerSettings) -> bytes:
    """For the pipe to the worker: its arguments and environment others may see."""
    told = {"state": settings.state.reveal(), "hands": settings.hands, "nice": settings.nice}
    return msgspec.json.encode(told) + b"\n"


def from_line(line: bytes) -> WorkerSettings:
    """What the other end was told."""
    told = msgspec.json.decode(line, type=_Told)
    return WorkerSettings(Secret(told.state), told.hands, told.nice)


class _Told(msgspec.Struct):
    state: str
    hands: int
    nice: int
