"""One statement for many rows or many values.

SQLAlchemy builds the text once, and rows go to the driver as they are. That halves the cost of a row, and is possible
because no column of the large tables needs a conversion.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ARRAY, ClauseElement, Column, ColumnElement, Connection, Table, any_, bindparam, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

Rows = list[dict[str, Any]]


def run(connection: Connection, statement: ClauseElement, rows: Rows) -> None:
    """Execute a statement, which must be a module's constant, once for each row; no rows, no statement."""
    if rows:
        made = _composed(statement, connection.dialect.name)
        connection.exec_driver_sql(made.text, [made.values(row) for row in rows])


def _parameters(names: tuple[str, ...]) -> dict[str, Any]:
    return {name: bindparam(name) for name in names}


def upsert(connection: Connection, table: Table, keys: tuple[str, ...], replaced: tuple[str, ...], rows: Rows) -> None:
    """Insert rows; where one with the same keys is there, replace those columns of it (none: leave it alone)."""
    if rows:
        run(connection, _upsert(connection.dialect.name, table, keys, replaced, tuple(rows[0])), rows)


@lru_cache(maxsize=64)
def _upsert(
    dialect: str, table: Table, keys: tuple[str, ...], replaced: tuple[str, ...], names: tuple[str, ...]
) -> ClauseElement:
    insert = (sqlite_insert(table) if dialect == "sqlite" else postgresql_insert(table)).values(_parameters(names))
    if not replaced:
        return insert.on_conflict_do_nothing(index_elements=list(keys))
    return insert.on_conflict_do_update(
        index_elements=list(keys), set_={name: insert.excluded[name] for name in replaced}
    )


def among(connection: Connection, column: Column[Any], values: Sequence[object]) -> ColumnElement[bool]:
    """`column IN values` with one parameter, however many values: the statement's text stays the same."""
    if connection.dialect.name == "sqlite":
        listed = func.json_each(msgspec.json.encode(values).decode()).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(bindparam(None, list(values), type_=ARRAY(column.type)))


class _Composed(NamedTuple):
    text: str
    values: Callable[[dict[str, Any]], tuple[Any, ...]]
    """A row's values in the order of the text's parameters: drivers bind by place faster than by name."""


@lru_cache(maxsize=64)
def _composed(statement: ClauseElement, dialect: str) -> _Composed:
    placed = sqlite.dialect(paramstyle="qmark") if dialect == "sqlite" else psycopg.dialect(paramstyle="format")
    made: Any = statement.compile(dialect=placed)
    names: Sequence[str] = made.positiontup
    return _Composed(str(made), _only(names[0]) if len(names) == 1 else itemgetter(*names))


def _only(name: str) -> Callable[[dict[str, Any]], tuple[Any, ...]]:
    return lambda row: (row[name],)
