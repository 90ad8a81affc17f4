"""One person in several forests: whose values count, who joins whom, and contacts who are users elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ropeway.directory import Features
from ropeway.directory.computed import MAILBOX
from ropeway.model.anchors import Anchor
from ropeway.model.changes import Change, Kind, MatchResult
from ropeway.store.database import Database
from tests.unit.directory_company import Company, gone, group, links, person, update

ACCOUNTS, RESOURCES = 1, 2
"""Jobs: the forest of the accounts was connected first, so it comes first where nothing else decides."""
SID = "S-1-5-21-1-2-3-1105"


@pytest.fixture
def company(database_url: str) -> Iterator[Company]:
    database = Database(database_url)
    yield Company(database)
    database.close()


def contact(name: str, kind: Kind = Kind.CREATE, target: Any = None, **more: Any) -> Change:
    attributes = {"displayName": f"{name.title()} (partner)", "mail": f"{name}@contoso.test"}
    attributes["proxyAddresses"] = [f"SMTP:{name}@contoso.test"]
    return Change(kind, "contact", Anchor(f"card-{name}"), f"id-card-{name}", target, attributes | more)


def with_mail(name: str, **more: Any) -> Change:
    address = f"{name}@contoso.test"
    return person(name, mail=address, proxyAddresses=[f"SMTP:{address}"], accountEnabled=True, **more)


def joining(name: str, target: Any, **attributes: Any) -> Change:
    change = person(name, Kind.ADOPT)
    return Change(Kind.ADOPT, "user", change.anchor, change.source_anchor, target, change.attributes | attributes)


def arrived(company: Company, change: Change, job: int = RESOURCES) -> str:
    """A contact as its job's cycle brings it: matched, then created or adopted."""
    found: MatchResult = company.find(change.anchor, "contact", job=job, mail=change.attributes["mail"])
    kind = Kind.ADOPT if found.target else Kind.CREATE
    full = Change(kind, change.type, change.anchor, change.source_anchor, found.target, change.attributes)
    return company.done(full, job=job)[0]


def names(company: Company, plural: Any) -> list[str]:
    return [o["displayName"] for o in company.directory.list_objects(plural)]


# whose values count


@pytest.mark.parametrize("first", [ACCOUNTS, RESOURCES])
def test_signing_in_comes_from_the_enabled_account_wherever_it_is(company: Company, first: int) -> None:
    second = ACCOUNTS + RESOURCES - first
    (id_,) = company.done(person("ann", accountEnabled=False, onPremisesSamAccountName="old"), job=first)
    new = joining("ann2", id_, accountEnabled=True, onPremisesSamAccountName="ann", userPrincipalName="a@contoso.test")
    company.done(new, job=second)
    seen = company.user(id_)
    assert (seen["accountEnabled"], seen["onPremisesSamAccountName"], seen["userPrincipalName"]) == (
        True,
        "ann",
        "a@contoso.test",
    )


def test_the_address_book_comes_from_the_forest_with_the_mailbox(company: Company) -> None:
    (id_,) = company.done(person("ann", accountEnabled=True, department="Sales", city="Oslo"))
    company.done(joining("ann2", id_, accountEnabled=False, department="Buying", **{MAILBOX: "AQ=="}), job=RESOURCES)
    seen = company.user(id_)
    assert (seen["department"], seen["city"], seen["accountEnabled"]) == ("Buying", "Oslo", True)


def test_where_nothing_else_decides_the_older_job_counts(company: Company) -> None:
    (id_,) = company.done(person("ann", accountEnabled=True, department="Sales"))
    company.done(joining("ann2", id_, accountEnabled=True, department="Buying"), job=RESOURCES)
    assert company.user(id_)["department"] == "Sales"


def test_the_source_anchor_is_assigned_once(company: Company) -> None:
    (id_,) = company.done(person("ann", accountEnabled=False), job=RESOURCES)
    company.done(joining("ann2", id_, accountEnabled=True))
    assert company.user(id_)["onPremisesImmutableId"] == "id-ann"
    company.done(update("ann2", department="Sales"))
    assert company.user(id_)["onPremisesImmutableId"] == "id-ann"
    company.done(gone("ann"), job=RESOURCES)
    assert company.user(id_)["onPremisesImmutableId"] == "id-ann2"


def test_an_account_disabled_in_one_forest_is_enabled_while_another_forest_has_it_enabled(company: Company) -> None:
    (id_,) = company.done(person("ann", accountEnabled=True))
    company.done(joining("ann2", id_, accountEnabled=True), job=RESOURCES)
    company.done(update("ann", accountEnabled=False))
    assert company.user(id_)["accountEnabled"] is True
    company.done(update("ann2", accountEnabled=False), job=RESOURCES)
    assert company.user(id_)["accountEnabled"] is False


