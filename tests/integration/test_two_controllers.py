"""Two controllers of one domain: one dies, and nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import ldap
import pytest
from ldap.ldapobject import LDAPObject

from ropeway.control.protocol import Progress
from ropeway.lab import controller
from ropeway.lab.domain import Domain
from tests.fixtures.laboratory import Laboratory
from tests.fixtures.samba import NewDomain, bound
from tests.journeys.administration import Administration, Thing
from tests.journeys.tenant import Followed, Tenant, source_of


class Pair:
    """A domain by both of its controllers, and a job that prefers the first."""

    def __init__(self, first: Domain, second: Domain, tenant: Tenant, unit: str) -> None:
        self.first, self.second, self.tenant = first, second, tenant
        self.here = Administration(first, _connection(first), unit)

    def there(self) -> Administration:
        """The administrator at the second controller, once it knows the unit."""
        connection = _connection(self.second)
        made = object.__new__(Administration)
        made.domain, made.ldap, made.top = self.second, connection, self.here.top
        made.unit_of_ours = self.here.unit_of_ours
        return made

    def follow(self) -> Followed:
        return self.tenant.follow(self.here, source=source_of(self.first, self.second, page_size=50))

    def caught_up(self, known: Thing) -> None:
        """Wait until the first controller has everything that the second one has by now."""
        self.replicated(known)
        there, deadline = self.there(), time.monotonic() + 60
        last = there.person("Last Change")
        while time.monotonic() < deadline:
            try:
                self.here.dn(last)
            except ldap.NO_SUCH_OBJECT:
                time.sleep(0.2)
            else:
                there.ldap.unbind_s()
                return
        pytest.fail("replication takes more than a minute")

    def replicated(self, *things: Thing) -> None:
        """Wait until the second controller has these."""
        there, deadline = self.there(), time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                for thing in things:
                    there.dn(thing)
            except ldap.NO_SUCH_OBJECT:
                time.sleep(0.2)
            else:
                there.ldap.unbind_s()
                return
        pytest.fail("replication takes more than a minute")


def _connection(domain: Domain) -> LDAPObject:
    return bound(domain, domain.administrator, domain.administrator_password().reveal())


@pytest.fixture(scope="module")
def controllers(new_domain: NewDomain, second_controller: Callable[[Domain], Domain]) -> tuple[Domain, Domain]:
    first = new_domain("contoso.test")
    return first, second_controller(first)


@pytest.fixture
def pair(
    controllers: tuple[Domain, Domain], laboratory: Laboratory, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Pair]:
    first, second = controllers
    if controller.process(first) is None:
        laboratory.start(first)
    made = Pair(first, second, Tenant(f"sqlite:///{tmp_path}/ropeway.sqlite"), request.node.name[5:60])
    yield made
    made.tenant.control.close()
    there = made.there()
    there.delete(there.unit_of_ours)


def test_the_first_controller_is_killed_in_the_middle_of_an_import_and_the_second_goes_on(pair: Pair) -> None:
    people = pair.here.people(150)
    team = pair.here.group("Team", *people[:100])
    pair.replicated(*people, team)
    job = pair.follow()
    killed: list[int] = []

    def die(progress: Progress) -> None:
        if progress.stage == "import" and progress.done >= 50 and not killed:
            killed.append(progress.done)
            controller.kill(pair.first)

    cycle = job.control.run_job(job.name, progress=die)
    assert killed
    assert cycle.result == "success"
    job.company = pair.there()
    assert job.amiss(fresh=True) == []
    assert job.company.dn(people[0])
    job.company.delete(people[0])
    job.company.set(people[1], title="Boss")
    job.company.leave(team, people[2])
    assert job.run().kind == "delta"
    assert job.amiss() == []


def test_a_delta_goes_on_at_the_second_controller_with_the_watermark_of_the_first(pair: Pair) -> None:
    people = pair.here.people(20, name="Worker")
    team = pair.here.group("Team", *people)
    pair.caught_up(people[0])
    job = pair.follow()
    job.run()
    pair.here.delete(people[0])
    pair.here.leave(team, people[1])
    pair.here.set(people[2], title="Boss")
    hire = pair.here.person("Late Larry")
    pair.replicated(hire)
    controller.kill(pair.first)
    cycle = job.run()
    assert (cycle.kind, cycle.result) == ("delta", "success")
    assert cycle.read < 15, "not everything again"
    job.company = pair.there()
    assert job.gone(people[0])
    assert job.amiss() == []
    job.company.set(people[3], title="Clerk")
    assert job.run().exported == {"update": 1}
