"""Statements that are a module's constant: composed once a process. Built for each use, one costs 0.3 ms more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ARRAY, ClauseElement, Column, ColumnElement, Connection, Dialect, Table, Text, bindparam
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine


def any_of(column: Column[Any], name: str) -> ColumnElement[bool]:
    """`column IN values`, the values being the parameter of that name, however many they are."""
    return _AnyOf(column, bindparam(name, type_=_Values(column.type)))


class Placed:
    """A statement for many rows, whose values stand in the order of these parameters.

    Rows go to the driver as they are: no column may need a conversion.
    """

    def __init__(self, statement: ClauseElement, *names: str) -> None:
        self._statement = statement
        self._names = names
        self._texts: dict[str, str] = {}

    def run(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Execute it once for each row; no rows, no statement."""
        if rows:
            dialect = connection.dialect.name
            connection.exec_driver_sql(self._texts.get(dialect) or self._composed(dialect), rows)

    def _composed(self, dialect: str) -> str:
        placed = sqlite.dialect(paramstyle="qmark") if dialect == "sqlite" else psycopg.dialect(paramstyle="format")
        made: Any = self._statement.compile(dialect=placed)
        if tuple(made.positiontup) != self._names:
            raise AssertionError(f"the parameters of {made} are {made.positiontup}")
        self._texts[dialect] = str(made)
        return self._texts[dialect]


def inserting(table: Table, *names: str) -> Placed:
    """INSERT of rows with these columns; columns are named in the table's own order."""
    return Placed(table.insert().values({name: bindparam(name) for name in names}), *names)


class _Values(TypeDecorator[Any]):
    """Many values as one parameter: JSON for SQLite, an array for PostgreSQL."""

    impl = Text
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(self.item))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return msgspec.json.encode(value).decode() if dialect.name == "sqlite" else list(value)


class _AnyOf(FunctionElement[Any]):
    type = NullType()  # a Boolean would be compared with 1 on SQLite, and use no index
    inherit_cache = True


@compiles(_AnyOf, "sqlite")
def _(element: _AnyOf, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - both are SQLAlchemy's own text


@compiles(_AnyOf)
def _(element: _AnyOf, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} = ANY ({values})"
