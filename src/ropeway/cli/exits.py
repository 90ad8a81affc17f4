"""What the exit codes mean."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from enum import IntEnum

from ropeway.control.protocol import CycleView
from ropeway.model.problems import Problem, RopewayError, describe


class Code(IntEnum):
    """Exit codes of every command."""

    OK = 0
    FAILED = 1
    USAGE = 2
    OBJECT_ERRORS = 3
    HELD = 4
    STOPPED = 5
    RUNNING_ELSEWHERE = 6
    FINDINGS = 7
    BEYOND_WAITING = 78
    INTERRUPTED = 130
    TERMINATED = 143


MEANING: dict[Code, str] = {
    Code.OK: "Done. `ropeway run` also ends with it when Ctrl-C or SIGTERM asked it to stop.",
    Code.FAILED: "Not done; the sentence on stderr says why. Also: the question whether to go on was answered with no.",
    Code.USAGE: "The command line was not understood, or a confirmation was needed and no terminal was there to ask.",
    Code.OBJECT_ERRORS: "Completed, but some objects could not be brought into step: `ropeway log --status failure`.",
    Code.HELD: "Completed, but dangerous changes are held until somebody approves them: `ropeway job holds JOB`.",
    Code.STOPPED: "The job stopped before the end; nothing that was stored is lost, the next run goes on from there.",
    Code.RUNNING_ELSEWHERE: "Another process is running this job, or a service on this state, right now.",
    Code.FINDINGS: "Completed, and `ropeway report --fail` found an error or a warning, "
    "`ropeway job compare --fail` a difference, `ropeway service migrate --check` an older state, "
    "`ropeway service status` something that needs a person, or `ropeway agent check` something that failed.",
    Code.BEYOND_WAITING: "The service or the agent ended, and would end so again until somebody acts: its settings or "
    "its key file are not right, or the agent was removed. The units in `packaging/systemd` do not start it again.",
    Code.INTERRUPTED: "Interrupted by Ctrl-C; the open transaction was undone, the next run goes on from there.",
    Code.TERMINATED: "Ended by SIGTERM, in the same way.",
}
"""One sentence for each, for the documentation."""

OF_RESULT = {
    "success": Code.OK,
    "nothing-to-do": Code.OK,
    "completed-with-errors": Code.OBJECT_ERRORS,
    "held": Code.HELD,
    "stopped": Code.STOPPED,
}

RUNNING_ELSEWHERE = frozenset({"job-is-running", "lease-lost", "service-is-running"})
"""Problem codes that mean: somebody else has it."""

NOT_BEGUN = frozenset(
    {
        "job-unknown",
        "job-paused",
        "synchronization-off",
        "service-unreachable",
        "service-not-trusted",
        "service-answers-otherwise",
        "service-of-other-version",
        "not-signed-in",
        "errand-not-taken",
    }
)
"""Problem codes that end a cycle before it begins."""


BEYOND_WAITING = frozenset(
    {
        "settings-invalid",
        "seal-missing",
        "seal-open",
        "seal-unreadable",
        "seal-wrong",
        "state-too-new",
        "agent-settings-invalid",
        "agent-domain-unset",
        "agent-file-open",
        "agent-not-registered",
        "agent-removed",
        "agent-certificate-expired",
    }
)
"""Problem codes with which a service or an agent that is started again ends again."""


class Refused(Exception):  # noqa: N818 - an answer to whoever typed it
    """A command that ends without its result: the sentence that says why, and the exit code."""

    def __init__(self, sentence: str, code: Code = Code.USAGE) -> None:
        super().__init__(sentence)
        self.code = code


def of_problem(problem: Problem, otherwise: Code = Code.FAILED) -> Code:
    """The exit code for a problem that ended a command."""
    if problem.code in RUNNING_ELSEWHERE:
        return Code.RUNNING_ELSEWHERE
    return Code.FAILED if problem.code in NOT_BEGUN else otherwise


@contextmanager
def cycle_of_a_job() -> Generator[None]:
    """Within, a problem means that the job stopped."""
    try:
        yield
    except RopewayError as error:
        raise Refused(describe(error.problem), of_problem(error.problem, Code.STOPPED)) from error


@contextmanager
def process_of_a_unit() -> Generator[None]:
    """Within, a problem ends a service or an agent: whoever supervises it is told whether to start it again."""
    try:
        yield
    except RopewayError as error:
        code = Code.BEYOND_WAITING if error.problem.code in BEYOND_WAITING else of_problem(error.problem)
        raise Refused(describe(error.problem), code) from error


def of_cycle(cycle: CycleView) -> Code:
    """The exit code for what one cycle did."""
    if any(problem.code in RUNNING_ELSEWHERE for problem in cycle.problems):
        return Code.RUNNING_ELSEWHERE
    return OF_RESULT[cycle.result]
