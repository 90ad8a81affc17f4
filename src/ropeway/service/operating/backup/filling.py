"""Blocks into a database: the rows of a backup, as fast as the database takes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection, inspect, text

from ropeway.model.problems import Problem, RopewayError
from ropeway.service.operating.backup.archive import Begin, Block, End, Rows
from ropeway.service.operating.backup.tables import in_backup

Put = Callable[[list[tuple[Any, ...]]], None]


class Filling:
    """Puts blocks into the tables of a connection's database, but for those named `without`."""

    def __init__(self, c: Connection, name: str, without: Iterable[str] = ()) -> None:
        self._c = c
        self._name = name
        self._without = frozenset(without)
        self._tables = frozenset(in_backup(c))
        self.last: dict[str, int] = {}
        """The counters of the archive, by table."""
        self.rows = 0
        self.total = 0
        """Rows that the archive says to have; known at its end."""

    def run(self, blocks: Iterable[Block], told: Callable[[int], None]) -> None:
        """Every block in turn; RopewayError `backup-damaged` where one does not fit these tables."""
        put: Put = self._refuse
        for block in blocks:
            match block:
                case Begin():
                    self.last[block.table] = block.last
                    put = self._putter(block)
                case Rows(rows):
                    put(rows)
                    self.rows += len(rows)
                    told(self.rows)
                case End(rows):
                    self.total = rows
        if self.rows != self.total:
            raise self._damaged()

    def _putter(self, block: Begin) -> Put:
        if block.table in self._without:
            return self._pass_over
        if not block.columns:
            return self._refuse
        if block.table not in self._tables:
            raise self._damaged()
        known = {str(each["name"]) for each in inspect(self._c).get_columns(block.table)}
        if not known.issuperset(block.columns):
            raise self._damaged()
        quote = self._c.dialect.identifier_preparer.quote
        names = ", ".join(map(quote, block.columns))
        if self._c.dialect.name == "sqlite":
            return _Inserted(self._c, f"{quote(block.table)} ({names})", len(block.columns))
        return _Copied(self._c, f"{quote(block.table)} ({names})")

    def _pass_over(self, _rows: list[tuple[Any, ...]]) -> None:
        """These stay as they are."""

    def _refuse(self, _rows: list[tuple[Any, ...]]) -> None:
        raise self._damaged()

    def _damaged(self) -> RopewayError:
        return RopewayError(Problem("backup-damaged", object=self._name))


class _Inserted:
    """Rows by one prepared INSERT."""

    def __init__(self, c: Connection, into: str, width: int) -> None:
        self._c = c
        self._statement = f"INSERT INTO {into} VALUES ({', '.join('?' * width)})"  # noqa: S608 - names of our own tables

    def __call__(self, rows: list[tuple[Any, ...]]) -> None:
        self._c.exec_driver_sql(self._statement, rows)


class _Copied:
    """Rows by COPY, which takes several times as many a second as INSERT."""

    def __init__(self, c: Connection, into: str) -> None:
        self._connection: Any = c.connection.driver_connection
        self._statement = f"COPY {into} FROM STDIN"

    def __call__(self, rows: list[tuple[Any, ...]]) -> None:
        with self._connection.cursor() as cursor, cursor.copy(self._statement) as copy:
            for row in rows:
                copy.write_row(row)


def empty(c: Connection, tables: Iterable[str]) -> None:
    """Take all rows of these tables."""
    quote = c.dialect.identifier_preparer.quote
    names = [quote(name) for name in tables]
    if c.dialect.name == "sqlite":
        for name in names:
            c.execute(text(f"DELETE FROM {name}"))  # noqa: S608 - names of our own tables
    elif names:
        c.execute(text(f"TRUNCATE {', '.join(names)}"))
