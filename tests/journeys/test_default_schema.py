"""The default schema in a forest with the attributes of Exchange and Skype for Business."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from ldap.ldapobject import LDAPObject

from ropeway.lab.domain import Domain
from ropeway.rules.defaults import written_out
from tests.fixtures.samba import bound
from tests.journeys.administration import Administration, Thing
from tests.journeys.tenant import Followed, Tenant
from tests.oracle.decoding import sid
from tests.oracle.extensions import property_name

YESTERDAY = 133_485_408_000_000_000
"""accountExpires: 1 January 2024."""
DOMAIN_USERS = 513
PHOTO = bytes.fromhex("ffd8ffe000104a46494600ffd9")


@pytest.fixture(scope="module")
def administrator(mail_forest: Domain) -> Iterator[LDAPObject]:
    connection = bound(mail_forest, mail_forest.administrator, mail_forest.administrator_password().reveal())
    yield connection
    connection.unbind_s()


@pytest.fixture
def office(mail_forest: Domain, administrator: LDAPObject, request: pytest.FixtureRequest) -> Iterator[Administration]:
    """An administrator of fabrikam.test, and a unit for this test, gone afterwards."""
    made = Administration(mail_forest, administrator, request.node.name[-60:])
    yield made
    made.delete(made.unit_of_ours)


@pytest.fixture
def job(office: Administration, tmp_path: Path) -> Iterator[Followed]:
    tenant = Tenant(f"sqlite:///{tmp_path}/ropeway.sqlite", "fabrikam.test")
    yield tenant.follow(office)
    tenant.control.close()


def mailbox(office: Administration, name: str, **more: object) -> Thing:
    """Somebody with a mailbox here."""
    local = name.lower().replace(" ", ".")
    given = {
        "mail": f"{local}@fabrikam.test",
        "mailNickname": local,
        "proxyAddresses": [f"SMTP:{local}@fabrikam.test", f"sip:{local}@fabrikam.test"],
        "msExchMailboxGuid": uuid4().bytes,
        "msExchRecipientTypeDetails": 1,
    }
    return office.person(name, **{**given, **more})  # pyright: ignore[reportArgumentType]


def test_a_mailbox_with_everything_that_is_synchronized(office: Administration, job: Followed) -> None:
    bob, sales = mailbox(office, "Bob Baker"), office.group("Sales", mail="sales@fabrikam.test")
    ann = mailbox(
        office,
        "Ann Archer",
        initials="AA", middleName="Beatrice", info="Plays the harp", description="Archer",
        homePhone="+47 1", ipPhone="17", pager="18", otherTelephone=["+47 2", "+47 3"], otherMobile=["+47 4"],
        otherHomePhone=["+47 5"], otherPager=["6"], otherIpPhone=["7"], otherFacsimileTelephoneNumber=["8"],
        postOfficeBox=["PB 9"], wWWHomePage="https://ann.fabrikam.test", url=["https://a.test", "https://b.test"],
        c="NO", co="Norway", countryCode=578, telephoneAssistant="+47 10", thumbnailPhoto=PHOTO,
        userSMIMECertificate=[b"\x30\x82"], userCertificate=[b"\x30\x83"], preferredLanguage="nb-NO",
        altRecipient=office.dn(bob), authOrig=[office.dn(bob), office.dn(sales)], publicDelegates=[office.dn(bob)],
        dLMemRejectPerms=[office.dn(sales)], dLMemSubmitPerms=[office.dn(sales)], unauthOrig=[office.dn(bob)],
        msExchDelegateListLink=[office.dn(bob)], msExchModeratedByLink=[office.dn(bob)],
        legacyExchangeDN="/o=Fabrikam/ou=Oslo/cn=ann", targetAddress="SMTP:ann@elsewhere.test",
        msExchArchiveGUID=uuid4().bytes, msExchArchiveName=["Archive of Ann"], msExchAssistantName="Eve Evans",
        msExchBlockedSendersHash=b"\x01\x02", msExchSafeSendersHash=b"\x03\x04", msExchSafeRecipientsHash=b"\x05",
        msExchBypassAudit="FALSE", msExchEnableModeration="TRUE", msExchHideFromAddressLists="TRUE",
        msExchExtensionCustomAttribute1=["red", "green"], msExchLitigationHoldDate="20260131080000.0Z",
        msExchRemoteRecipientType=1, msExchRecipientDisplayType=1073741824, msExchUserHoldPolicies=["one", "two"],
        extensionAttribute1="one", extensionAttribute15="fifteen", msExchUsageLocation="SE",
        **{"msRTCSIP-Line": "tel:+47123", "msRTCSIP-OptionFlags": 257, "msRTCSIP-UserEnabled": "TRUE",
           "msRTCSIP-PrimaryUserAddress": "sip:ann.archer@fabrikam.test", "msDS-PhoneticDisplayName": "An Artsher"},
    )  # fmt: skip
    office.report_to(ann, bob)
    job.run()
    assert job.amiss(fresh=True) == []
    seen = job.user(ann)
    assert seen[property_name("msRTCSIP-Line")] == "tel:+47123"
    assert [end["displayName"] for end in seen[property_name("authOrig")]] == ["Bob Baker", "Sales"]
    assert (seen["usageLocation"], seen["showInAddressList"]) == ("SE", False)


def test_an_inet_org_person_is_a_user_like_any_other(office: Administration, job: Followed) -> None:
    eve = office.person("Eve Evans")
    ivy = office.person("Ivy Ito", manager=eve, objectClass="inetOrgPerson", title="Clerk", mailNickname="ivy",
                        msExchBypassAudit="TRUE", accountExpires=YESTERDAY)  # fmt: skip
    team = office.group("Team", ivy)
    office.report_to(eve, ivy)
    job.run()
    assert job.amiss(fresh=True) == []
    assert (job.user(ivy)["jobTitle"], job.user(ivy)["accountEnabled"]) == ("Clerk", False)
    assert job.members(team) == {"Ivy Ito"}
    assert job.user(eve)["manager"]["displayName"] == "Ivy Ito"
    office.set(ivy, title="Head", accountExpires=0)
    office.leave(team, ivy)
    job.run()
    assert (job.user(ivy)["jobTitle"], job.user(ivy)["accountEnabled"]) == ("Head", True)
    assert job.amiss() == []


def with_rules(**enabled: bool) -> dict[str, Any]:
    """The default schema with these rules, by their ids, switched on or off."""
    schema = written_out("active_directory")
    for rule in schema["synchronizationRules"]:
        for mapping in rule["objectMappings"] if rule["id"].replace("-", "_") in enabled else ():
            mapping["enabled"] = enabled[rule["id"].replace("-", "_")]
    return schema


def test_members_by_primary_group_are_shown_where_that_rule_is_switched_on(
    office: Administration, tmp_path: Path
) -> None:
    tenant = Tenant(f"sqlite:///{tmp_path}/ropeway.sqlite", "fabrikam.test")
    job = tenant.follow(office, schema=with_rules(primary_groups=True))
    ann, eve = office.person("Ann Archer"), office.person("Eve Evans")
    staff = office.group("Staff", ann, eve)
    number = sid(office.values(staff)["objectSid"][0]).rpartition("-")[2]
    office.set(ann, primaryGroupID=int(number))
    assert office.values(staff)["member"] == [office.dn(eve).encode()]
    job.run()
    assert job.members(staff) == {"Ann Archer", "Eve Evans"}
    office.set(eve, primaryGroupID=int(number))
    job.run()
    assert job.members(staff) == {"Ann Archer", "Eve Evans"}
    office.set(ann, primaryGroupID=DOMAIN_USERS)
    office.leave(staff, ann)
    job.run()
    assert job.members(staff) == {"Eve Evans"}
    office.set(eve, primaryGroupID=DOMAIN_USERS)  # a primary group cannot be deleted before its members
    tenant.control.close()


def test_an_expired_account_stays_enabled_where_that_rule_is_switched_off(
    office: Administration, tmp_path: Path
) -> None:
    tenant = Tenant(f"sqlite:///{tmp_path}/ropeway.sqlite", "fabrikam.test")
    job = tenant.follow(office, schema=with_rules(expired_accounts=False))
    ann = office.person("Ann Archer", accountExpires=YESTERDAY)
    job.run()
    assert job.user(ann)["accountEnabled"] is True
    tenant.control.close()
