"""One run of one job, whose failure stops no other."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from ropeway.model.problems import RopewayError, describe
from ropeway.store import agenda
from ropeway.store.database import Database

LOG = logging.getLogger(__name__)

AGAIN_AFTER = 1.0
"""Seconds until a job whose run failed is tried again, at the earliest."""


def attempt(database: Database, run: Callable[[int], None], job: int) -> None:
    """Run it; a failure is logged, and the job put off for a moment."""
    try:
        run(job)
    except Exception as error:
        said = describe(error.problem) if isinstance(error, RopewayError) else ""
        LOG.error("job number %s: %s", job, said, exc_info=not said)
        with suppress(SQLAlchemyError), database.write() as c:
            agenda.put_off(c, job, time.time() + AGAIN_AFTER)
