"""Creating the tables, and upgrading them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

import ropeway.store.service_tables  # noqa: F401 # pyright: ignore[reportUnusedImport] - so that its tables are made
from ropeway.model.problems import Problem, RopewayError
from ropeway.store import queue_schema
from ropeway.store.database import Database
from ropeway.store.metadata import metadata

HEAD = "0002"
"""The version that this program writes: the newest file in `migrations/versions`."""

_VERSIONS = "CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"


def prepare(database: Database) -> None:
    """Bring the tables to this program's version; an empty database gets them at once, without the history."""
    with database.read() as c:
        found = _version(c)
    if found == HEAD:
        return
    if found is None:
        _create(database)
    elif found > HEAD:
        raise RopewayError(Problem("state-too-new", details={"found": found, "known": HEAD}))
    else:
        _upgrade(database)


def is_current(database: Database) -> bool:
    """Whether the tables are those of this program's version."""
    with database.read() as c:
        return _version(c) == HEAD


def _version(c: Connection) -> str | None:
    if not inspect(c).has_table("alembic_version"):
        return None
    return c.scalar(text("SELECT version_num FROM alembic_version"))


def _create(database: Database) -> None:
    """All tables and their version in one transaction: two at once end as one."""
    with database.write() as c:
        if not database.is_sqlite:
            c.execute(text("SELECT pg_advisory_xact_lock(72616)"))
        c.execute(text(_VERSIONS))
        if _version(c) is not None:
            return
        metadata.create_all(c)
        queue_schema.create(c)
        if database.is_sqlite:
            _describe_to_planner(c)
        c.execute(text("INSERT INTO alembic_version (version_num) VALUES (:head)"), {"head": HEAD})


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


def _upgrade(database: Database) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with database.write() as c:
        if not database.is_sqlite:
            c.execute(text("SELECT pg_advisory_xact_lock(72616)"))
        config.attributes["connection"] = c
        command.upgrade(config, HEAD)
