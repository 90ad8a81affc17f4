"""Creating the tables, and upgrading them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, create_mock_engine, inspect, text

import ropeway.store.identity_tables  # pyright: ignore[reportUnusedImport] - so that its tables are made
import ropeway.store.outbox  # pyright: ignore[reportUnusedImport]
import ropeway.store.schemas  # pyright: ignore[reportUnusedImport]
import ropeway.store.service_tables  # noqa: F401 # pyright: ignore[reportUnusedImport] - so that its tables are made
from ropeway.model.problems import Problem, RopewayError
from ropeway.store import queue_schema
from ropeway.store.database import Database
from ropeway.store.metadata import metadata

HEAD = "0017"
"""The version that this program writes: the newest file in `migrations/versions`."""

MIGRATING = 72616
"""The lock of PostgreSQL that whoever changes tables, or all of their rows, has."""

_VERSIONS = "CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"


Older = Literal["upgrade", "refuse"]
"""What to do with a state of an older version."""


def prepare(database: Database, *, older: Older = "upgrade") -> None:
    """Bring the tables to this program's version; an empty database gets them at once, without the history.

    RopewayError `state-too-new`; `state-too-old` where an older one is to be refused.
    """
    found = version(database)
    if found == HEAD:
        return
    if found is None:
        _create(database)
    elif found > HEAD:
        raise RopewayError(Problem("state-too-new", details={"found": found, "known": HEAD}))
    elif older == "refuse":
        raise RopewayError(Problem("state-too-old", details={"found": found, "known": HEAD}))
    else:
        upgrade(database)


def is_current(database: Database) -> bool:
    """Whether the tables are those of this program's version."""
    return version(database) == HEAD


def version(database: Database) -> str | None:
    """The version of the tables; None where there are none."""
    with database.read() as c:
        return version_of(c)


def version_of(c: Connection) -> str | None:
    """The same within a transaction."""
    if not inspect(c).has_table("alembic_version"):
        return None
    return c.scalar(text("SELECT version_num FROM alembic_version"))


def _create(database: Database) -> None:
    """All tables and their version in one transaction: two at once end as one."""
    with database.write() as c:
        if not database.is_sqlite:
            c.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATING})"))
        c.execute(text(_VERSIONS))
        if version_of(c) is not None:
            return
        made = _statements(database.engine.url.drivername, len(metadata.tables))
        for statement in made if database.is_sqlite else ("; ".join(made),):  # a server takes them in one round trip
            c.exec_driver_sql(statement)
        queue_schema.create(c)
        if database.is_sqlite:
            _describe_to_planner(c)
        c.execute(text("INSERT INTO alembic_version (version_num) VALUES (:head)"), {"head": HEAD})


@cache
def _statements(driver: str, _tables: int) -> tuple[str, ...]:
    """CREATE TABLE and CREATE INDEX in their order, compiled once for so many tables: half of the time they take."""
    said: list[str] = []

    def say(ddl: Any, *_: Any, **__: Any) -> None:
        said.append(str(ddl.compile(dialect=engine.dialect)))

    engine = create_mock_engine(f"{driver}://", say)
    metadata.create_all(engine, checkfirst=False)
    return tuple(said)


SHAPES = (
    ("link", "link", "1000000 1000 900 1"),
    ("link", "ix_link_other", "1000000 1000 10 10 1"),
    ("link", "ix_link_pending", "1000 10 10 1"),
)
"""What ANALYZE would find in a large directory (rows, and rows for each further column of the index)."""


def _describe_to_planner(c: Connection) -> None:
    """Make SQLite look for open link changes in their own small index, not among all members of a group.

    Without figures it takes the primary key for as good (sqlite.org/optoverview: "the application may write
    sqlite_stat1"); PostgreSQL counts for itself.
    """
    c.execute(text("ANALYZE sqlite_schema"))
    statement = text("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (:t, :i, :s)")
    c.execute(statement, [{"t": t, "i": i, "s": s} for t, i, s in SHAPES])
    c.execute(text("ANALYZE sqlite_schema"))


def upgrade(database: Database, to: str = HEAD, *, before: Callable[[], None] = lambda: None) -> None:
    """Take every step of the history up to a version; an empty database becomes what it was then.

    In one transaction, by one process at a time: two at once end as one, one that is killed has done nothing. `before`
    is called when nobody else can write any more, and only where there is anything to do.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with database.write() as c:
        if not database.is_sqlite:
            c.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATING})"))
        if version_of(c) == to:
            return
        before()
        config.attributes["connection"] = c
        command.upgrade(config, to)
