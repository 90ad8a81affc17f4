"""One statement for many rows or many values.

SQLAlchemy builds the text once, and rows go to the driver as they are. That halves the cost of a row, and is possible
because no column of the hub's large tables needs a conversion.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import ARRAY, ClauseElement, Column, ColumnElement, Connection, any_, bindparam, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg

Rows = list[dict[str, Any]]


def run(connection: Connection, statement: ClauseElement, rows: Rows) -> None:
    """Execute a statement, which must be a module's constant, once for each row; no rows, no statement."""
    if rows:
        connection.exec_driver_sql(_text(statement, connection.dialect.name), rows)


def among(connection: Connection, column: Column[Any], values: Sequence[object]) -> ColumnElement[bool]:
    """`column IN values` with one parameter, however many values: the statement's text stays the same."""
    if connection.dialect.name == "sqlite":
        listed = func.json_each(msgspec.json.encode(values).decode()).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(bindparam(None, list(values), type_=ARRAY(column.type)))


@lru_cache(maxsize=64)
def _text(statement: ClauseElement, dialect: str) -> str:
    named = sqlite.dialect(paramstyle="named") if dialect == "sqlite" else psycopg.dialect()
    return str(statement.compile(dialect=named))
