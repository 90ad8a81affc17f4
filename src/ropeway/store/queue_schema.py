"""The tables of Procrastinate, beside our own in a PostgreSQL database: all their names begin with `procrastinate_`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

PREFIX = "procrastinate_"

NEWEST = "03.04.00_50_post_add_retry_failed_job_procedure.sql"
"""The newest of Procrastinate's own migrations that its schema holds. Where an upgrade of Procrastinate brings a newer
one, a migration of ours carries it out in databases that exist, and this becomes its name."""


def create(c: Connection) -> None:
    """Make them, once, in the schema in which our tables are: the first of the connection's search path."""
    if c.dialect.name != "postgresql" or c.scalar(text(f"SELECT to_regclass('{PREFIX}jobs')")) is not None:
        return
    from procrastinate.schema import SchemaManager  # a file has no such tables, and need not load it

    driver: Any = c.connection.driver_connection
    driver.execute(SchemaManager.get_schema())
