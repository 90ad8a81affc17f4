"""What changes in a real domain, and what the connector says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import ldap
import pytest
from ldap.ldapobject import LDAPObject

from ropeway.connectors.active_directory import open_source
from ropeway.lab.domain import Domain
from ropeway.model.pages import Gone, LinkAdded, LinkRemoved, LinksReplaced, Patch, Whole
from ropeway.model.watermark import Wanted
from tests.integration.active_directory_office import PERSON, WANTED, Office, ShowDeleted, settings

pytestmark = pytest.mark.samba


@pytest.fixture
def office(empty_domain: Domain, ldap_admin: Callable[[Domain], LDAPObject]) -> Iterator[Office]:
    source = open_source(settings(empty_domain))
    yield Office(empty_domain, ldap_admin(empty_domain), source, WANTED)
    source.close()


def test_nothing_new_is_no_page(office: Office) -> None:
    assert office.news() == []


def test_a_new_person_comes_whole_with_her_manager(office: Office) -> None:
    bea = office.add("CN=Bea Bauer,CN=Users", sAMAccountName="bea")
    anna = office.add(
        "CN=Anna Ahorn,CN=Users", sAMAccountName="anna", title="Baker", manager=office.dn("CN=Bea Bauer,CN=Users")
    )
    found = {item.anchor: item for item in office.news()}
    assert isinstance(found[anna], Whole)
    assert found[anna].type == "user"
    assert found[anna].parent == office.anchor("CN=Users")
    assert found[anna].attributes["cn"] == "Anna Ahorn"
    assert found[anna].attributes["title"] == "Baker"
    assert found[anna].links == {"manager": (bea,)}


def test_a_changed_and_a_cleared_title(office: Office) -> None:
    carl = office.add("CN=Carl,CN=Users", sAMAccountName="carl", title="Clerk")
    office.news()
    office.set("CN=Carl,CN=Users", title="Chief")
    assert office.news() == [Patch(carl, None, office.dn("CN=Carl,CN=Users"), None, {"title": "Chief"})]
    office.set("CN=Carl,CN=Users", title=None)
    assert office.news() == [Patch(carl, None, office.dn("CN=Carl,CN=Users"), None, {}, ("title",))]


def test_a_rename_brings_the_new_common_name(office: Office) -> None:
    dora = office.add("CN=Dora,CN=Users", sAMAccountName="dora")
    office.news()
    office.admin.rename_s(office.dn("CN=Dora,CN=Users"), "CN=Dora Dahl")
    (item,) = office.news()
    assert item.anchor == dora
    assert (item.dn, item.changed) == (office.dn("CN=Dora Dahl,CN=Users"), {"cn": "Dora Dahl"})


def test_a_move_names_the_new_container(office: Office) -> None:
    sales = office.add("OU=Sales", "organizationalUnit")
    emil = office.add("CN=Emil,CN=Users", sAMAccountName="emil")
    office.news()
    office.admin.rename_s(office.dn("CN=Emil,CN=Users"), "CN=Emil", office.dn("OU=Sales"))
    (item,) = office.news()
    assert (item.anchor, item.parent, item.dn) == (emil, sales, office.dn("CN=Emil,OU=Sales"))


def test_renaming_an_ou_touches_only_the_ou(office: Office) -> None:
    unit = office.add("OU=Research", "organizationalUnit")
    office.add("CN=Frieda,OU=Research", sAMAccountName="frieda")
    office.news()
    office.admin.rename_s(office.dn("OU=Research"), "OU=Science")
    (item,) = office.news()
    assert (item.anchor, item.dn, item.changed) == (unit, office.dn("OU=Science"), {"ou": ["Science"]})


def test_one_member_more_and_one_less_are_two_links(office: Office) -> None:
    gina, hans = (office.add(f"CN={n},CN=Users", sAMAccountName=n.lower()) for n in ("Gina", "Hans"))
    team = office.add("CN=Team,CN=Users", "group", sAMAccountName="team", member=[office.dn("CN=Gina,CN=Users")])
    assert Whole not in {type(i) for i in office.news() if i.anchor != team} - {Whole}
    one_out = (ldap.MOD_DELETE, "member", office.dn("CN=Gina,CN=Users").encode())
    one_in = (ldap.MOD_ADD, "member", office.dn("CN=Hans,CN=Users").encode())
    office.admin.modify_s(office.dn("CN=Team,CN=Users"), [one_out, one_in])
    assert set(office.news()) == {LinkRemoved(team, "member", gina), LinkAdded(team, "member", hans)}


def test_a_new_manager_replaces_the_old_one_and_none_follows(office: Office) -> None:
    inge, jan = (office.add(f"CN={n},CN=Users", sAMAccountName=n.lower()) for n in ("Inge", "Jan"))
    karl = office.add("CN=Karl,CN=Users", sAMAccountName="karl", manager=office.dn("CN=Inge,CN=Users"))
    office.news()
    office.set("CN=Karl,CN=Users", manager=office.dn("CN=Jan,CN=Users"))
    assert set(office.news()) == {LinkRemoved(karl, "manager", inge), LinkAdded(karl, "manager", jan)}
    office.set("CN=Karl,CN=Users", manager=None)
    assert office.news() == [LinkRemoved(karl, "manager", jan)]


def test_a_deleted_person_is_gone_and_recreated_is_somebody_else(office: Office) -> None:
    first = office.add("CN=Lena,CN=Users", sAMAccountName="lena")
    office.news()
    office.admin.delete_s(office.dn("CN=Lena,CN=Users"))
    assert office.news() == [Gone(first)]
    second = office.add("CN=Lena,CN=Users", sAMAccountName="lena")
    (item,) = office.news()
    assert isinstance(item, Whole)
    assert item.anchor == second != first


def test_created_and_deleted_between_two_looks_is_gone(office: Office) -> None:
    max_ = office.add("CN=Max,CN=Users", sAMAccountName="max")
    office.admin.delete_s(office.dn("CN=Max,CN=Users"))
    assert office.news() == [Gone(max_)]


def test_a_reanimated_person_comes_whole(office: Office) -> None:
    nora = office.add("CN=Nora,CN=Users", sAMAccountName="nora", title="Notary")
    office.admin.delete_s(office.dn("CN=Nora,CN=Users"))
    office.news()
    deleted = office.admin.search_ext_s(f"<GUID={nora}>", ldap.SCOPE_BASE, serverctrls=[ShowDeleted()])[0][0]
    back = [
        (ldap.MOD_DELETE, "isDeleted", None),
        (ldap.MOD_REPLACE, "distinguishedName", office.dn("CN=Nora,CN=Users").encode()),
    ]
    office.admin.modify_ext_s(deleted, back, serverctrls=[ShowDeleted()])
    gone, item = office.news()
    assert gone == Gone(nora), "every link to her was lost"
    assert isinstance(item, Whole)
    assert (item.anchor, item.dn) == (nora, office.dn("CN=Nora,CN=Users"))
    assert "title" not in item.attributes


def test_deleting_a_member_says_nothing_of_the_group(office: Office) -> None:
    otto = office.add("CN=Otto,CN=Users", sAMAccountName="otto")
    office.add("CN=Choir,CN=Users", "group", sAMAccountName="choir", member=[office.dn("CN=Otto,CN=Users")])
    office.news()
    office.admin.delete_s(office.dn("CN=Otto,CN=Users"))
    assert office.news() == [Gone(otto)]


def test_an_attribute_wanted_later_is_filled_in_for_everybody(office: Office) -> None:
    paul = office.add("CN=Paul,CN=Users", sAMAccountName="paul", department="Post")
    team = office.add("CN=Posters,CN=Users", "group", sAMAccountName="posters", managedBy=office.dn("CN=Paul,CN=Users"))
    office.news()
    office.wanted = Wanted({**WANTED.types, "user": (*PERSON, "DEPARTMENT"), "group": ("cn", "member", "managedBy")})
    found = office.news()
    assert (
        Patch(paul, "user", office.dn("CN=Paul,CN=Users"), office.anchor("CN=Users"), {"department": "Post"}) in found
    )
    assert LinksReplaced(team, "managedBy", (paul,)) in found
    assert all(isinstance(item, Patch | LinksReplaced) for item in found)
    assert office.news() == []


def test_a_type_wanted_later_is_read_whole(office: Office) -> None:
    machine = office.add("CN=PC1,CN=Computers", "computer", sAMAccountName="PC1$", userAccountControl="4096")
    assert office.news() == []
    office.wanted = Wanted({**WANTED.types, "computer": ("cn", "sAMAccountName")})
    wholes = {i.anchor: i for i in office.news() if isinstance(i, Whole) and i.type == "computer"}
    assert wholes[machine].attributes == {"cn": "PC1", "sAMAccountName": "PC1$"}


def test_one_object_is_read_with_what_points_at_it(office: Office) -> None:
    rosa = office.add("CN=Rosa,CN=Users", sAMAccountName="rosa")
    sven = office.add("CN=Sven,CN=Users", sAMAccountName="sven", manager=office.dn("CN=Rosa,CN=Users"))
    band = office.add("CN=Band,CN=Users", "group", sAMAccountName="band", member=[office.dn("CN=Rosa,CN=Users")])
    one = office.source.read_one(rosa, WANTED)
    assert one is not None
    assert one.referenced_by == {"member": (band,), "manager": (sven,)}
    found = office.source.resolve(office.dn("CN=Band,CN=Users"), WANTED)
    assert found is not None
    assert found.links == {"member": (rosa,)}
    office.admin.delete_s(office.dn("CN=Rosa,CN=Users"))
    assert office.source.read_one(rosa, WANTED) is None


def test_what_is_no_name_resolves_to_nobody(office: Office) -> None:
    assert office.source.resolve("not a name", WANTED) is None
    assert office.source.resolve(office.dn("CN=Nobody"), WANTED) is None
    assert office.source.resolve("", WANTED) is None


def test_waiting_ends_when_something_changes(office: Office) -> None:
    office.source.wait(0)
    office.add("CN=Tom,CN=Users", sAMAccountName="tom")
    assert office.source.wait(5)


def test_names_with_every_escapable_character(office: Office) -> None:
    name = r"CN=Ünal\, \"Umut\" \+ \<\>\;\=\\ \#1,CN=Users"
    umut = office.add(name, sAMAccountName="umut")
    (item,) = office.news()
    assert (item.anchor, item.attributes["cn"]) == (umut, 'Ünal, "Umut" + <>;=\\ #1')
    assert office.source.resolve(item.dn, WANTED) is not None
