"""A forest's schema with the attributes of Exchange and Skype for Business, so that mailboxes can be tried out.

The products themselves bring their schema by their own setup; here only the attributes that are synchronized are added,
with the published syntaxes. Their object identifiers are made up, in the arc that Microsoft gives away for that.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import md5
from typing import Any

from ropeway.lab import samba
from ropeway.lab.domain import Domain

ARC = "1.2.840.113556.1.8000.2554"

_SYNTAXES = {
    "String": ("2.5.5.12", 64),
    "Integer": ("2.5.5.9", 2),
    "LargeInteger": ("2.5.5.16", 65),
    "Boolean": ("2.5.5.8", 1),
    "Time": ("2.5.5.11", 24),
    "Binary": ("2.5.5.10", 4),
    "Sid": ("2.5.5.17", 4),
    "Reference": ("2.5.5.1", 127),
}
"""attributeSyntax and oMSyntax ([MS-ADTS] 3.1.1.2.2.2)."""

_ONE = {
    "String": (
        "mailNickname targetAddress msExchAssistantName msExchImmutableID msExchLitigationHoldOwner "
        "msExchUsageLocation msExchResourceDisplay msExchRetentionComment msExchRetentionURL "
        "msExchTeamMailboxSharePointUrl telephoneAssistant msRTCSIP-DeploymentLocator msRTCSIP-Line msRTCSIP-OwnerUrn "
        "msRTCSIP-PrimaryUserAddress " + " ".join(f"extensionAttribute{n}" for n in range(1, 16))
    ),
    "Integer": (
        "msExchAuditAdmin msExchAuditDelegate msExchAuditDelegateAdmin msExchAuditOwner msExchELCMailboxFlags "
        "msExchMailboxAuditLogAgeLimit msExchModerationFlags msExchRecipientDisplayType msExchResourceCapacity "
        "msRTCSIP-ApplicationOptions msRTCSIP-OptionFlags"
    ),
    "LargeInteger": "msExchRecipientTypeDetails msExchRemoteRecipientType",
    "Boolean": (
        "hideDLMembership msExchBypassAudit msExchEnableModeration msExchHideFromAddressLists msExchMailboxAuditEnable "
        "msExchRequireAuthToSendTo msRTCSIP-UserEnabled oOFReplyToOriginator reportToOriginator reportToOwner"
    ),
    "Time": (
        "msExchELCExpirySuspensionEnd msExchELCExpirySuspensionStart msExchLitigationHoldDate "
        "msExchTeamMailboxExpiration"
    ),
    "Binary": (
        "msExchArchiveGUID msExchBlockedSendersHash msExchMailboxGuid msExchSafeRecipientsHash msExchSafeSendersHash"
    ),
    "Sid": "msExchMasterAccountSid msRTCSIP-OriginatorSid",
    "Reference": "altRecipient",
}
_MANY = {
    "String": (
        "msExchArchiveName msExchExtensionCustomAttribute1 msExchExtensionCustomAttribute2 "
        "msExchExtensionCustomAttribute3 msExchExtensionCustomAttribute4 msExchExtensionCustomAttribute5 "
        "msExchResourceMetaData msExchResourceSearchProperties msExchSenderHintTranslations msExchUserHoldPolicies"
    ),
    "Reference": (
        "authOrig dLMemRejectPerms dLMemSubmitPerms msExchBypassModerationLink msExchCoManagedByLink "
        "msExchDelegateListLink msExchModeratedByLink msExchTeamMailboxOwners msExchTeamMailboxSharePointLinkedBy "
        "publicDelegates unauthOrig"
    ),
}


def add_mail_schema(domain: Domain) -> None:
    """Add the attributes to a forest whose controller does not run; those that are there stay. Seconds."""
    samba.script(domain.files, "extend_schema.py", str(domain.smb_conf), lines=map(json.dumps, _definitions()))


def _definitions() -> Iterator[dict[str, Any]]:
    for single, table in ((True, _ONE), (False, _MANY)):
        for syntax, names in table.items():
            for name in names.split():
                yield _definition(name, *_SYNTAXES[syntax], single=single, linked=syntax == "Reference")


def _definition(name: str, syntax: str, om_syntax: int, *, single: bool, linked: bool) -> dict[str, Any]:
    digits = md5(name.encode(), usedforsecurity=False).digest()
    parts = ".".join(str(int.from_bytes(digits[at : at + 3])) for at in range(0, 12, 3))
    made: dict[str, Any] = {
        "cn": name,
        "objectClass": "attributeSchema",
        "lDAPDisplayName": name,
        "attributeID": f"{ARC}.{parts}",
        "attributeSyntax": syntax,
        "oMSyntax": om_syntax,
        "isSingleValued": str(single).upper(),
        "searchFlags": 0,
    }
    if linked:
        made["linkID"] = "1.2.840.113556.1.2.50"
    return made
