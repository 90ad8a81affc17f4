"""What every stage is handed: the job's parts, and the clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Protocol

from ropeway.engine.ports import Source, Target
from ropeway.engine.records import Escrow
from ropeway.engine.state import State
from ropeway.model.job import JobSettings
from ropeway.model.watermark import Wanted
from ropeway.rules import Rules

EPOCH_AS_FILETIME = 11_644_473_600
"""Seconds from 1601, where FILETIME begins, to 1970 ([MS-DTYP] 2.3.3)."""

ESCROW_HOURS = (6, 12, 24)
"""Hours to the first, second and every further retry of an object set aside (application-provisioning-quarantine)."""

ESCROW_ENDS = 28 * 86400.0
"""Seconds after the first failure when retries end (application-provisioning-quarantine)."""

BATCH = 800
"""Objects decided or sent together: what follows from them is one transaction of at most 1,000 rows."""


MOST_MEMBERS = 250_000
"""Of one group, in the cloud (how-to-connect-sync-endpoint-api-v2)."""


def filetime(seconds: float) -> int:
    """Seconds since 1970 as FILETIME: 100 ns since 1601."""
    return int((seconds + EPOCH_AS_FILETIME) * 10_000_000)


def from_filetime(value: int) -> float:
    """The inverse of `filetime`."""
    return value / 10_000_000 - EPOCH_AS_FILETIME


def next_attempt(attempts: int, now: float, first: float) -> float | None:
    """When an object that failed that often is tried again, unless its source changes earlier; None: only then.

    28 days after the first failure of a series nobody believes any more that waiting helps.
    """
    if now - first >= ESCROW_ENDS:
        return None
    return now + 3600 * ESCROW_HOURS[min(attempts, len(ESCROW_HOURS)) - 1]


def failed_again(before: Escrow | None, now: float) -> tuple[int, float]:
    """How often an object has failed, with this time, and when for the first time.

    After a series that has ended only a change can have led to another attempt, and a new series begins.
    """
    if before is None or before.last - before.first >= ESCROW_ENDS:
        return 1, now
    return before.attempts + 1, before.first


class Spans(Protocol):
    """Whoever wants to know how long what takes, and as a part of what."""

    def __call__(self, name: str, /, **attributes: str | int) -> AbstractContextManager[None]:
        """What is done within; attributes name no people."""
        ...


_NOTHING = nullcontext()


def untold(_name: str, /, **_attributes: str | int) -> AbstractContextManager[None]:
    """Nobody wants to know."""
    return _NOTHING


@dataclass(slots=True)
class Work:
    """One job's parts for one cycle."""

    settings: JobSettings
    rules: Rules
    source: Source
    target: Target
    state: State
    clock: Callable[[], float] = time.time
    say: Callable[[str, int, int | None], None] = lambda _stage, _done, _total: None
    """Progress: stage, done, total where known."""
    span: Spans = untold
    begun: Callable[[int], None] = lambda _number: None
    """Told the cycle's number as soon as it has one."""
    most_members: int = MOST_MEMBERS
    connector: str = ""
    """The job's id, for rules that name it."""
    _cycle: int = 0
    kind: str = "delta"
    began: float = field(init=False)
    """When the cycle began: long before it has a number, where a domain is read first."""
    wanted: Wanted = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.clock()
        self.wanted = self.rules.wanted(self.settings.scope)

    def cycle(self) -> int:
        """The cycle's number; a cycle that does nothing has none."""
        if not self._cycle:
            self._cycle = self.state.start_cycle(self.kind, self.began)
            self.begun(self._cycle)
        return self._cycle

    @property
    def numbered(self) -> int:
        """The number if there is one already, else 0."""
        return self._cycle
