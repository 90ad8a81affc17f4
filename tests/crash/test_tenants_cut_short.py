"""A tenant that is made or removed while somebody pulls the plug: whole or gone, and no other tenant is touched."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ropeway.control.in_process import open_database
from ropeway.control.tenants import Tenants
from ropeway.store.tenants import HOME
from tests.crash.child import count_commits
from tests.fixtures.tenants import filled, rows_of, second

pytestmark = pytest.mark.slow
_fork = multiprocessing.get_context("forkserver")


def in_a_process(do: Callable[..., None], *arguments: Any) -> int | None:
    process = _fork.Process(target=do, args=arguments)
    process.start()
    process.join(60)
    return process.exitcode


def make(url: str, at: int) -> None:
    with closing(open_database(url)) as database:
        count_commits(at, "before")
        Tenants(database).create("Fabrikam", "Zoë")


def remove(url: str, id_: str, at: int) -> None:
    with closing(open_database(url)) as database:
        count_commits(at, "after")
        Tenants(database).remove(id_, "Zoë")


def test_a_tenant_whose_making_was_cut_short_is_not_there(database_url: str) -> None:
    assert in_a_process(make, database_url, 1) == -9
    with closing(open_database(database_url)) as database:
        assert [t.name for t in Tenants(database).every()] == ["Ropeway"]
        assert rows_of(database, 2) == {}


def test_a_removal_cut_short_anywhere_is_ended_by_the_next_one(database_url: str, tmp_path: Path) -> None:
    with closing(open_database(database_url)) as database:
        number, made = second(database)
        filled(database, HOME, tmp_path)
        filled(database, number, tmp_path, people=30)
        before = rows_of(database, HOME)
        kills = 0
        while len(Tenants(database).every()) > 1:
            kills += in_a_process(remove, database_url, made.id, 1 + 3 * kills) == -9
            assert all(t.is_home or t.removed for t in Tenants(database).every())
        assert kills > 3
        assert rows_of(database, number) == {}
        assert rows_of(database, HOME) == before
