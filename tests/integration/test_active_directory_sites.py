"""Which controllers are tried first: those of the site that this machine is in, as real controllers say."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ropeway.connectors.active_directory import open_source
from ropeway.connectors.active_directory.discovery import controllers
from ropeway.connectors.active_directory.settings import settings_from
from ropeway.connectors.active_directory.site import client_site
from ropeway.lab import samba
from ropeway.lab.domain import Domain
from tests.fixtures.samba import NewDomain
from tests.integration.active_directory_office import settings

pytestmark = pytest.mark.samba


@pytest.fixture(scope="module")
def pair(new_domain: NewDomain, second_controller: Callable[[Domain], Domain]) -> tuple[Domain, Domain]:
    first = new_domain()
    return first, second_controller(first)


def hosts(domain: Domain) -> list[str]:
    by_dns = settings(domain, servers=[], nameserver=domain.address)
    return [found.host for found in controllers(settings_from(by_dns))]


def in_dns(pair: tuple[Domain, Domain], place: str, *, weight: int = 100) -> list[str]:
    """The command that tells DNS of the second controller, there."""
    first, second = pair
    who = f"--username={first.administrator}", f"--password={first.administrator_password().reveal()}"
    record = f"{second.host_name} 389 0 {weight}"
    return ["dns", "add", first.address, f"_msdcs.{first.dns_domain}", f"_ldap._tcp.{place}dc", "SRV", record, *who]


def test_the_controllers_of_our_own_site_come_first_and_the_others_stay(pair: tuple[Domain, Domain]) -> None:
    first, second = pair
    mine = f"--configfile={first.smb_conf}"
    samba.tool(first.files, in_dns(pair, "", weight=1))
    assert hosts(first) == [first.host_name, second.host_name]

    samba.tool(first.files, ["sites", "create", "Berlin", mine])
    assert client_site([first.address], first.dns_domain) == ""
    samba.tool(first.files, ["sites", "subnet", "create", "127.0.0.0/8", "Berlin", mine])
    assert client_site([first.address], first.dns_domain) == "Berlin"
    assert hosts(first) == [first.host_name, second.host_name]

    samba.tool(first.files, in_dns(pair, "Berlin._sites."))
    assert hosts(first) == [second.host_name, first.host_name]
    with_addresses = settings(first, servers=[], nameserver=first.address)
    assert open_source(with_addresses).describe().object("user") is not None


def test_a_controller_answers_for_its_own_domain_alone(pair: tuple[Domain, Domain]) -> None:
    assert client_site([pair[0].address], "fabrikam.test", patience=0.5) == ""
