"""Downwards: what an agent is asked to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from ropeway.model.anchors import Anchor
from ropeway.model.prepared import prepared
from ropeway.model.watermark import Wanted, Watermark

Method = Literal["describe", "begin", "read", "read_one", "resolve", "anchors", "reports_deletions", "watch"]

NOTHING = Wanted({})


class Arguments(msgspec.Struct, frozen=True, omit_defaults=True):
    """The arguments of a method of a Source; a method reads those it has."""

    settings: dict[str, Any] = {}
    """What the job says of the domain that is no business of the agent's machine: naming_context, method, …"""
    wanted: Wanted = NOTHING
    watermark: Watermark | None = None
    begun: Watermark | None = None
    """Of a full read: the mark taken before its first attempt, whichever agent made that."""
    seen: Watermark | None = None
    """How far the job has read before: a controller behind it says nothing about absence."""
    anchor: Anchor | None = None
    dn: str = ""


class Call(msgspec.Struct, frozen=True, tag="call"):
    """A method to be done; its answer goes up in parts under this number and attempt."""

    number: int
    attempt: int
    """Counts the agents that had the call, so that a part of an earlier one is known as such."""
    domain: str
    method: Method
    arguments: bytes
    """`Arguments` as msgpack, as they were stored."""
    carried: str = ""
    """What it is a part of (`telemetry.tracing.carry`)."""


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """Nobody wants the answer any more."""

    number: int
    attempt: int


class Level(msgspec.Struct, frozen=True, tag="level"):
    """How much the agent writes into its trace log from now on."""

    trace: str


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """The session is over: the agent was removed, or the service ends."""

    reason: str


Message = Call | Stop | Level | Ended
MOST_BYTES = 4 * 1024 * 1024
"""Of one message: a watermark and a list of attributes are far below."""


def to_bytes(messages: Sequence[Message]) -> bytes:
    """Messages as one WebSocket message, or one answer of a long poll."""
    return msgspec.msgpack.encode(messages)


def from_bytes(raw: bytes) -> list[Message]:
    """The inverse; ValueError for anything else."""
    try:
        return msgspec.msgpack.decode(raw, type=prepared(list[Message]))
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"no messages of a service: {error}") from None


def arguments_from(raw: bytes) -> Arguments:
    """Arguments as stored; ValueError for anything else."""
    try:
        return msgspec.msgpack.decode(raw, type=prepared(Arguments))
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"no arguments of a call: {error}") from None
