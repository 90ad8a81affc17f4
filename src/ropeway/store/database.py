"""The database file or server: opening it, and its two kinds of transactions."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ExitStack, closing, contextmanager
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import ExceptionContext

from ropeway.model.state_url import place_of
from ropeway.store.trouble import name_place

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA busy_timeout=30000",
    "PRAGMA cache_size=-16384",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA wal_autocheckpoint=65536",
)
"""The log may grow to 256 MB before whoever commits copies it: long before that a running cycle does it beside."""


PATIENCE = {
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "4",
    "tcp_user_timeout": "30000",
}
"""Of libpq (section 34.1.2 of its manual): 30 seconds, the last in milliseconds; the system's are up to two hours."""


class Database:
    """A database that holds state and hub, opened; `read()` and `write()` give connections in a transaction."""

    def __init__(self, url: str, *, impatient: bool = False) -> None:
        """`impatient`: whoever waits for a PostgreSQL server that is silent is told, and waits no longer."""
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgresql_engine(url)
        self._end = ExitStack()
        if impatient and not self.is_sqlite:
            from ropeway.store.silence import make_impatient

            self.at_close(make_impatient(self.engine).close)

    @contextmanager
    def read(self) -> Generator[Connection, None, None]:
        """A connection that sees one state of the database."""
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Generator[Connection, None, None]:
        """A connection that sees one and the same state however long it reads, and cannot hold up writers."""
        options: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        chosen = {} if self.is_sqlite else options
        with self.engine.connect().execution_options(**chosen) as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Generator[Connection, None, None]:
        """A write transaction: at most 1,000 rows or 100 ms, committed on leaving, undone by an exception."""
        with self.engine.connect().execution_options(ropeway_write=True) as connection, connection.begin():
            yield connection

    def checkpoint(self) -> None:
        """Copy what SQLite's write-ahead log holds into the file, beside whoever writes, so that they need not wait."""
        if self.is_sqlite:
            with closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")

    def insert(self, table: Table) -> Any:
        """INSERT with `on_conflict_do_update` and `on_conflict_do_nothing`, in this database's dialect."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def at_close(self, close: Callable[[], None]) -> None:
        """Something that is to be closed with it."""
        self._end.callback(close)

    def close(self) -> None:
        """Let go of all connections."""
        self._end.close()
        self.engine.dispose()


def _sqlite_engine(url: str) -> Engine:
    # the connection that was used last: its pages are the newest
    engine = create_engine(url, connect_args={"check_same_thread": False}, hide_parameters=True, pool_use_lifo=True)

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.isolation_level = None  # we begin transactions ourselves
        for pragma in SQLITE_PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "handle_error")
    def _(context: ExceptionContext) -> None:  # pyright: ignore[reportUnusedFunction]
        if context.sqlalchemy_exception is not None and engine.url.database:
            name_place(context.sqlalchemy_exception, engine.url.database.removeprefix("file:"))

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:  # pyright: ignore[reportUnusedFunction]
        if connection.get_execution_options().get("ropeway_write"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:  # nothing happens yet that could fail, and there are many: not by all the layers
            connection.connection.cursor().execute("BEGIN")

    return engine


def patient(url: str) -> str:
    """A PostgreSQL URL that gives up a machine that is gone without a word; what it says of that itself counts."""
    address, _, query = url.partition("?")
    said = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
    more = [f"{name}={value}" for name, value in PATIENCE.items() if name not in said]
    return f"{address}?{'&'.join([query, *more] if query else more)}"


def _postgresql_engine(url: str) -> Engine:
    known = patient(url).replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(known, pool_pre_ping=True, hide_parameters=True)

    @event.listens_for(engine, "handle_error")
    def _(context: ExceptionContext) -> None:  # pyright: ignore[reportUnusedFunction]
        if context.sqlalchemy_exception is not None:
            name_place(context.sqlalchemy_exception, place_of(url))

    return engine
