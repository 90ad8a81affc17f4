"""What an account with few rights, or another method, gets to see."""

from __future__ import annotations

import re
import subprocess
import textwrap
from collections.abc import Callable
from pathlib import Path

import ldap
import pytest
from ldap.ldapobject import LDAPObject

from ropeway.connectors.active_directory import open_source
from ropeway.engine.ports import FullReadNeeded
from ropeway.lab import accounts, samba
from ropeway.lab.accounts import Account
from ropeway.lab.domain import Domain
from ropeway.model.pages import Gone, LinkAdded, Patch, Whole
from ropeway.model.problems import RopewayError
from tests.integration.active_directory_office import WANTED, Office, read_all, settings

pytestmark = pytest.mark.samba

DOCUMENT = Path(__file__).parents[2] / "docs" / "active-directory.md"


@pytest.fixture(scope="module")
def ordinary(own_contoso: Domain) -> Account:
    return accounts.add(own_contoso, "ordinary")


@pytest.fixture(scope="module")
def reader(own_contoso: Domain) -> Account:
    return accounts.add(own_contoso, "reader", rights=("get-changes",))


def as_account(domain: Domain, account: Account, **more: object) -> dict[str, object]:
    return settings(domain, user=account.user, password_file=str(account.password_file), **more)


def test_replicating_directory_changes_is_enough(own_contoso: Domain, reader: Account) -> None:
    source = open_source(as_account(own_contoso, reader, method="dirsync"))
    everything, mark = read_all(source, WANTED)
    assert mark.method == "dirsync"
    administrator, _ = read_all(open_source(settings(own_contoso)), WANTED)
    hidden = administrator.keys() - everything.keys()
    assert [administrator[a].dn for a in hidden] == [f"CN=MicrosoftDNS,CN=System,{own_contoso.base_dn}"]
    assert everything.items() <= administrator.items()


def test_samba_hides_deletions_from_who_may_not_read_deleted_objects(
    own_contoso: Domain, reader: Account, ldap_admin: Callable[[Domain], LDAPObject]
) -> None:
    source = open_source(as_account(own_contoso, reader))
    office = Office(own_contoso, ldap_admin(own_contoso), source, WANTED)
    cora = office.add("CN=Cora,CN=Users", sAMAccountName="cora")
    assert [item.anchor for item in office.news()] == [cora]
    office.admin.delete_s(office.dn("CN=Cora,CN=Users"))
    assert office.news() == []
    assert not source.reports_deletions()
    assert open_source(settings(own_contoso)).reports_deletions()


def test_an_account_that_may_look_into_deleted_objects_sees_deletions(own_contoso: Domain) -> None:
    undertaker = accounts.add(own_contoso, "undertaker", rights=("get-changes",))
    accounts.show_deleted(own_contoso, undertaker)
    assert open_source(as_account(own_contoso, undertaker)).reports_deletions()


def test_the_documented_way_to_let_an_account_see_deletions(own_contoso: Domain) -> None:
    sexton = accounts.add(own_contoso, "sexton", rights=("get-changes",))
    assert not open_source(as_account(own_contoso, sexton)).reports_deletions()
    show = ["user", "show", sexton.name, "--attributes=objectSid", f"--configfile={own_contoso.smb_conf}"]
    (sid,) = re.findall(r"objectSid: (S-\S+)", samba.tool(own_contoso.files, show))
    subprocess.run(["sh", "-c", documented(own_contoso, sid)], check=True)
    assert open_source(as_account(own_contoso, sexton)).reports_deletions()


def documented(domain: Domain, sid: str) -> str:
    """The command of docs/active-directory.md, for this domain and account."""
    (command,) = re.findall(r"```sh\n( *ldbmodify.*?)```", DOCUMENT.read_text(), re.DOTALL)
    for example, ours in (
        ("/var/lib/samba/private/sam.ldb", str(domain.database)),
        ("DC=contoso,DC=com", domain.base_dn),
        ("S-1-5-21-1-2-3-1103", sid),
    ):
        assert example in command
        command = command.replace(example, ours)
    return textwrap.dedent(command)


