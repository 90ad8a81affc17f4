"""Accounts in contoso.test, mailboxes in fabrikam.test, one directory: one person is one user, whoever says what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from ldap.ldapobject import LDAPObject

from ropeway.lab.domain import Domain
from ropeway.rules.defaults import written_out
from tests.fixtures.samba import bound
from tests.journeys.administration import DISABLED, Administration, Thing
from tests.journeys.tenant import Followed, Tenant
from tests.oracle.decoding import sid
from tests.oracle.extensions import property_name

LINKED, USER_MAILBOX = 2, 1
"""msExchRecipientTypeDetails."""


@dataclass
class Forests:
    """Contoso has the accounts, Fabrikam runs Exchange."""

    contoso: Administration
    fabrikam: Administration
    tenant: Tenant

    def follow(self, *which: str, **settings: Any) -> list[Followed]:
        """Jobs for both forests' units; the accounts' comes first where nothing else decides."""
        return [self.tenant.follow(getattr(self, name), name=name, **settings) for name in which]

    def linked_mailbox(self, person: Thing, **more: Any) -> Thing:
        """What Exchange makes in its own forest for an account of another: a disabled account that names it."""
        account = self.contoso.values(person)
        master = account["objectSid"][0]
        assert sid(master).startswith("S-1-5-21-")
        return self.mailbox(
            person.name,
            **{
                "userAccountControl": DISABLED,
                "msExchRecipientTypeDetails": LINKED,
                "msExchMasterAccountSid": master,
                **more,
            },
        )

    def mailbox(self, name: str, **more: Any) -> Thing:
        local = name.lower().replace(" ", ".")
        given = {
            "mail": f"{local}@contoso.test",
            "mailNickname": local,
            "proxyAddresses": [f"SMTP:{local}@contoso.test"],
            "msExchMailboxGuid": uuid4().bytes,
            "msExchRecipientTypeDetails": USER_MAILBOX,
        }
        return self.fabrikam.person(name, **{**given, **more})

    def user(self, person: Thing) -> dict[str, Any]:
        found = self.tenant.shown(person)
        assert found is not None
        return found


@pytest.fixture(scope="module")
def connections(shared_domain: Domain, mail_forest: Domain) -> Iterator[tuple[LDAPObject, LDAPObject]]:
    domains = shared_domain, mail_forest
    made = [bound(d, d.administrator, d.administrator_password().reveal()) for d in domains]
    yield made[0], made[1]
    for connection in made:
        connection.unbind_s()


@pytest.fixture
def forests(
    shared_domain: Domain,
    mail_forest: Domain,
    connections: tuple[LDAPObject, LDAPObject],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Forests]:
    unit = request.node.name[-60:].partition("[")[0]
    made = Forests(
        Administration(shared_domain, connections[0], unit),
        Administration(mail_forest, connections[1], unit),
        Tenant(f"sqlite:///{tmp_path}/ropeway.sqlite", "contoso.test", "fabrikam.test"),
    )
    yield made
    made.tenant.control.close()
    made.contoso.delete(made.contoso.unit_of_ours)
    made.fabrikam.delete(made.fabrikam.unit_of_ours)


def joining_by(*attributes: str) -> dict[str, Any]:
    """The default schema with one change: people are recognised by these across forests."""
    schema = written_out("active_directory")
    users = schema["synchronizationRules"][0]["objectMappings"][0]
    for priority, name in enumerate(attributes, 3):
        flow = next(flow for flow in users["attributeMappings"] if flow["targetAttributeName"] == name)
        flow["matchingPriority"] = priority
    return schema


EITHER_FIRST = pytest.mark.parametrize("order", [("contoso", "fabrikam"), ("fabrikam", "contoso")], ids=" then ".join)


def test_a_linked_mailbox_is_one_user_with_its_account(forests: Forests) -> None:
    ann = forests.contoso.person("Ann Archer", title="Clerk", department="Accounts")
    forests.linked_mailbox(ann, title="Head of Sales", telephoneNumber="+47 1")
    accounts, mailboxes = forests.follow("contoso", "fabrikam")
    accounts.run()
    assert mailboxes.run().result == "success"
    seen = forests.user(ann)
    assert (seen["accountEnabled"], seen["userPrincipalName"]) == (True, "ann.archer@contoso.test")
    assert (seen["jobTitle"], seen["department"], seen["businessPhones"]) == ("Head of Sales", "Accounts", ["+47 1"])
    assert (seen["mail"], seen[property_name("msExchRecipientTypeDetails")]) == ("ann.archer@contoso.test", LINKED)
    assert seen["onPremisesDistinguishedName"] == forests.contoso.dn(ann)
    assert forests.tenant.names() == {"Ann Archer"}


def test_a_linked_mailbox_without_its_account_is_nobody(forests: Forests) -> None:
    ann = forests.contoso.person("Ann Archer")
    forests.linked_mailbox(ann)
    (mailboxes,) = forests.follow("fabrikam")
    assert mailboxes.run().result == "success"
    assert forests.tenant.names() == set()


def test_a_mailbox_that_goes_takes_what_it_said_and_leaves_the_account(forests: Forests) -> None:
    ann = forests.contoso.person("Ann Archer", title="Clerk")
    box = forests.linked_mailbox(ann, title="Head of Sales")
    accounts, mailboxes = forests.follow("contoso", "fabrikam")
    accounts.run()
    mailboxes.run()
    forests.fabrikam.delete(box)
    mailboxes.run()
    seen = forests.user(ann)
    assert seen["jobTitle"] == "Clerk"
    assert property_name("msExchMailboxGuid") not in seen


def test_a_linked_mailbox_does_not_keep_an_account_that_left(forests: Forests) -> None:
    ann = forests.contoso.person("Ann Archer")
    forests.linked_mailbox(ann)
    accounts, mailboxes = forests.follow("contoso", "fabrikam")
    accounts.run()
    mailboxes.run()
    forests.contoso.delete(ann)
    accounts.run()
    assert forests.tenant.names() == set()


@EITHER_FIRST
def test_one_person_in_two_forests_joined_by_mail_is_one_user(order: tuple[str, str], forests: Forests) -> None:
    ann = forests.contoso.person("Ann Archer", mail="ann.archer@contoso.test", title="Clerk")
    box = forests.mailbox("Ann Archer", title="Head of Sales", userAccountControl=DISABLED)
    for job in forests.follow(*order, schema=joining_by("mail")):
        assert job.run().result == "success"
    (user,) = forests.tenant.control.list_objects("users")
    assert (user["accountEnabled"], user["userPrincipalName"]) == (True, "ann.archer@contoso.test")
    assert (user["jobTitle"], user["proxyAddresses"]) == ("Head of Sales", ["SMTP:ann.archer@contoso.test"])
    first = ann if order[0] == "contoso" else box
    assert user["onPremisesImmutableId"] == first.immutable_id, "the anchor is assigned once"


@EITHER_FIRST
def test_an_account_and_the_mailbox_of_its_name_are_one_user(order: tuple[str, str], forests: Forests) -> None:
    """SAMAccountName and MailNickName: the account's name is the mailbox's alias, whatever either is called there."""
    ann = forests.contoso.person("Ann Archer", sAMAccountName="aarcher", title="Clerk", department="Accounts")
    box = forests.mailbox(
        "A Archer", mailNickname="AArcher", sAMAccountName="mbx-1", userAccountControl=DISABLED, title="Head of Sales"
    )
    ben = forests.mailbox("Ben Baker", mailNickname="bbaker", sAMAccountName="mbx-2", userAccountControl=DISABLED)
    for job in forests.follow(*order, schema=joining_by("onPremisesSamAccountName", "mailNickname")):
        assert job.run().result == "success"
    users = {user["onPremisesSamAccountName"]: user for user in forests.tenant.control.list_objects("users")}
    assert set(users) == {"aarcher", "mbx-2"}
    user = users["aarcher"]
    assert (user["accountEnabled"], user["jobTitle"], user["department"]) == (True, "Head of Sales", "Accounts")
    assert user["mailNickname"] == "AArcher"
    first = ann if order[0] == "contoso" else box
    assert user["onPremisesImmutableId"] == first.immutable_id
    assert users["mbx-2"]["onPremisesImmutableId"] == ben.immutable_id


@EITHER_FIRST
def test_people_with_one_personnel_number_in_two_forests_are_one_user(order: tuple[str, str], forests: Forests) -> None:
    forests.contoso.person("Ann Archer", employeeID="E-1815", title="Clerk", department="Accounts")
    forests.mailbox("Ann Smith", employeeID="e-1815", userAccountControl=DISABLED, title="Head of Sales")
    forests.mailbox("Ben Baker", employeeID="E-1816")
    forests.mailbox("Nobody's number")
    for job in forests.follow(*order, schema=joining_by("employeeId")):
        assert job.run().result == "success"
    users = {user.get("employeeId", ""): user for user in forests.tenant.control.list_objects("users")}
    assert len(users) == len(forests.tenant.control.list_objects("users")) == 3
    ann = next(user for number, user in users.items() if number.casefold() == "e-1815")
    assert (ann["jobTitle"], ann["department"], ann["accountEnabled"]) == ("Head of Sales", "Accounts", True)


def test_a_personnel_number_that_came_later_joins_whoever_comes_after_it(forests: Forests) -> None:
    ann = forests.contoso.person("Ann Archer", title="Clerk", department="Accounts")
    accounts, mailboxes = forests.follow("contoso", "fabrikam", schema=joining_by("employeeId"))
    forests.mailbox("Ben Baker", employeeID="E-1816")
    accounts.run()
    mailboxes.run()
    forests.contoso.set(ann, employeeID="E-1815")
    accounts.run()
    forests.mailbox("Ann Smith", employeeID="E-1815", userAccountControl=DISABLED, title="Head of Sales")
    mailboxes.run()
    assert forests.user(ann)["jobTitle"] == "Head of Sales"
    assert len(forests.tenant.control.list_objects("users")) == 2


def test_without_joining_two_people_of_one_mail_are_two_users(forests: Forests) -> None:
    forests.contoso.person("Ann Archer", mail="ann.archer@contoso.test")
    forests.mailbox("Ann Archer")
    for job in forests.follow("contoso", "fabrikam"):
        job.run()
    assert len(forests.tenant.control.list_objects("users")) == 2


@EITHER_FIRST
def test_a_contact_of_one_forest_who_is_a_user_of_the_other_is_that_user(
    order: tuple[str, str], forests: Forests
) -> None:
    ann = forests.contoso.person("Ann Archer", mail="ann@contoso.test", department="Accounts")
    card = forests.fabrikam.contact("Ann (Contoso)", mail="ann@contoso.test", l="Oslo")
    partners = forests.fabrikam.group("Partners", card)
    for job in forests.follow(*order):
        job.run()
    assert forests.tenant.names("contacts") == set()
    seen = forests.user(ann)
    assert (seen["displayName"], seen["department"], seen["city"]) == ("Ann Archer", "Accounts", "Oslo")
    assert {m["displayName"] for m in forests.user(partners)["members"]} == {"Ann Archer"}


def test_a_contact_is_a_contact_again_when_the_user_leaves(forests: Forests) -> None:
    ann = forests.contoso.person("Ann Archer", mail="ann@contoso.test")
    card = forests.fabrikam.contact("Ann (Contoso)", mail="ann@contoso.test")
    accounts, mailboxes = forests.follow("contoso", "fabrikam")
    accounts.run()
    mailboxes.run()
    forests.contoso.delete(ann)
    accounts.run()
    assert (forests.tenant.names(), forests.tenant.names("contacts")) == (set(), {"Ann (Contoso)"})
    forests.fabrikam.set(card, l="Oslo")
    mailboxes.run()
    assert forests.user(card)["city"] == "Oslo"
    assert mailboxes.amiss() == []
