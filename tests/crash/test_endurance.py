"""Two services on PostgreSQL, two agents, two controllers, killed at random while the domain changes all the time.

`make endure` is the same for ten minutes; MINUTES=60 for an hour. A run prints its seed; SEED=… repeats its changes and
its kills (not their moments, which are the machine's).
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ldap import NO_SUCH_OBJECT, SCOPE_BASE, LDAPError
from ldap.ldapobject import LDAPObject

from ropeway.control.in_process import TENANT, InProcess, open_database
from ropeway.control.sources import FromHere
from ropeway.lab import controller
from ropeway.lab.domain import Domain
from ropeway.model.job import Guard, Guards, SourceSettings
from ropeway.service.gateway.source import ThroughAgents
from tests.crash.large_form import Controller, LargeForm
from tests.crash.reaper import Reaper
from tests.crash.working import wait
from tests.fixtures.laboratory import Laboratory
from tests.fixtures.samba import NewDomain, bound
from tests.integration.random_company import RandomCompany, Step, history
from tests.journeys.administration import Administration
from tests.journeys.tenant import PLURALS, Followed, Tenant

pytestmark = [pytest.mark.slow, pytest.mark.samba, pytest.mark.postgres]

SECONDS = float(os.environ.get("ROPEWAY_ENDURANCE", "45"))
SEED = int(os.environ.get("ROPEWAY_SEED") or random.randrange(10**6))
PACE = 0.05
"""Seconds from one change to the next at least."""
QUIET = 120.0
"""Seconds after the last change within which everything must have arrived."""
ANYTHING = Guard(most=10**6, at_least=10**6)
NO_GUARDS = Guards(ANYTHING, ANYTHING, ANYTHING, ANYTHING)
OTHERS = frozenset({"synchronize", "read all", "move base"})
"""Steps that are no administrator's."""


@pytest.fixture
def large(
    new_domain: NewDomain,
    second_controller: Callable[[Domain], Domain],
    laboratory: Laboratory,
    tmp_path: Path,
    postgres_url: str,
) -> Iterator[LargeForm]:
    first = new_domain("contoso.test")
    both = (first, second_controller(first))
    controllers = [Controller(f"controller{n}", one, laboratory) for n, one in enumerate(both, 1)]
    made = LargeForm(tmp_path, postgres_url, controllers)
    try:
        made.begin()
        yield made
    finally:
        made.end()


class Administrator:
    """Works at the first controller; signs in again after it died."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self.admin = Administration(domain, self._connection(), "Endurance")
        self.company = RandomCompany(self.admin)
        self.done: Counter[str] = Counter()

    def do(self, step: Step, job: Followed) -> None:
        """One change; none while there is no controller."""
        said = self.company.do(step, job)
        self.done["refused" if "refused (" in said else "done"] += 1
        if "SERVER_DOWN" in said or "CONNECT_ERROR" in said:
            self.sign_in()

    def sign_in(self) -> None:
        """As soon as the controller is there."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                self.admin.ldap = self._connection()
            except LDAPError:
                time.sleep(0.1)
            else:
                return
        pytest.fail(f"the controller is not there: {controller.process(self._domain)}")

    def _connection(self) -> LDAPObject:
        return bound(self._domain, self._domain.administrator, self._domain.administrator_password().reveal())


def test_random_kills_of_any_of_the_six_lose_nothing(large: LargeForm) -> None:
    print(f"seed {SEED}, {SECONDS:.0f} seconds")
    tenant = Tenant(large.state)
    tenant.control.close()
    tenant.control = through_agents(large.state)
    administrator = Administrator(large.controllers[0].domain)
    source = SourceSettings("active-directory", {"domain": "contoso.test"}, "agents")
    inside = (administrator.company.inside,)
    wait(lambda: is_there(large.controllers[1].domain, administrator.admin.dn(inside[0])))  # any of both is asked
    job = tenant.follow(administrator.admin, source=source, guards=NO_GUARDS, containers=inside)
    reaper = Reaper(large.mortals, SEED)
    steps = iter([step for step in history(SEED, int(SECONDS / PACE * 2)) if step.what not in OTHERS])
    until = time.monotonic() + SECONDS
    with reaper.at_work():
        while time.monotonic() < until and reaper.is_at_work:
            administrator.do(next(steps), job)
            time.sleep(PACE)
    print(f"{administrator.done['done']} changes, {administrator.done['refused']} refused; killed: {reaper.killed}")
    administrator.sign_in()
    assert (settled(job), twice(tenant)) == ([], []), large.told()
    assert reaper.killed.total() >= SECONDS / 6
    tenant.control.close()


def is_there(domain: Domain, dn: str) -> bool:
    """Whether a controller has an object by now."""
    connection = bound(domain, domain.administrator, domain.administrator_password().reveal())
    try:
        return bool(connection.search_s(dn, SCOPE_BASE))
    except NO_SUCH_OBJECT:
        return False
    finally:
        connection.unbind_s()


def through_agents(url: str) -> InProcess:
    """Control on the state itself, asking agents for what it reads."""
    database = open_database(url)
    return InProcess(database, ThroughAgents(database, TENANT, FromHere()))


def settled(job: Followed) -> list[str]:
    """What is amiss in the end: nothing, as soon as everything has arrived."""
    began = time.monotonic()
    while amiss := job.amiss():
        if time.monotonic() > began + QUIET:
            break
        time.sleep(1)
    print(f"in step {time.monotonic() - began:.0f} seconds after the last change")
    return amiss


def twice(tenant: Tenant) -> list[str]:
    """Objects of the domain that the directory has more than once."""
    listed = [one for plural in PLURALS for one in tenant.control.list_objects(plural, limit=100_000)]
    ids = Counter(one.get("onPremisesImmutableId") for one in listed)
    return [str(id_) for id_, count in ids.items() if id_ and count > 1]
