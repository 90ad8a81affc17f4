"""How a job is, beside its settings: quarantine, last run, and what somebody asked of it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from ropeway.model.problems import Problem


class Reason(StrEnum):
    """Why a job is in quarantine: Graph's quarantineReason, as far as Ropeway has cause for it."""

    BASE = "EncounteredBaseEscrowThreshold"
    """More than 40,000 objects fail, those whose links alone fail not counted."""
    TOTAL = "EncounteredTotalEscrowThreshold"
    """More than 60,000 objects fail, those whose links fail included."""
    PROPORTION = "EncounteredEscrowProportionThreshold"
    """From 5,000 failures on: more than 40 % of what the job is about."""
    EXCEPTION = "EncounteredQuarantineException"
    """The source refuses the job's account, or is another one: trying again soon makes it worse."""
    TOO_MANY_DELETES = "TooManyDeletes"
    """A complete read brought nobody: the source itself is in doubt, and everybody's deletion is held."""


class Quarantine(msgspec.Struct, frozen=True, omit_defaults=True):
    """Graph's synchronizationQuarantine. A series is as long as the job did not leave quarantine in between."""

    reason: Reason
    current_began: float
    """Since when it is this reason."""
    series_began: float
    series_count: int
    """Attempts of the series that left the job in quarantine."""
    next_attempt: float
    error: Problem | None = None


class Stopped(msgspec.Struct, frozen=True, omit_defaults=True):
    """What keeps a job from ending a cycle."""

    since: float
    error: Problem
    told: bool = False
    """It lasts so long that it was no blip."""


class Standing(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is remembered of a job from cycle to cycle, apart from what it synchronizes."""

    quarantine: Quarantine | None = None
    disabled: float | None = None
    """When it was disabled for having been in quarantine for four weeks."""
    failures_in_row: int = 0
    """Cycles that were stopped by a problem since the last that ended (countSuccessiveCompleteFailures)."""
    last_run: float | None = None
    """When the last cycle that ended well began; of a job that polls, to the hour."""
    look_again: float | None = None
    """When the next object is to be decided again, as it was after that run; of a job that polls, not noted."""
    restart: int = 0
    """Scopes of a restart that the next cycle is to carry out first (`restarts.Scope`)."""
    run_now: bool = False
    """Somebody asked for a cycle now, whatever the schedule says."""
    owed: bool = False
    """The cycle that somebody asked for has begun, and did not come to its end yet; cut short, it is run again."""
    room_wanted: float | None = None
    """When somebody asked whoever keeps the job in step to let go of it for a moment."""
    stopped: Stopped | None = None
    last_hold: int = 0
    """The newest hold that a cycle left."""
