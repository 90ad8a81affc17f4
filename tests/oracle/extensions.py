"""Directory extensions: what Graph has no property for (entra.md 1.7, 1.20).

Written by hand: the attributes by how a value is read, and the object types that have them.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

from tests.oracle.listing import Record

PREFIX = "extension_d7a1f3b2c4e64c0f9a58b6e1207f4d93_"
"""As docs/mapping.md names it."""

MOST_CERTIFICATES = 15

CARD = (
    "c cn countryCode# description* homePhone info initials ipPhone middleName otherFacsimileTelephoneNumber* "
    "otherHomePhone* otherIpPhone* otherMobile* otherPager* otherTelephone* pager postOfficeBox* telephoneAssistant "
    "url* wWWHomePage userCertificate*! userSMIMECertificate*!"
)
MAIL = (
    "legacyExchangeDN msDS-HABSeniorityIndex# msDS-PhoneticDisplayName msExchEnableModeration? "
    "msExchExtensionCustomAttribute1* msExchExtensionCustomAttribute2* msExchExtensionCustomAttribute3* "
    "msExchExtensionCustomAttribute4* msExchExtensionCustomAttribute5* msExchLitigationHoldDate@ "
    "msExchLitigationHoldOwner msExchModerationFlags# msExchRecipientDisplayType# msExchRecipientTypeDetails# "
    "msExchRequireAuthToSendTo? msExchRetentionComment msExchRetentionURL msExchSenderHintTranslations*"
)
MAIL_PERSON = (
    "msExchAssistantName msExchBlockedSendersHash! msExchSafeRecipientsHash! msExchSafeSendersHash! targetAddress"
)
CALLS = (
    "msRTCSIP-DeploymentLocator msRTCSIP-Line msRTCSIP-OptionFlags# msRTCSIP-PrimaryUserAddress msRTCSIP-UserEnabled?"
)
ACCOUNT = "msRTCSIP-ApplicationOptions# msRTCSIP-OwnerUrn msDS-KeyCredentialLink*"
MAILBOX = (
    "msExchArchiveGUID! msExchArchiveName* msExchAuditAdmin# msExchAuditDelegate# msExchAuditDelegateAdmin# "
    "msExchAuditOwner# msExchBypassAudit? msExchELCExpirySuspensionEnd@ msExchELCExpirySuspensionStart@ "
    "msExchELCMailboxFlags# msExchImmutableID msExchMailboxAuditEnable? msExchMailboxAuditLogAgeLimit# "
    "msExchMailboxGuid! msExchRemoteRecipientType# msExchResourceCapacity# msExchResourceDisplay "
    "msExchResourceMetaData* msExchResourceSearchProperties* msExchTeamMailboxExpiration@ "
    "msExchTeamMailboxSharePointUrl msExchUserHoldPolicies*"
)
GROUP = "hideDLMembership? msOrg-IsOrganizational? oOFReplyToOriginator? reportToOriginator? reportToOwner?"
"""After a name: * several values, # number, ? truth, ! binary, @ time."""

OF = {
    "user": f"{CARD} {CALLS} {ACCOUNT}",
    "contact": f"{CARD} {CALLS} {MAIL} {MAIL_PERSON}",
    "group": "cn info",
    "device": "userCertificate*!",
}
WITH_NICKNAME = {"user": f"{MAIL} {MAIL_PERSON} {MAILBOX}", "group": f"{MAIL} {GROUP}"}
"""What flows besides for whoever has a mailNickname (entra.md 1.6)."""

LINKS = "authOrig dLMemRejectPerms dLMemSubmitPerms msExchModeratedByLink publicDelegates unauthOrig"
LINKS_OF = {
    "user": f"{LINKS} altRecipient msExchDelegateListLink msExchTeamMailboxOwners msExchTeamMailboxSharePointLinkedBy",
    "contact": LINKS,
    "group": f"{LINKS} msExchBypassModerationLink msExchCoManagedByLink",
    "device": "",
}


def property_name(attribute: str) -> str:
    """How the directory calls the extension of an attribute."""
    return PREFIX + attribute.replace("-", "_")


def extension_links(type_: str) -> dict[str, str]:
    """Reference properties of a type, and the attributes they come from."""
    return {property_name(name): name for name in LINKS_OF[type_].split()}


def has_extension_links(record: Record, type_: str) -> bool:
    """Whether they flow for an object."""
    return type_ not in WITH_NICKNAME or bool(record.one("mailNickname"))


def extensions(record: Record, type_: str) -> dict[str, Any]:
    """The extensions of one object that have a value."""
    found: dict[str, Any] = {}
    words = OF[type_] + (f" {WITH_NICKNAME.get(type_, '')}" if record.one("mailNickname") else "")
    for word in words.split():
        name = word.rstrip("*#?!@")
        raw = record.values.get(name.lower())
        if not raw or ("Certificate" in name and len(raw) > MOST_CERTIFICATES):
            continue
        values = [_read(value, word) for value in raw]
        found[property_name(name)] = values if "*" in word else values[0]
    return found


def _read(raw: bytes, word: str) -> Any:
    match word.replace("*", "")[-1]:
        case "#":
            return int(raw)
        case "?":
            return raw == b"TRUE"
        case "!":
            return b64encode(raw).decode()
        case "@":
            moment = datetime.strptime(raw[:14].decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
            return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        case _:
            return raw.decode()
