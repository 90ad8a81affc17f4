"""Two forests, two jobs, one directory: members from the other side, and who comes first does not matter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import ldap
import pytest
from ldap.ldapobject import LDAPObject

from ropeway.lab.domain import Domain
from tests.fixtures.samba import NewDomain, bound
from tests.journeys.administration import Administration, Thing
from tests.journeys.tenant import Followed, Tenant
from tests.oracle.comparison import differences
from tests.oracle.decoding import sid
from tests.oracle.listing import listing


@dataclass
class Forests:
    """Contoso and Fabrikam, an administrator in each, and a directory that knows both names."""

    contoso: Administration
    fabrikam: Administration
    tenant: Tenant

    def follow(self, *which: str) -> list[Followed]:
        """Jobs, in this order, each over its whole domain's unit and its foreign security principals."""
        return [self.tenant.follow(getattr(self, name), name=name, containers=()) for name in which]

    def join_foreign(self, group: Thing, member: Thing) -> None:
        """As the tools of Active Directory do it: a member by its SID, which makes a foreign security principal."""
        number = sid(self.fabrikam.values(member)["objectSid"][0])
        added = [(ldap.MOD_ADD, "member", [f"<SID={number}>".encode()])]
        self.contoso.ldap.modify_s(group.ref, added)

    def leave_foreign(self, group: Thing, member: Thing) -> None:
        number = sid(self.fabrikam.values(member)["objectSid"][0])
        gone = f"CN={number},CN=ForeignSecurityPrincipals,{self.contoso.domain.base_dn}"
        self.contoso.ldap.modify_s(group.ref, [(ldap.MOD_DELETE, "member", [gone.encode()])])

    def amiss(self, *jobs: Followed) -> list[str]:
        sides = [(listing(j.company.ldap, j.company.domain.base_dn), j.scope) for j in jobs]
        return differences(self.tenant.control, *sides)


@pytest.fixture(scope="module")
def both(new_domain: NewDomain) -> Iterator[tuple[Domain, Domain, LDAPObject, LDAPObject]]:
    domains = new_domain("contoso.test"), new_domain("fabrikam.test")
    connections = [bound(d, d.administrator, d.administrator_password().reveal()) for d in domains]
    yield domains[0], domains[1], connections[0], connections[1]
    for connection in connections:
        connection.unbind_s()


@pytest.fixture
def forests(both: tuple[Domain, Domain, LDAPObject, LDAPObject], tmp_path: Path) -> Iterator[Forests]:
    one, other, first, second = both
    made = Forests(
        Administration(one, first, "Here"),
        Administration(other, second, "There"),
        Tenant(f"sqlite:///{tmp_path}/ropeway.sqlite", "contoso.test", "fabrikam.test"),
    )
    yield made
    made.tenant.control.close()
    made.contoso.delete(made.contoso.unit_of_ours)
    made.fabrikam.delete(made.fabrikam.unit_of_ours)


@pytest.mark.parametrize("order", [("contoso", "fabrikam"), ("fabrikam", "contoso")], ids=" then ".join)
def test_a_member_of_the_other_forest_is_a_member_whichever_job_runs_first(
    order: tuple[str, str], forests: Forests
) -> None:
    ann, bob = forests.contoso.person("Ann Archer"), forests.fabrikam.person("Bob Baker")
    team = forests.contoso.group("Team", ann)
    forests.join_foreign(team, bob)
    jobs = forests.follow(*order)
    for job in jobs:
        job.run()
    assert jobs[0].members(team) == {"Ann Archer", "Bob Baker"}
    assert forests.amiss(*jobs) == []


def test_members_of_the_other_forest_come_and_go_by_deltas(forests: Forests) -> None:
    team, bob = forests.contoso.group("Team"), forests.fabrikam.person("Bob Baker")
    contoso, fabrikam = forests.follow("contoso", "fabrikam")
    contoso.run()
    fabrikam.run()
    forests.join_foreign(team, bob)
    contoso.run()
    assert contoso.members(team) == {"Bob Baker"}
    late = forests.fabrikam.person("Late Larry")
    forests.join_foreign(team, late)
    contoso.run()
    assert contoso.members(team) == {"Bob Baker"}, "his job has not run yet"
    fabrikam.run()
    assert contoso.members(team) == {"Bob Baker", "Late Larry"}
    forests.leave_foreign(team, bob)
    contoso.run()
    assert contoso.members(team) == {"Late Larry"}
    forests.fabrikam.delete(late)
    fabrikam.run()
    assert contoso.members(team) == set()
    assert forests.amiss(contoso, fabrikam) == []


def test_a_nested_group_of_the_other_forest_and_a_domain_that_withdraws(forests: Forests) -> None:
    bob = forests.fabrikam.person("Bob Baker")
    theirs = forests.fabrikam.group("Theirs", bob)
    ours = forests.contoso.group("Ours")
    forests.join_foreign(ours, theirs)
    contoso, fabrikam = forests.follow("contoso", "fabrikam")
    fabrikam.run()
    contoso.run()
    assert contoso.members(ours) == {"Theirs"}
    forests.tenant.control.delete_job("fabrikam", keep=False)
    assert contoso.members(ours) == set()
    contoso.run(full=True)
    assert forests.amiss(contoso) == []


def test_two_people_of_two_forests_with_one_address_keep_it_with_the_first(forests: Forests) -> None:
    ann = forests.contoso.person("Ann Archer", proxyAddresses=["smtp:sales@contoso.test"])
    bob = forests.fabrikam.person("Bob Baker", proxyAddresses=["smtp:sales@contoso.test"])
    contoso, fabrikam = forests.follow("contoso", "fabrikam")
    contoso.run()
    assert fabrikam.run().result == "success"
    assert "proxyAddresses" not in fabrikam.user(bob)
    forests.contoso.delete(ann)
    contoso.run()
    assert fabrikam.user(bob)["proxyAddresses"] == ["smtp:sales@contoso.test"]


def test_one_person_of_two_forests_under_one_anchor_is_one_person(forests: Forests) -> None:
    """A resource forest repeats the account forest's ms-DS-ConsistencyGuid."""
    ann = forests.contoso.person("Ann Archer", title="Clerk")
    shadow = forests.fabrikam.person(
        "Ann Archer", department="Sales", **{"mS-DS-ConsistencyGuid": UUID(ann.guid).bytes_le}
    )
    contoso, fabrikam = forests.follow("contoso", "fabrikam")
    contoso.run()
    fabrikam.run()
    assert contoso.user(ann)["jobTitle"] == "Clerk"
    assert contoso.user(ann)["department"] == "Sales"
    forests.contoso.delete(ann)
    contoso.run()
    assert {o["displayName"] for o in forests.tenant.control.list_objects("users")} >= {"Ann Archer"}
    forests.fabrikam.delete(shadow)
    fabrikam.run()
    assert "Ann Archer" not in forests.tenant.names()
