"""What happens when a transaction does not come to its end."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, select, update

from ropeway.directory import tables
from ropeway.model.problems import RopewayError
from ropeway.store.database import Database
from tests.unit.directory_company import INITIAL, Company, person


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    database = Database(f"sqlite:///{tmp_path}/hub.db")
    yield Company(database)
    database.close()


def test_a_broken_database_stops_the_job_and_nothing_is_half_written(company: Company) -> None:
    company.done(person("ann"))

    @event.listens_for(company.database.engine, "before_cursor_execute")
    def full(*call: object) -> None:
        if "INSERT INTO directory_change" in str(call[2]):
            raise sqlite3.OperationalError("database or disk is full")

    with pytest.raises((RopewayError, sqlite3.OperationalError)):
        company.send(person("ben"), person("cem"))
    event.remove(company.database.engine, "before_cursor_execute", full)
    assert [u["displayName"] for u in company.directory.list_objects("users")] == ["Ann"]
    assert len(company.done(person("ben"), person("cem"))) == 2


def test_a_missing_table_is_told_as_a_state_of_another_version(company: Company) -> None:
    tables.key.drop(company.database.engine)
    with pytest.raises(RopewayError, match="state-of-another-version"):
        company.send(person("ann"))


def test_a_row_the_database_refuses_is_set_aside_alone(company: Company) -> None:
    company.done(person("ann"))
    with company.database.write() as connection:
        taken = {"tenant": 1, "anchor": "ben", "job": 1, "object": 7, "precedence": 1, "standing": 1}
        connection.execute(tables.contribution.insert(), taken | {"attributes": "{}"})
    ben, cem = company.send(person("ben"), person("cem"))
    assert ben.problem is not None
    assert (ben.problem.code, cem.problem) == ("directory-refused-row", None)


def test_a_domain_whose_verification_was_cut_short_is_finished_at_the_next_start(company: Company) -> None:
    (ann,) = company.done(person("ann", userPrincipalName="ann@later.test"))
    company.directory.add_domain("later.test")
    with company.database.write() as connection:
        connection.execute(
            update(tables.domain).where(tables.domain.c.name == "later.test").values(verified=True, recalculated_to=0)
        )
    company.directory.initialise("Contoso", INITIAL)
    assert company.user(ann)["userPrincipalName"] == "ann@later.test"
    with company.database.read() as connection:
        assert connection.execute(select(tables.domain.c.recalculated_to)).scalars().all() == [None, None, None]


def test_no_transaction_is_larger_than_five_hundred_objects(company: Company) -> None:
    commits: list[object] = []
    event.listen(company.database.engine, "commit", commits.append)
    company.done(*(person(f"p{n}") for n in range(1200)))
    assert len(commits) == 3
