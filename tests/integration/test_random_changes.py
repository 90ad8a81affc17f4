"""The law of the whole product: any changes, in any grouping of deltas, end where a fresh full synchronization ends.

The drawn sequence is printed when the law is broken; Hypothesis shortens it first, each attempt in a unit of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from ropeway.lab.domain import Domain
from ropeway.lab.mail_schema import add_mail_schema
from ropeway.model.job import Guard, Guards
from tests.fixtures.laboratory import Laboratory
from tests.fixtures.samba import bound
from tests.integration.random_company import STEPS, RandomCompany, Step, history
from tests.journeys.administration import Administration
from tests.journeys.tenant import Followed, Tenant, source_of

SEEDS = [int(seed) for seed in os.environ.get("ROPEWAY_SEEDS", "1 2").split()]
Playground = Callable[[], AbstractContextManager[Administration]]
Databases = Callable[[], AbstractContextManager[tuple[Tenant, Tenant]]]
NO_GUARDS = Guards(*(Guard(most=1_000_000, percent=100),) * 4)
_numbers = count(1)


@pytest.fixture(scope="module")
def domain(laboratory: Laboratory) -> Iterator[Domain]:
    """A forest with the attributes of Exchange."""
    made = laboratory.stopped("contoso.test")
    add_mail_schema(made)
    laboratory.start(made)
    yield made
    laboratory.close(made)


@pytest.fixture(scope="module")
def playground(domain: Domain) -> Iterator[Playground]:
    connection = bound(domain, domain.administrator, domain.administrator_password().reveal())

    @contextmanager
    def unit() -> Iterator[Administration]:
        made = Administration(domain, connection, f"Round {next(_numbers)}")
        try:
            yield made
        finally:
            made.delete(made.unit_of_ours)

    yield unit
    connection.unbind_s()


@pytest.fixture
def databases(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """The directory that follows, and a second one that is filled afterwards."""

    @contextmanager
    def both() -> Iterator[tuple[Tenant, Tenant]]:
        folder = tmp_path_factory.mktemp("law")
        tenants = [Tenant(f"sqlite:///{folder}/{name}.sqlite") for name in ("followed", "fresh")]
        try:
            yield tenants[0], tenants[1]
        finally:
            for tenant in tenants:
                tenant.control.close()

    return both


def follow(tenant: Tenant, company: RandomCompany, way: str = "") -> Followed:
    """A job for the inner unit, or for a group, in one of the ways in which changes are found."""
    who: dict[str, Any] = {"containers": (company.inside,)}
    if "group" in way:
        who |= {"containers": (), "groups": (company.everybody,), "nested": "nested" in way}
    more: dict[str, Any] = {"method": "usn"} if "usn" in way else {}
    more |= {"object_security": True} if "object security" in way else {}
    return tenant.follow(company.admin, guards=NO_GUARDS, source=source_of(company.admin.domain, **more), **who)


def agree(job: Followed, *, fresh: bool = False) -> None:
    """The directory and the oracle."""
    amiss = job.amiss(fresh=fresh)
    assert not amiss, "\n".join(amiss)


@given(steps=st.lists(STEPS, min_size=5, max_size=40))
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
def test_any_changes_in_any_deltas_end_in_the_directory_of_a_fresh_synchronization(
    steps: list[Step], playground: Playground, databases: Databases
) -> None:
    with playground() as admin, databases() as (tenant, fresh):
        company = RandomCompany(admin)
        job = follow(tenant, company)
        for step in steps:
            note(company.do(step, job))
        job.run()
        agree(job)
        assert job.run().exported == {}
        second = follow(fresh, company)
        second.run()
        agree(second, fresh=True)


@pytest.mark.parametrize("way", ["base", "group", "group nested", "usn", "object security"])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_long_history_is_followed_faithfully_all_the_way(
    seed: int, way: str, playground: Playground, databases: Databases
) -> None:
    with playground() as admin, databases() as (tenant, _):
        company = RandomCompany(admin, lasting="group" in way)
        job = follow(tenant, company, way)
        for step in history(seed, 60):
            print(step, company.do(step, job), sep=" → ")
            if step.what in ("synchronize", "read all"):
                agree(job)
        job.run()
        agree(job)
