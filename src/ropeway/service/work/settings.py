"""What a worker is told by the process that starts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

from ropeway.control.queueing.scheduler import HANDS
from ropeway.model.prepared import prepared
from ropeway.model.secret import Secret


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """One worker."""

    state: Secret[str]
    """The URL of the database, which may hold a password."""
    hands: int = HANDS
    """Cycles at once."""
    nice: int = 5
    """How much it steps back where processors are scarce, so that answers come first (nice(2))."""
    log: Literal["text", "json"] = "text"
    """How log lines are written."""
    otlp: str = ""
    """Where OpenTelemetry traces are sent; without it none are made."""


def to_line(settings: WorkerSettings) -> bytes:
    """For the pipe to the worker: its arguments and environment others may see."""
    told = _Told(settings.state.reveal(), settings.hands, settings.nice, settings.log, settings.otlp)
    return msgspec.json.encode(told) + b"\n"


def from_line(line: bytes) -> WorkerSettings:
    """What the other end was told."""
    told = msgspec.json.decode(line, type=prepared(_Told))
    return WorkerSettings(Secret(told.state), told.hands, told.nice, told.log, told.otlp)


class _Told(msgspec.Struct):
    state: str
    hands: int
    nice: int
    log: Literal["text", "json"]
    otlp: str
