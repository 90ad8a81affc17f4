"""`ropeway service migrate`: the state brought to this program's version, by command."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

import ropeway.directory.tables  # noqa: F401 # pyright: ignore[reportUnusedImport] - so that its tables are made
from ropeway.model.problems import RopewayError
from ropeway.model.state_url import place_of
from ropeway.store import upgrading
from ropeway.store.database import Database
from ropeway.store.trouble import state_problem
from ropeway.store.upgrading import Upgrade


def migrate(url: str, *, check: bool = False) -> Upgrade:
    """What was done, or with `check` what would be; RopewayError where the state cannot be opened or is newer."""
    try:
        database = Database(url)
        try:
            return upgrading.look(database) if check else upgrading.migrate(database)
        finally:
            database.close()
    except (SQLAlchemyError, OSError, ImportError) as error:
        raise RopewayError(state_problem(error, "state-cannot-open", place_of(url))) from error
