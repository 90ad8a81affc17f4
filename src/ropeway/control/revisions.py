"""Which settings of a job somebody saw, so that nobody undoes a change that he does not know of."""

from __future__ import annotations

from hashlib import sha256

import msgspec

from ropeway.model.job import JobSettings
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.store.jobs import JobRow

DIGITS = 12


def revision_of(settings: JobSettings) -> str:
    """The first digits of the digest of all settings."""
    return sha256(msgspec.json.encode(settings)).hexdigest()[:DIGITS]


def refuse_changed(row: JobRow, revision: str | None) -> None:
    """RopewayError `job-changed` where the settings are not those any more; None says nothing about them."""
    found = revision_of(row.settings)
    if revision is not None and revision != found:
        raise RopewayError(Problem("job-changed", object=row.name, details={"seen": shown(revision), "found": found}))
