"""The NetBIOS name of a domain is what its forest says, whatever the first label of its DNS name is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import ldap
import pytest
from ldap.ldapobject import LDAPObject

from ropeway.connectors.active_directory import open_source
from ropeway.lab import accounts, samba
from ropeway.lab.domain import Domain
from ropeway.model.pages import Whole
from tests.integration.active_directory_office import WANTED, Office, read_all, settings

pytestmark = pytest.mark.samba


def test_a_domain_whose_short_name_is_its_first_label_is_told_nothing_more(empty_domain: Domain) -> None:
    found, _ = read_all(open_source(settings(empty_domain)), WANTED)
    assert not any("domainNetBios" in whole.attributes for whole in found.values())


@pytest.fixture
def renamed(empty_domain: Domain, ldap_admin: Callable[[Domain], LDAPObject]) -> Iterator[Office]:
    """The domain under another short name, with those who were bound before; Samba lets nobody else in meanwhile."""
    source, admin = open_source(settings(empty_domain)), ldap_admin(empty_domain)
    source.describe()
    cross_reference = f"CN={empty_domain.netbios},CN=Partitions,CN=Configuration,{empty_domain.base_dn}"
    admin.modify_s(cross_reference, [(ldap.MOD_REPLACE, "nETBIOSName", b"RHEINGOLD")])
    try:
        yield Office(empty_domain, admin, source, WANTED)
    finally:
        admin.modify_s(cross_reference, [(ldap.MOD_REPLACE, "nETBIOSName", empty_domain.netbios.encode())])


def test_a_short_name_of_its_own_is_on_every_object_but_containers(renamed: Office) -> None:
    found, _ = read_all(renamed.source, WANTED)
    told = {whole.type: whole.attributes.get("domainNetBios") for whole in found.values()}
    assert (told["user"], told["group"], told["container"]) == ("RHEINGOLD", "RHEINGOLD", None)
    assert {w.attributes.get("forestNetBios") for w in found.values() if w.type == "user"} == {"RHEINGOLD"}
    renamed.add("CN=Wotan,CN=Users", sAMAccountName="wotan")
    (wotan,) = renamed.news()
    assert isinstance(wotan, Whole)
    assert wotan.attributes["domainNetBios"] == "RHEINGOLD"


def test_an_account_that_may_not_read_the_cross_references_is_told_none(empty_domain: Domain) -> None:
    account = accounts.add(empty_domain, "shortsighted")
    everybody, _ = read_all(open_source(settings(empty_domain)), WANTED)
    sid = next(whole.attributes["objectSid"] for whole in everybody.values() if whole.dn == account.dn)
    deny = f"(D;CI;LCRPLO;;;{sid})"
    where = f"--objectdn=CN=Partitions,CN=Configuration,{empty_domain.base_dn}"
    samba.tool(empty_domain.files, ["dsacl", "set", where, f"--sddl={deny}", f"--configfile={empty_domain.smb_conf}"])
    as_account = settings(empty_domain, user=account.user, password_file=str(account.password_file))
    told, _ = read_all(open_source(as_account), WANTED)
    assert any(whole.type == "user" for whole in told.values())
    assert not any("domainNetBios" in whole.attributes for whole in told.values())
