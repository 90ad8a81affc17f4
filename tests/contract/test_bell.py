"""News of other processes, on both databases."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import text

from ropeway.control.in_process import open_database
from ropeway.store.bell import open_bell, ring
from ropeway.store.database import Database
from ropeway.store.server_bell import ServerBell
from tests.fixtures.postgres import PostgresServer


def write(database: Database) -> None:
    with database.write() as c:
        c.execute(text("UPDATE directory SET sequence = sequence + 1"))
        ring(c)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(open_database(database_url)) as opened:
        yield opened


def test_whoever_waits_is_woken_by_a_transaction_of_another(database: Database) -> None:
    with closing(Database(database.url)) as other, closing(open_bell(database)) as bell:
        timer = threading.Timer(0.1, write, [other])
        timer.start()
        began = time.monotonic()
        assert bell.wait(30)
        assert time.monotonic() - began < 10
        timer.join()
        assert not bell.wait(0.05)


def test_what_was_written_while_nobody_waited_rings_afterwards(database: Database) -> None:
    with closing(open_bell(database)) as bell:
        for _ in range(3):
            write(database)
        assert bell.wait(5)
        later = sum(bell.wait(0.5) for _ in range(3))  # a server tells of each commit a moment after it
        assert later <= 2
        assert not bell.wait(0.05)


@pytest.mark.postgres
def test_a_lost_connection_counts_as_news(postgres_url: str, postgres_server: PostgresServer) -> None:
    kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN ropeway'"
    with closing(ServerBell(postgres_url)) as bell:
        with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as administrator:
            administrator.execute(kill)
        assert bell.wait(5)
        assert bell.wait(5), "it listens again, and may have missed something"
        assert not bell.wait(0.05)
