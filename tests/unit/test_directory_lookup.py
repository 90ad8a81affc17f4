"""The look-up table follows the change log, however far it was behind."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from ropeway.directory import lookup, tables
from ropeway.service.look_ups import followed
from ropeway.store.database import Database
from tests.unit.directory_company import DAY, Company, gone, person
from tests.unit.directory_company import update as changed


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(Database(f"sqlite:///{tmp_path}/directory.sqlite"))


def caught_up(company: Company) -> int:
    """In how many transactions."""
    times = 1
    while lookup.catch_up(company.database, 1):
        times += 1
    return times


def rows(company: Company) -> dict[tuple[str, str], set[str]]:
    """Name and value to the names of those who have it."""
    o, found = tables.object_.c, tables.lookup.c
    query = select(found.name, found.value, o.name_key).join(tables.object_, o.number == found.object)
    told: dict[tuple[str, str], set[str]] = {}
    with company.database.read() as c:
        for name, value, whom in c.execute(query):
            told.setdefault((name, value), set()).add(whom)
    return told


def wanted(company: Company) -> dict[tuple[str, str], set[str]]:
    """The same, worked out from the objects themselves."""
    told: dict[tuple[str, str], set[str]] = {}
    for user in company.directory.list_objects("users", limit=10_000):
        for name in lookup.LOOKED_UP:
            if (value := lookup.value_of(user.get(name))) is not None:
                told.setdefault((name, value), set()).add(user["displayName"].lower())
    return told


def behind(company: Company) -> int | None:
    with company.database.read() as c:
        return lookup.behind(c, 1)


def test_people_are_found_by_department_whatever_its_letters(company: Company) -> None:
    company.done(person("zoe", department="Sales"), person("max", department="SALES", accountEnabled=False))
    assert behind(company) == 2
    caught_up(company)
    assert behind(company) == 0
    assert rows(company)["department", "sales"] == {"zoe", "max"}
    assert rows(company)["accountEnabled", "false"] == {"max"}


def test_who_moves_leaves_or_comes_back_is_found_where_they_are_now(company: Company) -> None:
    ids = company.done(person("zoe", department="Sales"), person("max", department="Sales"))
    caught_up(company)
    company.done(changed("zoe", department="Research"), gone("max"))
    caught_up(company)
    assert ("department", "sales") not in rows(company)
    assert rows(company)["department", "research"] == {"zoe"}
    company.directory.restore_object("users", ids[1])
    caught_up(company)
    assert "max" in rows(company)["department", "sales"]


def test_a_portion_is_a_short_transaction(company: Company) -> None:
    company.done(*(person(f"p{n}", department="Sales") for n in range(450)))
    assert caught_up(company) == 3
    assert len(rows(company)["department", "sales"]) == 450


def test_a_log_that_no_longer_goes_back_so_far_means_everything_anew(company: Company) -> None:
    company.done(*(person(f"p{n}", department="Sales") for n in range(450)))
    with company.database.write() as c:
        c.execute(delete(tables.change))
        c.execute(update(tables.directory).values(looked_up=3))
    assert lookup.catch_up(company.database, 1)
    assert behind(company) is None, "not to be trusted while it is made"
    company.done(changed("p7", department="Research"))
    caught_up(company)
    assert (rows(company), behind(company)) == (wanted(company), 0)


def test_a_service_keeps_the_table_in_step(company: Company) -> None:
    with followed(company.database, every=0.01):
        company.done(person("zoe", department="Sales"))
        deadline = time.monotonic() + 20
        while behind(company) != 0:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert rows(company)["department", "sales"] == {"zoe"}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["department", "accountEnabled", "gone", "purge", "catch up"]),
        st.integers(0, 5),
        st.sampled_from(["Sales", "research", None]),
    ),
    max_size=30,
)


@settings(max_examples=40)
@given(steps=STEPS)
def test_after_any_changes_in_any_portions_it_is_what_the_objects_say(
    steps: list[tuple[str, int, str | None]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    company = Company(Database(f"sqlite:///{tmp_path_factory.mktemp('law')}/directory.sqlite"))
    company.done(*(person(f"p{n}") for n in range(6)))
    for what, whom, value in steps:
        match what:
            case "gone":
                company.send(gone(f"p{whom}"))
            case "purge":
                company.clock.now += 31 * DAY
                company.directory.purge(company.clock.now)
            case "catch up":
                lookup.catch_up(company.database, 1)
            case "accountEnabled":
                company.send(changed(f"p{whom}", accountEnabled=value is None))
            case _:
                company.send(changed(f"p{whom}", department=value))
    caught_up(company)
    assert rows(company) == wanted(company)
    company.database.close()
