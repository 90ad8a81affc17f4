"""`ropeway service migrate`: the state brought to this program's version, by command."""

from __future__ import annotations

import time

from sqlalchemy.exc import SQLAlchemyError

import ropeway.directory.tables  # noqa: F401 # pyright: ignore[reportUnusedImport] - so that its tables are made
from ropeway.control.holder import user_here
from ropeway.model.problems import RopewayError
from ropeway.model.state_url import place_of
from ropeway.store import trail, upgrading
from ropeway.store.database import Database
from ropeway.store.trail import Act
from ropeway.store.trouble import state_problem
from ropeway.store.upgrading import Upgrade


def migrate(url: str, *, check: bool = False) -> Upgrade:
    """What was done, or with `check` what would be; RopewayError where the state cannot be opened or is newer."""
    try:
        database = Database(url)
        try:
            return upgrading.look(database) if check else _migrated(database)
        finally:
            database.close()
    except (SQLAlchemyError, OSError, ImportError) as error:
        raise RopewayError(state_problem(error, "state-cannot-open", place_of(url))) from error


def _migrated(database: Database) -> Upgrade:
    """An upgrade of what there was is an administrative act."""
    done = upgrading.migrate(database)
    if done.found not in (None, done.known):
        act = Act(time.time(), user_here(), "service.migrate", f"{done.found} to {done.known}", "success")
        with database.write() as c:
            trail.note_everywhere(c, act)
    return done
