"""Opening a working set on the database, and what its troubles are called."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from ropeway.directory.answers import reported
from ropeway.directory.drafts import Refused
from ropeway.directory.workspace import Workspace
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.store.database import Database


class Session:
    """One tenant's access to the database: every use is one transaction."""

    def __init__(self, database: Database, tenant: int, clock: Callable[[], float]) -> None:
        self.database = database
        self.tenant = tenant
        self.clock = clock

    @contextmanager
    def reading(self) -> Generator[Workspace, None, None]:
        """A working set that must not be flushed."""
        with trouble(), self.database.read() as connection:
            yield Workspace(connection, self.tenant, self.clock(), writing=False)

    @contextmanager
    def writing(self) -> Generator[Workspace, None, None]:
        """A working set that holds the tenant's lock."""
        with trouble(), self.database.write() as connection:
            yield Workspace(connection, self.tenant, self.clock(), writing=True)


@contextmanager
def trouble() -> Generator[None, None, None]:
    """Refusals and the database's failures as RopewayError; the latter stop a job (`directory-unavailable`)."""
    try:
        yield
    except Refused as refused:
        raise RopewayError(refused.problem) from refused
    except UnicodeEncodeError as error:
        raise RopewayError(Problem("text-unreadable", value=shown(error.object))) from error
    except DBAPIError as error:
        raise RopewayError(reported(error)) from error
