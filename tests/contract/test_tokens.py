"""Tokens on both databases: who they stand for, and when they do no more."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import select

from ropeway.control.in_process import open_database
from ropeway.store import tokens
from ropeway.store.database import Database
from ropeway.store.service_tables import token

NOW = 1_800_000_000.0


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(open_database(database_url)) as opened:
        yield opened


def issued(database: Database, kind: tokens.Kind = "administrator", lifetime: float = 60) -> str:
    with database.write() as c:
        return tokens.issue(c, 1, kind, "zoe", now=NOW, lifetime=lifetime).reveal()


def test_a_token_stands_for_its_subject_until_it_expires(database: Database) -> None:
    text = issued(database)
    with database.read() as c:
        found = tokens.find(c, text, ("administrator",), NOW + 59)
        assert found is not None
        assert (found.tenant, found.kind, found.subject) == (1, "administrator", "zoe")
        assert tokens.find(c, text, ("administrator",), NOW + 60) is None


def test_a_token_of_another_kind_and_one_that_was_made_up_are_worth_nothing(database: Database) -> None:
    text = issued(database, "agent-session")
    with database.read() as c:
        assert tokens.find(c, text, ("administrator", "login-link"), NOW) is None
        assert tokens.find(c, text + "x", ("agent-session",), NOW) is None
        assert tokens.find(c, "\ud800", ("agent-session",), NOW) is None


def test_a_token_that_works_once_works_for_one_of_many_who_try_at_once(database: Database) -> None:
    text = issued(database, "login-link")

    def attempt(_: int) -> bool:
        with database.write() as c:
            return tokens.use(c, text, "login-link", NOW) is not None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


def test_a_revoked_subject_has_no_tokens_any_more(database: Database) -> None:
    mine = [issued(database), issued(database)]
    with database.write() as c:
        assert tokens.revoke(c, "administrator", "zoe") == 2
    with database.read() as c:
        assert not any(tokens.find(c, text, ("administrator",), NOW) for text in mine)


def test_the_database_knows_no_token_itself_and_forgets_what_expired_long_ago(database: Database) -> None:
    text = issued(database)
    with database.write() as c:
        assert text not in str(c.execute(select(token)).all())
        tokens.sweep(c, NOW + 90_000)
        assert c.execute(select(token)).all() == []
