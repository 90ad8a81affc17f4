"""The state behind Control: opened, made or upgraded."""

from __future__ import annotations

import gc
import time

from sqlalchemy.exc import SQLAlchemyError

from ropeway.directory import Directory
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.state_url import place_of
from ropeway.store.database import Database
from ropeway.store.schema import Older, prepare
from ropeway.store.tenants import HOME
from ropeway.store.trouble import state_problem
from ropeway.store.upgrading import migrate

COLLECT = (100_000, 20, 100)
"""Rows come in hundreds of thousands, live briefly and form no cycles: Python need not look for any so often."""

INITIAL_DOMAIN = "initial.ropeway.internal"
"""What UPNs of unverified domains are rewritten to (entra.md 1.11); `.internal` is reserved for private use."""


def open_database(url: str, *, older: Older | None = None, impatient: bool = False) -> Database:
    """The state at `url` (`sqlite:///FILE`, `postgresql://…`), made where there is none.

    One of an older version is upgraded where it is a file, after a copy was made, if nothing else is said; on a server,
    where others may be using it, it is refused: `ropeway service migrate` does it.
    """
    gc.set_threshold(*COLLECT)
    try:
        database = Database(url, impatient=impatient)
    except (SQLAlchemyError, ImportError) as error:
        raise RopewayError(state_problem(error, "state-cannot-open", place_of(url))) from error
    except ValueError:
        raise RopewayError(
            Problem("state-cannot-open", object=place_of(url), details={"error": "its port is no number"})
        ) from None
    try:
        if database.is_sqlite and older != "refuse":
            migrate(database)
        prepare(database, older="refuse")
        Directory(database, HOME, clock=time.time).initialise("Ropeway", INITIAL_DOMAIN)
    except (SQLAlchemyError, OSError) as error:
        database.close()
        raise RopewayError(state_problem(error, "state-cannot-open", place_of(url))) from error
    except RopewayError:
        database.close()
        raise
    return database
