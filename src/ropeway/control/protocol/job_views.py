"""A job as it is told."""

from __future__ import annotations

import msgspec

from ropeway.model.job import JobSettings
from ropeway.model.problems import Problem


class QuarantineView(msgspec.Struct, frozen=True, kw_only=True):
    """Why and since when a job is in quarantine (Graph: synchronizationQuarantine); times are ISO 8601."""

    reason: str
    """EncounteredBaseEscrowThreshold, EncounteredQuarantineException, TooManyDeletes, …"""
    current_began: str
    """Since when for this reason."""
    next_attempt: str
    series_began: str
    """Since when without an interruption."""
    series_count: int
    """Attempts that left it in quarantine."""
    error: Problem | None = None


class JobView(msgspec.Struct, frozen=True, kw_only=True):
    """A job as `job list` and `job show` tell it."""

    id: str
    name: str
    status: str
    """NotRun | Active | Paused | Quarantine."""
    source: str
    """`active-directory contoso.test`, `ldif company.ldif`."""
    settings: JobSettings
    revision: str = ""
    """Digest of the settings: who changes them may say which they were."""
    last_success: str | None = None
    """ISO 8601."""
    watermark: str | None = None
    """For people: method, controller, USN, time."""
    running: str | None = None
    """Who holds the lease and since when, or None."""
    entries: dict[str, int] = {}
    """Source objects known, by type."""
    linked: dict[str, int] = {}
    """Target objects linked, by type."""
    due: int = 0
    pending: int = 0
    held: int = 0
    escrowed: int = 0
    problems: tuple[Problem, ...] = ()
    """What is wrong with the job as a whole."""
    quarantine: QuarantineView | None = None
    disabled: str | None = None
    """Since when it is disabled, four weeks of quarantine being over."""
    next_run: str | None = None
    """When `ropeway run` runs it next; None: not by itself."""
    last_run: str | None = None
    """When the last cycle that ended well began; of a job that polls, to the hour."""
    failures_in_row: int = 0
    """Cycles stopped by a problem since then."""
    stopped_by: Problem | None = None
    """The problem of the last of them."""
    active: str | None = None
    """The machine that runs it, or ran it last, and since when no other did."""
