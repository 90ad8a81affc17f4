"""A company in a real domain, and a tenant that follows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ropeway.lab.domain import Domain
from ropeway.lab.mail_schema import add_mail_schema
from tests.fixtures.laboratory import Laboratory
from tests.fixtures.samba import bound
from tests.journeys.administration import Administration
from tests.journeys.tenant import Followed, Tenant


@pytest.fixture(scope="session")
def shared_domain(laboratory: Laboratory) -> Domain:
    """One domain for all journeys of a session; each has a unit of its own in it."""
    return laboratory.domain("contoso.test")


@pytest.fixture
def company(shared_domain: Domain, request: pytest.FixtureRequest) -> Iterator[Administration]:
    """An administrator of contoso.test, and a unit for this test, gone afterwards.

    Each test has a connection of its own: a controller ends one that was idle for 15 minutes.
    """
    connection = bound(shared_domain, shared_domain.administrator, shared_domain.administrator_password().reveal())
    made = Administration(shared_domain, connection, re.sub(r"\W+", "-", request.node.name)[-60:].strip("-"))
    yield made
    made.delete(made.unit_of_ours)
    connection.unbind_s()


@pytest.fixture
def tenant(tmp_path: Path) -> Iterator[Tenant]:
    """An empty directory on SQLite."""
    made = Tenant(f"sqlite:///{tmp_path}/ropeway.sqlite")
    yield made
    made.control.close()


@pytest.fixture
def job(tenant: Tenant, company: Administration) -> Followed:
    """A job for the company's unit, not run yet."""
    return tenant.follow(company)


@pytest.fixture(scope="session")
def mail_forest(laboratory: Laboratory) -> Domain:
    """Another forest, fabrikam.test, whose schema has the attributes of Exchange and Skype for Business."""
    domain = laboratory.stopped("fabrikam.test")
    add_mail_schema(domain)
    laboratory.start(domain)
    return domain
