"""The lab's own promises, kept by real Samba and real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable

import ldap
import psycopg
import pytest
from ldap.ldapobject import LDAPObject

from ropeway.lab import accounts, controller
from ropeway.lab.domain import Domain
from tests.fixtures.samba import bound

pytestmark = pytest.mark.samba
Connect = Callable[[Domain], LDAPObject]


def people_in(connection: LDAPObject, domain: Domain) -> int:
    found = connection.search_s(domain.base_dn, ldap.SCOPE_SUBTREE, "(employeeID=*)", ["1.1"])
    return sum(1 for dn, _ in found if dn)


def test_contoso_has_sixty_people(contoso: Domain, ldap_admin: Connect) -> None:
    assert people_in(ldap_admin(contoso), contoso) == 60


def test_an_empty_domain_has_nobody(empty_domain: Domain, ldap_admin: Connect) -> None:
    assert people_in(ldap_admin(empty_domain), empty_domain) == 0


def test_a_controller_killed_by_a_power_cut_comes_back_with_everybody(own_contoso, laboratory, ldap_admin) -> None:
    controller.kill(own_contoso)
    assert controller.process(own_contoso) is None
    laboratory.start(own_contoso)
    assert people_in(ldap_admin(own_contoso), own_contoso) == 60


def test_an_ordinary_account_may_read_and_not_write(empty_domain: Domain) -> None:
    reader = accounts.add(empty_domain, "anna.reader")
    connection = bound(empty_domain, reader.user, reader.password().reveal())
    assert connection.search_s(empty_domain.base_dn, ldap.SCOPE_BASE)
    with pytest.raises(ldap.INSUFFICIENT_ACCESS):
        connection.add_s(f"OU=New,{empty_domain.base_dn}", [("objectClass", [b"organizationalUnit"])])


def test_a_second_controller_has_what_the_first_one_got(fresh_domain, second_controller, ldap_admin) -> None:
    other = second_controller(fresh_domain)
    assert ldap_admin(other).search_s(fresh_domain.base_dn, ldap.SCOPE_BASE)


@pytest.mark.postgres
def test_each_test_has_an_empty_database(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        assert connection.execute(tables).fetchone() == (0,)


def test_the_domain_s_own_dns_knows_the_controller_s_address(fresh_domain: Domain) -> None:
    from dns.resolver import Resolver

    resolver = Resolver(configure=False)
    resolver.nameservers = [fresh_domain.address]
    answers = resolver.resolve(f"_ldap._tcp.{fresh_domain.dns_domain}", "SRV")
    assert [str(answer.target) for answer in answers] == [f"{fresh_domain.host_name}."]
    assert [str(a) for a in resolver.resolve(fresh_domain.host_name, "A")] == [fresh_domain.address]
