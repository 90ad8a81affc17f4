"""A job that somebody else has just now is waited for, and asked for."""

from __future__ import annotations

import time
from collections.abc import Callable

from ropeway.control.protocol import Progress
from ropeway.model.problems import RopewayError, describe
from ropeway.store import jobs, lifecycle
from ropeway.store.database import Database

FREE_WITHIN = 20.0
"""Seconds for which a job that a cycle has just now is waited for."""

TELL_AFTER = 5.0
"""Seconds until it is said who has the job."""

ASK_EVERY, TRY_EVERY = 1.0, 0.1
"""Seconds."""


def when_free(
    database: Database, tenant: int, job: str | None, do: Callable[[], object], tell: Callable[[Progress], None]
) -> object:
    """What `do` answers, once nobody else runs the job; whoever polls it makes room, as for provisioning.

    Who has it is told to whoever waits, once that has lasted.
    """
    until, asked = time.monotonic() + FREE_WITHIN, 0.0
    try:
        while True:
            try:
                return do()
            except RopewayError as error:
                if error.problem.code != "job-is-running" or job is None or time.monotonic() > until:
                    raise
                if time.monotonic() > until - FREE_WITHIN + TELL_AFTER:
                    tell(Progress("waiting", 0, note=describe(error.problem)))
            if time.monotonic() > asked + ASK_EVERY:
                asked = time.monotonic()
                _want(database, tenant, job, time.time())
            time.sleep(TRY_EVERY)
    finally:
        if asked and job is not None:
            _want(database, tenant, job, None)


def _want(database: Database, tenant: int, job: str, when: float | None) -> None:
    with database.write() as c:
        lifecycle.want_room(c, jobs.find(c, tenant, job).number, when)
