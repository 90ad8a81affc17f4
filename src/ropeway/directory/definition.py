"""What the directory holds: object types and attributes with Graph's names, types and lengths (resource pages of Graph
v1.0: user, group, orgContact, device). Contacts carry the flat names of users; Graph's `addresses` and `phones` are a
matter of the API.
"""

from __future__ import annotations

from ropeway.model.definition import AttributeDefinition, ObjectDefinition


def _text(length: int | None, *names: str) -> tuple[AttributeDefinition, ...]:
    return tuple(AttributeDefinition(name, max_length=length) for name in names)


def _lists(length: int | None, *names: str) -> tuple[AttributeDefinition, ...]:
    return tuple(AttributeDefinition(name, multivalued=True, max_length=length) for name in names)


def _flags(*names: str) -> tuple[AttributeDefinition, ...]:
    return tuple(AttributeDefinition(name, "Boolean") for name in names)


def _times(*names: str) -> tuple[AttributeDefinition, ...]:
    return tuple(AttributeDefinition(name, "DateTime") for name in names)


def _binary(*names: str) -> tuple[AttributeDefinition, ...]:
    return tuple(AttributeDefinition(name, "Binary") for name in names)


def _references(*names: str, single: bool = False) -> tuple[AttributeDefinition, ...]:
    return tuple(AttributeDefinition(name, "Reference", multivalued=not single) for name in names)


DISPLAY_NAME = AttributeDefinition("displayName", required=True, max_length=256)
IMMUTABLE_ID = AttributeDefinition("onPremisesImmutableId", anchor=True, case_exact=True, max_length=128)

_IDENTITY = (
    DISPLAY_NAME,
    IMMUTABLE_ID,
    *_text(184, "onPremisesSecurityIdentifier"),
    *_text(256, "onPremisesDomainName", "onPremisesNetBiosName", "onPremisesSamAccountName"),
    *_text(None, "onPremisesDistinguishedName"),
)

_EXTENSIONS = _text(1024, *(f"extensionAttribute{n}" for n in range(1, 16)))

_PERSON = (
    *_text(64, "givenName", "surname", "companyName", "department", "mobilePhone", "faxNumber", "mailNickname"),
    *_text(128, "city", "country", "state", "jobTitle", "officeLocation"),
    *_text(40, "postalCode"),
    *_text(1024, "streetAddress"),
    *_text(256, "mail"),
    *_lists(64, "businessPhones"),
    *_lists(1123, "proxyAddresses"),
    *_flags("showInAddressList"),
    *_references("manager", single=True),
    *_EXTENSIONS,
)

USER = ObjectDefinition(
    "user",
    (
        *_IDENTITY,
        *_PERSON,
        *_flags("accountEnabled"),
        AttributeDefinition("userPrincipalName", max_length=113),
        *_text(1024, "onPremisesUserPrincipalName"),
        *_text(16, "employeeId"),
        *_text(128, "employeeType", "preferredLanguage", "passwordPolicies"),
        *_text(2, "usageLocation"),
        *_text(6, "userType"),
        *_lists(256, "otherMails", "imAddresses"),
        *_times("employeeHireDate", "employeeLeaveDateTime", "lastPasswordChangeDateTime"),
        *_binary("thumbnailPhoto"),
    ),
)

GROUP = ObjectDefinition(
    "group",
    (
        *_IDENTITY,
        *_text(1024, "description"),
        *_text(64, "mailNickname"),
        *_text(256, "mail"),
        *_text(16, "visibility"),
        *_lists(1123, "proxyAddresses"),
        *_lists(64, "groupTypes"),
        *_flags("mailEnabled", "securityEnabled"),
        *_references("members", "owners"),
        *_EXTENSIONS,
    ),
)

CONTACT = ObjectDefinition("contact", (*_IDENTITY, *_PERSON))

DEVICE = ObjectDefinition(
    "device",
    (
        *_IDENTITY,
        *_flags("accountEnabled", "isCompliant", "isManaged"),
        *_text(64, "deviceId"),
        *_text(128, "operatingSystem", "operatingSystemVersion", "manufacturer", "model", "profileType", "trustType"),
        *_lists(1024, "physicalIds", "systemLabels"),
        *_times("registrationDateTime", "approximateLastSignInDateTime"),
        *_references("registeredOwners", "registeredUsers"),
        *_EXTENSIONS,
    ),
)

OBJECTS = (USER, GROUP, CONTACT, DEVICE)

ADMINISTRATORS_ONLY = AttributeDefinition("isAssignedAdminRole", "Boolean")
"""Whether a user holds an administrative role. Set by administrators alone; protects the account from being matched."""

BY_NAME: dict[str, dict[str, AttributeDefinition]] = {o.name: {a.name: a for a in o.attributes} for o in OBJECTS}

LINKS: dict[str, dict[str, AttributeDefinition]] = {
    type_: {name: a for name, a in attributes.items() if a.type == "Reference"} for type_, attributes in BY_NAME.items()
}

PLURALS = {"users": "user", "groups": "group", "contacts": "contact", "devices": "device"}
"""The command line's and the API's word for a type to the type."""
