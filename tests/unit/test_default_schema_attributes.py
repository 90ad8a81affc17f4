"""Every attribute that the published list synchronizes has a place in the directory.

The lists are those of reference-connect-sync-attributes-synchronized, all applications together, with Active
Directory's spelling of the names; what Graph calls each is from its resource pages.
"""

from __future__ import annotations

import re

import pytest

from ropeway.connectors.ldif.schema import object_definitions
from ropeway.directory.validation import Invalid, normalised
from ropeway.rules import compile_rules, default_schema
from ropeway.rules.definitions import built_in
from ropeway.rules.extensions import APPLICATION, extension_name

RULES = compile_rules(default_schema("active-directory"))

ANN = {"sAMAccountName": "ann", "userAccountControl": 512, "distinguishedName": "CN=Ann,DC=contoso,DC=test"}

CARD = """givenName=givenName sn=surname title=jobTitle department=department company=companyName
displayName=displayName physicalDeliveryOfficeName=officeLocation streetAddress=streetAddress
l=city st=state postalCode=postalCode co=country
telephoneNumber=businessPhones mobile=mobilePhone facsimileTelephoneNumber=faxNumber mail=mail
mailNickname=mailNickname proxyAddresses=proxyAddresses manager=manager thumbnailPhoto=thumbnailPhoto
msExchHideFromAddressLists=showInAddressList c cn countryCode description homePhone info initials ipPhone middleName
otherFacsimileTelephoneNumber otherHomePhone otherIpPhone otherMobile otherPager otherTelephone pager postOfficeBox
telephoneAssistant url wWWHomePage sourceAnchor=onPremisesImmutableId"""

NUMBERED = " ".join(f"extensionAttribute{n}=extensionAttribute{n}" for n in range(1, 16))

ACCOUNT = """userAccountControl=accountEnabled employeeID=employeeId preferredLanguage=preferredLanguage
domainFQDN=onPremisesDomainName domainNetBios=onPremisesNetBiosName msDS-KeyCredentialLink
objectSid=onPremisesSecurityIdentifier pwdLastSet=lastPasswordChangeDateTime sAMAccountName=onPremisesSamAccountName
msExchUsageLocation=usageLocation userPrincipalName=userPrincipalName
distinguishedName=onPremisesDistinguishedName"""

EXCHANGE = """authOrig dLMemRejectPerms dLMemSubmitPerms legacyExchangeDN msDS-HABSeniorityIndex
msDS-PhoneticDisplayName msExchEnableModeration msExchExtensionCustomAttribute1 msExchExtensionCustomAttribute2
msExchExtensionCustomAttribute3 msExchExtensionCustomAttribute4 msExchExtensionCustomAttribute5
msExchLitigationHoldDate msExchLitigationHoldOwner msExchModeratedByLink msExchModerationFlags
msExchRecipientDisplayType msExchRecipientTypeDetails msExchRequireAuthToSendTo msExchRetentionComment
msExchRetentionURL msExchSenderHintTranslations publicDelegates unauthOrig"""

MAIL_PERSON = """msExchAssistantName msExchBlockedSendersHash msExchSafeRecipientsHash msExchSafeSendersHash
targetAddress userCertificate userSMIMECertificate"""

MAILBOX = """altRecipient msExchArchiveGUID msExchArchiveName msExchAuditAdmin msExchAuditDelegate
msExchAuditDelegateAdmin msExchAuditOwner msExchBypassAudit msExchDelegateListLink msExchELCExpirySuspensionEnd
msExchELCExpirySuspensionStart msExchELCMailboxFlags msExchImmutableID msExchMailboxAuditEnable
msExchMailboxAuditLogAgeLimit msExchMailboxGuid msExchRemoteRecipientType msExchResourceCapacity
msExchResourceDisplay msExchResourceMetaData msExchResourceSearchProperties msExchTeamMailboxExpiration
msExchTeamMailboxOwners msExchTeamMailboxSharePointLinkedBy msExchTeamMailboxSharePointUrl msExchUserHoldPolicies"""

TEAMS = """msRTCSIP-DeploymentLocator msRTCSIP-Line msRTCSIP-OptionFlags msRTCSIP-PrimaryUserAddress
msRTCSIP-UserEnabled"""

TEAMS_ACCOUNT = "msRTCSIP-ApplicationOptions msRTCSIP-OwnerUrn"

GROUP = """displayName=displayName cn info description=description mail=mail mailNickname=mailNickname managedBy=owners
member=members proxyAddresses=proxyAddresses objectSid=onPremisesSecurityIdentifier groupType=securityEnabled
sAMAccountName=onPremisesSamAccountName sourceAnchor=onPremisesImmutableId
msExchHideFromAddressLists=hideFromAddressLists hideDLMembership msExchBypassModerationLink
msExchCoManagedByLink msOrg-IsOrganizational oOFReplyToOriginator reportToOriginator reportToOwner"""

