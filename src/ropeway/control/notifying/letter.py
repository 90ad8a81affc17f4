"""What a message says."""

from __future__ import annotations

import socket

import msgspec

from ropeway.control.views import iso
from ropeway.engine.lifecycle.notices import Event
from ropeway.model.problems import Problem, describe

TITLES = {
    Event.QUARANTINE_ENTERED: "The job {job} is in quarantine",
    Event.QUARANTINE_LEFT: "The job {job} left quarantine",
    Event.HOLD_CREATED: "The job {job} holds changes until somebody approves them",
    Event.JOB_STOPPED: "The job {job} is stopped",
    Event.JOB_DISABLED: "The job {job} is disabled",
    Event.TRIAL: "A trial: messages about the job {job} arrive",
}
COMMANDS = {Event.HOLD_CREATED: "ropeway job holds {job}"}
"""What to type to see more; else `job show`."""


class Letter(msgspec.Struct, frozen=True):
    """A message in words; a webhook gets it as JSON."""

    event: str
    job: str
    job_id: str
    time: str
    """ISO 8601: when it happened."""
    machine: str
    title: str
    text: str
    """Title, problem and what to type, a line each."""
    problem: Problem | None
    number: int
    """The same each time that the message is sent."""


def letter(event: Event, job: str, job_id: str, created: float, problem: Problem | None, number: int) -> Letter:
    """The message about something that happened to a job."""
    title = TITLES[event].format(job=job)
    lines = [title + "."]
    if problem is not None:
        lines.append(describe(problem))
    lines.append("See: " + COMMANDS.get(event, "ropeway job show {job}").format(job=job))
    when, machine = iso(created) or "", socket.gethostname()
    return Letter(event.value, job, job_id, when, machine, title, "\n\n".join(lines), problem, number)
