"""Problems of the processes that work off jobs, and of upgrading the state they share."""

from __future__ import annotations

from ropeway.model.problems.entry import Entry, Severity

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "job-interrupted",
        Severity.INFO,
        "The process that ran the job was asked to end",
        "It ended with the transaction that it was in; what was stored is whole.",
        "Nothing needs to be done: whoever runs the job next goes on from there.",
    ),
    Entry(
        "state-too-old",
        Severity.FATAL,
        "The state was written by an older Ropeway",
        "It has version {found}, and this program writes {known}.",
        "Stop what runs on it, and bring it up to date with `ropeway service migrate`.",
    ),
    Entry(
        "state-copy-failed",
        Severity.FATAL,
        "The state could not be copied before its upgrade",
        "The copy {object} could not be written ({error}), so nothing was changed.",
        "Free some space (df -h {folder} shows how much there is), and try again.",
    ),
)