DEVICE = """userAccountControl=accountEnabled displayName=displayName objectGUID=deviceId
objectSid=onPremisesSecurityIdentifier operatingSystem=operatingSystem
operatingSystemVersion=operatingSystemVersion mS-DS-CreatorSID=registeredOwners userCertificate"""

PERSON = f"{CARD} {NUMBERED} {ACCOUNT} {EXCHANGE} {MAIL_PERSON} {MAILBOX} {TEAMS} {TEAMS_ACCOUNT}"
PUBLISHED = {
    "user": PERSON,
    "inetOrgPerson": PERSON,
    "contact": f"{CARD} {NUMBERED} {EXCHANGE} {MAIL_PERSON} {TEAMS}",
    "group": f"{GROUP} {NUMBERED} {EXCHANGE}",
    "computer": DEVICE,
}


def flows(type_):
    """Source attribute and target attribute of every flow, references included."""
    rule = RULES.rule_for(type_)
    pairs = {(source, flow.target.name) for flow in rule.flows for source in flow.reads}
    return pairs | set(rule.references.items())


@pytest.mark.parametrize("type_", PUBLISHED)
def test_every_published_attribute_has_its_place(type_):
    wanted = {
        (source, target or extension_name(source))
        for source, _, target in (word.partition("=") for word in PUBLISHED[type_].split())
    }
    assert wanted - flows(type_) == set()


def test_an_extension_has_graphs_name():
    assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", APPLICATION)
    assert extension_name("msRTCSIP-Line") == f"extension_{APPLICATION.replace('-', '')}_msRTCSIP_Line"


def test_rules_and_ldif_files_agree_on_what_active_directory_holds():
    files = {a.name: (a.type, a.multivalued) for o in object_definitions() for a in o.attributes}
    rules = {a.name: (a.type, a.multivalued) for a in built_in("Active Directory").object("user").attributes}
    sids = {"objectSid", "sIDHistory", "mS-DS-CreatorSID", "msExchMasterAccountSid", "msRTCSIP-OriginatorSid"}
    assert rules.keys() - files.keys() == {"adminDescription", "primaryGroup"}
    assert [name for name in (rules.keys() & files.keys()) - sids if rules[name] != files[name]] == []


def test_exchange_attributes_of_every_type_arrive_as_they_are():
    mailbox = {
        **ANN,
        "msExchMailboxGuid": b"\x01" * 16,
        "msExchRecipientTypeDetails": 1,
        "msExchExtensionCustomAttribute1": ["red", "green"],
        "msExchBypassAudit": False,
        "msExchLitigationHoldDate": "2026-01-31T08:00:00Z",
        "mailNickname": "ann",
    }
    desired = RULES.rule_for("user").map(mailbox)
    stored = normalised("user", {name: value for name, value in desired.items() if name != "displayName"})
    told = {name: value for name, value in mailbox.items() if name.startswith("msExch")}
    assert {name: stored[extension_name(name)] for name in told} == told | {
        "msExchMailboxGuid": "AQEBAQEBAQEBAQEBAQEBAQ=="
    }


def test_what_concerns_mail_flows_for_whoever_has_a_mail_nickname() -> None:
    told = {**ANN, "msExchBypassAudit": True, "msExchExtensionCustomAttribute1": ["red"]}
    rule, name = RULES.rule_for("user"), extension_name("msExchBypassAudit")
    assert rule.map(told).get(name) is None
    assert rule.map({**told, "mailNickname": "ann"})[name] is True


def test_sixteen_certificates_are_too_many_and_do_not_flow():
    certificate = extension_name("userCertificate")
    rule = RULES.rule_for("user")
    assert rule.map(ANN | {"userCertificate": [b"\x30"] * 15})[certificate] == [b"\x30"] * 15
    assert rule.map(ANN | {"userCertificate": [b"\x30"] * 16})[certificate] is None


@pytest.mark.parametrize(
    ("value", "stored"), [(7, 7), (True, True), (b"\x01", "AQ=="), ("77", "77"), (["a", "b"], ["a", "b"])]
)
def test_an_extension_of_ones_own_takes_what_entra_takes(value, stored):
    name = f"extension_{'0' * 32}_costCentre"
    assert normalised("user", {name: value}) == {name: stored}


@pytest.mark.parametrize("anchor", ["a" * 60, "ann_archer", "ann@contoso.test", "ann$"])
def test_a_source_anchor_that_the_cloud_does_not_take_is_refused(anchor):
    with pytest.raises(Invalid, match="value-not-allowed"):
        normalised("user", {"onPremisesImmutableId": anchor})


def test_an_extension_of_ones_own_has_at_most_250_characters():
    with pytest.raises(Invalid, match="value-too-long"):
        normalised("user", {f"extension_{'0' * 32}_costCentre": "x" * 251})