# who joins whom


def test_a_linked_mailbox_finds_its_account_by_security_identifier(company: Company) -> None:
    (id_,) = company.done(person("ann", onPremisesSecurityIdentifier=SID))
    found = company.find("box", job=RESOURCES, onPremisesSecurityIdentifier=SID)
    assert (found.target, found.by) == (id_, "onPremisesSecurityIdentifier")
    assert company.find("box", job=ACCOUNTS, onPremisesSecurityIdentifier=SID) == MatchResult()


def test_by_name_or_address_nobody_joins_a_person_of_another_forest(company: Company) -> None:
    company.done(with_mail("ann"))
    candidates = {"userPrincipalName": "ann@contoso.test", "proxyAddresses": "smtp:ann@contoso.test"}
    assert company.find("ann2", job=RESOURCES, **candidates) == MatchResult()


@pytest.mark.parametrize("addresses", [["SMTP:ann@contoso.test"], ["SMTP:other@contoso.test"], None])
def test_by_mail_a_person_joins_whoever_has_it_in_another_forest(company: Company, addresses: list[str] | None) -> None:
    (id_,) = company.done(person("ann", mail="Ann@contoso.test", proxyAddresses=addresses))
    assert company.find("ann2", job=RESOURCES, mail="ann@contoso.test").target == id_


# contacts who are users elsewhere


def test_a_contact_of_somebody_who_is_a_user_is_no_object_of_its_own(company: Company) -> None:
    (id_,) = company.done(with_mail("ann", department="Sales"))
    assert arrived(company, contact("ann", department="Partners", city="Oslo")) == id_
    seen = company.user(id_)
    assert (seen["displayName"], seen["department"], seen["city"]) == ("Ann", "Sales", "Oslo")
    assert "onPremisesProvisioningErrors" not in seen
    assert names(company, "contacts") == []


def test_a_contact_becomes_a_user_when_the_user_arrives(company: Company) -> None:
    card = arrived(company, contact("ann", city="Oslo"))
    (id_,) = company.done(with_mail("ann"))
    assert id_ != card
    assert names(company, "contacts") == []
    seen = company.user(id_)
    assert (seen["displayName"], seen["city"], seen["proxyAddresses"]) == ("Ann", "Oslo", ["SMTP:ann@contoso.test"])
    assert [o["id"] for o in company.directory.list_objects("contacts", deleted=True)] == [card]


def test_a_user_with_a_mail_address_alone_is_the_contact_too(company: Company) -> None:
    arrived(company, contact("ann"))
    (id_,) = company.done(person("ann", mail="ann@contoso.test"))
    assert names(company, "contacts") == []
    assert company.user(id_)["proxyAddresses"] == ["SMTP:ann@contoso.test"]


def test_groups_that_had_the_contact_have_the_user_and_the_contact_again(company: Company) -> None:
    arrived(company, contact("ann"))
    company.done(group("Partners"), links("Partners", add=["card-ann"]), job=RESOURCES)
    (id_,) = company.done(with_mail("ann"))
    members = company.directory.show_object("groups", "Partners")["members"]
    assert members == [{"id": id_, "type": "user", "displayName": "Ann"}]
    company.done(gone("ann"))
    members = company.directory.show_object("groups", "Partners")["members"]
    assert [(m["type"], m["displayName"]) for m in members] == [("contact", "Ann (partner)")]


def test_the_contacts_manager_goes_with_it(company: Company) -> None:
    company.done(person("eve"), job=RESOURCES)
    arrived(company, contact("ann"))
    company.done(Change(Kind.LINKS, "contact", Anchor("card-ann"), "", None, {}, {"manager": ["eve"]}), job=RESOURCES)
    (id_,) = company.done(with_mail("ann"))
    assert company.user(id_)["manager"]["displayName"] == "Eve"
    company.done(person("bob"), links("ann", "manager", add=["bob"]))
    assert company.user(id_)["manager"]["displayName"] == "Bob", "the user's own counts"


def test_when_the_user_leaves_the_contact_is_there_again(company: Company) -> None:
    (id_,) = company.done(with_mail("ann"))
    arrived(company, contact("ann"))
    company.done(gone("ann"))
    assert names(company, "users") == []
    (card,) = company.directory.list_objects("contacts")
    assert (card["displayName"], card["proxyAddresses"]) == ("Ann (partner)", ["SMTP:ann@contoso.test"])
    company.done(update("card-ann", "contact", city="Oslo"), job=RESOURCES)
    assert company.directory.show_object("contacts", card["id"])["city"] == "Oslo"
    back = Change(
        Kind.RESTORE, "user", Anchor("ann"), "id-ann", company.find("ann").target, with_mail("ann").attributes
    )
    assert company.done(back) == [id_]
    assert names(company, "contacts") == []


