"""The default schema in a forest with the attributes of Exchange and Skype for Business."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from ldap.ldapobject import LDAPObject

from ropeway.lab.domain import Domain
from tests.fixtures.samba import bound
from tests.journeys.administration import Administration, Thing
from tests.journeys.tenant import Followed, Tenant
from tests.oracle.extensions import property_name

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
