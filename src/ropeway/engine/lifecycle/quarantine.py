"""Into quarantine, slower and slower attempts within, out of it, and the end after four weeks.

Source: application-provisioning-quarantine-status; Graph synchronizationQuarantine.
"""

from __future__ import annotations

import msgspec

from ropeway.engine.lifecycle.standing import Quarantine, Reason, Standing, Stopped
from ropeway.model.problems import Problem

LEAST_FAILURES = 5_000
"""Below this nothing is evaluated."""
PERCENT = 40
MOST_FAILURES = 40_000
MOST_WITH_REFERENCES = 60_000

FIRST_WAIT = 120.0
"""Seconds to the second attempt, twice as many each time; never less than the job's own interval."""
LONGEST_WAIT = 86400.0
BLIP = 300.0
"""Seconds for which a job may be stopped without anybody being told."""
FOUR_WEEKS = 28 * 86400.0

EXCEPTIONS = frozenset(
    {
        "account-disabled",
        "account-expired",
        "account-locked",
        "account-unknown",
        "bind-refused",
        "kerberos-refused",
        "logon-hours",
        "logon-workstation",
        "password-expired",
        "password-must-change",
        "password-wrong",
        "controller-of-another-domain",
        "watermark-of-another-domain",
    }
)
"""Problems that send a job into quarantine at once: the same attempt again cannot help, and may lock the account."""


class Tally(msgspec.Struct, frozen=True):
    """What a job's escrow looks like."""

    failures: int = 0
    """Objects set aside, those aside."""
    references: int = 0
    """Objects that are in step, but for some of their links (manager, members)."""
    successes: int = 0
    """Objects in step."""


def verdict(tally: Tally) -> Reason | None:
    """Whether so many failures are a quarantine, and why; reference failures count for the last limit alone."""
    if tally.failures > MOST_FAILURES:
        return Reason.BASE
    if tally.failures >= LEAST_FAILURES and _share_is_exceeded(tally):
        return Reason.PROPORTION
    return Reason.TOTAL if tally.failures + tally.references > MOST_WITH_REFERENCES else None


def _share_is_exceeded(tally: Tally) -> bool:
    return tally.failures * 100 > PERCENT * (tally.failures + tally.successes)


class Finding(msgspec.Struct, frozen=True):
    """What a cycle says of the job as a whole."""

    reason: Reason | None = None
    error: Problem | None = None
    stopped: bool = False
    """A problem ended the cycle before its end; one that is no reason for quarantine proves nothing either way."""


def of_stop(problem: Problem) -> Finding:
    """What a problem that stopped the cycle says."""
    reason = Reason.EXCEPTION if problem.code in EXCEPTIONS else None
    return Finding(reason, problem, stopped=True)


def after_cycle(before: Standing, found: Finding, now: float, interval: float) -> Standing:
    """The standing after a cycle that ended now; `interval`: the job's usual seconds between cycles.

    A cycle that was stopped by something else than a reason for quarantine proves nothing: whoever was in quarantine
    stays there.
    """
    old = before.quarantine
    failures = before.failures_in_row + 1 if found.stopped else 0
    after = msgspec.structs.replace(before, failures_in_row=failures, stopped=_stopped(before.stopped, found, now))
    reason = found.reason or (old.reason if old and found.stopped else None)
    if reason is None:
        return msgspec.structs.replace(after, quarantine=None, disabled=None)
    quarantine = _quarantine(old, reason, found.error, now, interval)
    over = now - quarantine.series_began > FOUR_WEEKS
    return msgspec.structs.replace(after, quarantine=quarantine, disabled=(after.disabled or now) if over else None)


def _stopped(before: Stopped | None, found: Finding, now: float) -> Stopped | None:
    if not found.stopped or found.error is None:
        return None
    since = before.since if before else now
    return Stopped(since, found.error, told=now - since >= BLIP)


def _quarantine(
    old: Quarantine | None, reason: Reason, error: Problem | None, now: float, interval: float
) -> Quarantine:
    count = old.series_count + 1 if old else 1
    return Quarantine(
        reason,
        current_began=old.current_began if old and old.reason is reason else now,
        series_began=old.series_began if old else now,
        series_count=count,
        next_attempt=now + wait(count, interval),
        error=error,
    )


def wait(count: int, interval: float) -> float:
    """Seconds from the attempt that left the job in quarantine for the `count`-th time to the next one."""
    longer = FIRST_WAIT * 2 ** min(count - 1, 20)
    return max(interval, min(longer, LONGEST_WAIT))


def lifted(before: Standing) -> Standing:
    """Out of quarantine because somebody said so: the next cycle finds out whether that was right."""
    return msgspec.structs.replace(
        before, quarantine=None, disabled=None, failures_in_row=0, stopped=None, run_now=True
    )