def test_when_the_contact_leaves_the_user_stays(company: Company) -> None:
    (id_,) = company.done(with_mail("ann"))
    arrived(company, contact("ann", city="Oslo"))
    company.done(gone("card-ann", "contact"), job=RESOURCES)
    assert "city" not in company.user(id_)
    company.done(gone("ann"))
    assert names(company, "contacts") == []


def test_contacts_of_two_forests_are_one_contact(company: Company) -> None:
    first = arrived(company, contact("ann"))
    other = contact("ann", city="Oslo")
    again = Change(other.kind, "contact", Anchor("card2-ann"), "id-card2", None, other.attributes)
    assert arrived(company, again, ACCOUNTS) == first
    assert names(company, "contacts") == ["Ann (partner)"]


def test_a_contact_made_by_hand_is_left_alone(company: Company) -> None:
    company.directory.create_object("contacts", {"displayName": "Ann", "mail": "ann@contoso.test"})
    (id_,) = company.done(with_mail("ann"))
    assert names(company, "contacts") == ["Ann"]
    assert company.user(id_)["onPremisesProvisioningErrors"][0]["propertyCausingError"] == "proxyAddresses"


def test_an_address_that_is_only_a_contacts_second_one_makes_nobody_the_same(company: Company) -> None:
    arrived(company, contact("eve", proxyAddresses=["SMTP:eve@contoso.test", "smtp:ann@contoso.test"]))
    company.done(with_mail("ann"))
    assert names(company, "contacts") == ["Eve (partner)"]


def test_a_look_at_the_plan_promotes_nobody(company: Company) -> None:
    arrived(company, contact("ann"))
    company.directory.target(ACCOUNTS, precedence=100).preview([with_mail("ann")])
    assert names(company, "contacts") == ["Ann (partner)"]


# recognised by a name, or by an attribute of the organisation's own


def test_a_user_of_another_forest_is_recognised_by_an_attribute_of_ones_own(company: Company) -> None:
    (id_,) = company.done(person("ann", employeeId="E-1815"))
    found = company.find("ann2", job=RESOURCES, employeeId="e-1815")
    assert (found.target, found.by) == (id_, "employeeId")
    assert company.find("ben", job=RESOURCES, employeeId="E-1816") == MatchResult()


def test_who_is_written_after_the_first_question_is_recognised_too(company: Company) -> None:
    assert company.find("ann2", job=RESOURCES, employeeId="ärzte-7") == MatchResult()
    (id_,) = company.done(person("ann", employeeId="ÄRZTE-7"))
    assert company.find("ann2", job=RESOURCES, employeeId="ärzte-7").target == id_
    company.done(update("ann", employeeId="ÄRZTE-8"))
    assert company.find("ann2", job=RESOURCES, employeeId="ärzte-7") == MatchResult()
    assert company.find("ann2", job=RESOURCES, employeeId="ärzte-8").target == id_
    company.done(gone("ann"))
    assert company.find("ann2", job=RESOURCES, employeeId="ärzte-8") == MatchResult()


def test_two_users_with_one_value_are_told_apart_by_the_next_attribute(company: Company) -> None:
    company.done(person("ann", employeeId="7"), person("ben", employeeId="7", extensionAttribute1="ben"))
    assert company.find("x", job=RESOURCES, employeeId="7") == MatchResult()
    found = company.find("x", job=RESOURCES, employeeId="7", extensionAttribute1="ben")
    assert (company.user(found.target or "")["displayName"], found.by) == ("Ben", "extensionAttribute1")


def test_within_one_forest_an_attribute_joins_nobody(company: Company) -> None:
    company.done(person("ann", employeeId="7"))
    assert company.find("ann2", job=ACCOUNTS, employeeId="7") == MatchResult()


def test_a_user_of_the_cloud_alone_is_not_taken_over_by_an_attribute(company: Company) -> None:
    cloud = {"displayName": "Cleo", "userPrincipalName": "cleo@contoso.test", "employeeId": "7"}
    company.directory.create_object("users", cloud)
    assert company.find("cleo", job=RESOURCES, employeeId="7") == MatchResult()


def test_thousands_of_users_are_listed_by_an_attribute_once_it_is_asked_for(company: Company) -> None:
    ids = company.done(*(person(f"p{n}", employeeId=str(n)) for n in range(1200)))
    company.directory.set_features(Features(block_hard_takeover=True))
    assert company.find("x", job=RESOURCES, employeeId="1199").target == ids[1199]
    company.directory.set_features(Features())
    assert company.directory.features().known_by == {"employeeId": True}
