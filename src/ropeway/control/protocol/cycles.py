"""What cycles did, and how far one has come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from ropeway.model.problems import Problem


class Progress(msgspec.Struct, frozen=True):
    """How far a stage has come."""

    stage: str
    done: int
    total: int | None = None
    note: str = ""
    """What it waits for, in a sentence for whoever waits with it."""


OnProgress = Callable[[Progress], None]


class CycleView(msgspec.Struct, frozen=True, kw_only=True):
    """What one cycle did."""

    job: str
    kind: Literal["initial", "delta", "recover"]
    result: Literal["success", "completed-with-errors", "held", "stopped", "nothing-to-do"]
    read: int = 0
    """Objects and links the source delivered."""
    decided: int = 0
    exported: dict[str, int] = {}
    """By kind: create, update, delete, links, …"""
    held: int = 0
    failed: int = 0
    waiting: int = 0
    staged: int = 0
    """Changes that are due and not written, since the job is staging."""
    out_of_scope: int = 0
    """How many objects were read, where not one of them is in scope; 0 where one is."""
    seconds: dict[str, float] = {}
    """By stage."""
    problems: tuple[Problem, ...] = ()
    """Of the job as a whole; those of single objects are in the log and in escrow."""


class PastCycle(msgspec.Struct, frozen=True, kw_only=True):
    """A cycle that ended; times are ISO 8601."""

    began: str
    ended: str
    cycle: CycleView


class LiveView(msgspec.Struct, frozen=True, kw_only=True):
    """A job at this moment: cheap to ask for, twice a second."""

    job: str
    status: str
    """NotRun | Active | Paused | Quarantine."""
    running: str | None = None
    """Who has the job and since when, or None."""
    stage: str = ""
    """import | decide | export: of the cycle that runs; empty where none runs for longer than a moment."""
    done: int = 0
    total: int | None = None
    rate: float | None = None
    """In a second, since the stage began."""
    stage_began: str | None = None
    """ISO 8601."""
    due: int = 0
    """To decide."""
    pending: int = 0
    """To write."""
    held: int = 0
    escrowed: int = 0
    next_run: str | None = None
    cycles: tuple[PastCycle, ...] = ()
    """The last five, the latest first; those that did nothing are not kept."""
    problems: tuple[Problem, ...] = ()