def test_every_method_reads_the_same(own_contoso: Domain, ordinary: Account) -> None:
    by_dirsync, _ = read_all(open_source(settings(own_contoso)), WANTED)
    by_usn, mark = read_all(open_source(settings(own_contoso, method="usn")), WANTED)
    assert mark.method == "usn"
    assert by_dirsync == by_usn
    as_anybody, mark = read_all(open_source(as_account(own_contoso, ordinary)), WANTED)
    assert mark.method == "dirsync"
    plainly, _ = read_all(open_source(as_account(own_contoso, ordinary, method="usn")), WANTED)
    assert as_anybody == plainly


def test_an_ordinary_account_is_told_what_it_lacks(own_contoso: Domain, ordinary: Account) -> None:
    with pytest.raises(RopewayError, match="Replicating Directory Changes") as refused:
        list(open_source(as_account(own_contoso, ordinary, method="dirsync")).read(None, WANTED))
    assert refused.value.problem.code == "replication-rights-missing"


def test_object_security_brings_changes_but_says_that_deletions_are_missing(
    own_contoso: Domain, ordinary: Account, ldap_admin: Callable[[Domain], LDAPObject]
) -> None:
    source = open_source(as_account(own_contoso, ordinary))
    office = Office(own_contoso, ldap_admin(own_contoso), source, WANTED)
    anna = office.add("CN=Anna,CN=Users", sAMAccountName="anna")
    assert [type(item) for item in office.news()] == [Whole]
    office.set("CN=Anna,CN=Users", title="Architect")
    assert [item.changed for item in office.news() if isinstance(item, Patch)] == [{"title": "Architect"}]
    team = office.add("CN=Builders,CN=Users", "group", sAMAccountName="builders")
    office.news()
    office.admin.modify_s(
        office.dn("CN=Builders,CN=Users"), [(ldap.MOD_ADD, "member", office.dn("CN=Anna,CN=Users").encode())]
    )
    assert office.news() == [LinkAdded(team, "member", anna)]
    office.admin.delete_s(office.dn("CN=Anna,CN=Users"))
    assert Gone(anna) not in office.news()
    assert not source.reports_deletions()
    assert anna not in {a for page in source.anchors(WANTED) for a in page.anchors}


def test_usn_brings_whole_objects_and_tombstones(
    own_contoso: Domain, ldap_admin: Callable[[Domain], LDAPObject]
) -> None:
    source = open_source(settings(own_contoso, method="usn"))
    office = Office(own_contoso, ldap_admin(own_contoso), source, WANTED)
    bert = office.add("CN=Bert,CN=Users", sAMAccountName="bert", title="Butler")
    (item,) = [i for i in office.news() if i.anchor == bert]
    assert isinstance(item, Whole)
    assert item.attributes["title"] == "Butler"
    office.admin.delete_s(office.dn("CN=Bert,CN=Users"))
    assert Gone(bert) in office.news()
    assert source.reports_deletions()


def test_usn_without_sight_of_tombstones_says_so(own_contoso: Domain, ordinary: Account) -> None:
    assert not open_source(as_account(own_contoso, ordinary, method="usn")).reports_deletions()


def test_a_change_of_method_needs_a_full_read(own_contoso: Domain) -> None:
    _, mark = read_all(open_source(settings(own_contoso, method="usn")), WANTED)
    with pytest.raises(FullReadNeeded, match="another way"):
        list(open_source(settings(own_contoso, method="dirsync")).read(mark, WANTED))


def test_rights_taken_away_need_a_full_read(own_contoso: Domain, ordinary: Account) -> None:
    _, mark = read_all(open_source(settings(own_contoso)), WANTED)
    with pytest.raises(FullReadNeeded, match="no longer"):
        list(open_source(as_account(own_contoso, ordinary)).read(mark, WANTED))


def test_attributes_that_are_not_replicated_come_with_a_full_read(own_contoso: Domain) -> None:
    wanted = type(WANTED)({"user": ("cn", "distinguishedName", "memberOf", "WHENCHANGED", "badPwdCount")})
    everything, _ = read_all(open_source(settings(own_contoso)), wanted)
    (boss,) = [w for w in everything.values() if w.attributes.get("cn") == "Administrator"]
    assert boss.attributes["distinguishedName"] == boss.dn
    assert boss.attributes["whenChanged"].endswith("Z")
    assert boss.attributes["badPwdCount"] == 0
    assert boss.links["memberOf"]
