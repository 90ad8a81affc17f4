"""One cycle with what belongs to it: the restart that somebody asked for before, the judgement of the job after."""

from __future__ import annotations

import msgspec

from ropeway.engine.cycle import Cycle
from ropeway.engine.lifecycle.quarantine import Finding, after_cycle, of_stop, verdict
from ropeway.engine.lifecycle.restarts import Scope
from ropeway.engine.lifecycle.schedule import interval, is_news, is_too_late_for_delta, pace
from ropeway.engine.lifecycle.standing import Reason, Standing
from ropeway.engine.records import Outcome
from ropeway.engine.state import State
from ropeway.engine.work import Work
from ropeway.model.job import JobSettings
from ropeway.model.problems import Problem, RopewayError

OURS = frozenset(
    {
        *("lease-lost", "job-is-running", "job-paused", "job-disabled", "job-interrupted", "synchronization-off"),
        *("database-trouble", "state-disk-full", "state-of-another-version"),
    }
)
"""Problems of this process or of the state, which say nothing about the job."""


def cycle(work: Work, *, full: bool = False) -> Outcome:
    """A cycle now, and the job's standing after it; RopewayError where a problem stops it."""
    began, standing = work.clock(), work.state.record().standing
    if standing.restart or standing.run_now:
        _carry_out(work, Scope(standing.restart))
    try:
        outcome = Cycle(work, full=full or is_too_late_for_delta(standing.last_run, began)).run()
    except RopewayError as error:
        _note_stop(work.state, work.settings, error.problem, work.clock())
        raise
    _note_end(work, outcome, standing, began)
    return outcome


def _carry_out(work: Work, scope: Scope) -> None:
    """Do what a restart asked for. Cut short, it is done again from the beginning."""
    if Scope.CONNECTOR_DATA_STORE in scope:
        work.state.forget_targets()
    if Scope.ESCROWS in scope:
        work.state.forget_escrows()
    if Scope.WATERMARK in scope:
        work.state.forget_watermark()
        work.state.all_due()
    work.state.stand(lambda now: msgspec.structs.replace(now, restart=now.restart & ~scope, run_now=False, owed=True))


def note_refusal(state: State, settings: JobSettings, problem: Problem, now: float) -> None:
    """A problem kept a cycle from beginning. Where it is a quarantine, whoever asked for the cycle has their answer."""
    _note_stop(state, settings, problem, now)
    if of_stop(problem).reason is not None:
        state.stand(lambda now: msgspec.structs.replace(now, run_now=False))


def _note_stop(state: State, settings: JobSettings, problem: Problem, now: float) -> None:
    """A problem stopped a cycle. A cycle that somebody asked for is owed to nobody any more if that is a quarantine:

    to try it again at once cannot help, and may lock the account.
    """
    if problem.code in OURS:
        return
    found = of_stop(problem)
    _note(state, settings, found, now)
    if found.reason is not None:
        state.stand(lambda now: msgspec.structs.replace(now, owed=False))


def _note_end(work: Work, outcome: Outcome, standing: Standing, began: float) -> None:
    """What a cycle that ended says of the job, which was as `standing` when it began."""
    news = is_news(work.settings, standing, began)
    if news or standing.run_now or standing.owed or standing.restart:
        noted = {"last_run": began if news else standing.last_run, "owed": False}
        if pace(work.settings) is not None:
            noted["look_again"] = work.state.next_moment()
        work.state.stand(lambda now: msgspec.structs.replace(now, **noted))
    if outcome.held and (newest := work.state.newest_hold()) > standing.last_hold:
        work.state.stand(lambda now: msgspec.structs.replace(now, last_hold=newest))
    quiet = outcome.result == "nothing-to-do" and not standing.failures_in_row and standing.quarantine is None
    if not quiet:
        _note(work.state, work.settings, _finding(work, outcome), work.clock())


def _finding(work: Work, outcome: Outcome) -> Finding:
    if outcome.held and "hold-empty-source" in work.state.causes_of_holds():
        return Finding(Reason.TOO_MANY_DELETES, Problem("hold-empty-source"))
    return Finding(verdict(work.state.tally()))


def _note(state: State, settings: JobSettings, found: Finding, now: float) -> None:
    state.stand(lambda before: after_cycle(before, found, now, interval(settings)))
