"""What a client sends of an object to the hub's properties, and what it may not send."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import unquote

import msgspec

from ropeway.model.prepared import prepared
from ropeway.service.graph.objects.group_rules import check_group
from ropeway.service.graph.objects.kinds import CONTACTS, DEVICES, EXTENSION_ATTRIBUTES, GROUPS, ORG_DATA, USERS, Kind
from ropeway.service.odata.bodies import Body, shaped
from ropeway.service.odata.refusals import body_invalid

REQUIRED: Mapping[Kind, tuple[str, ...]] = {
    USERS: ("accountEnabled", "displayName", "mailNickname", "userPrincipalName"),
    GROUPS: ("displayName", "mailEnabled", "mailNickname", "securityEnabled"),
    CONTACTS: ("displayName",),
    DEVICES: ("displayName", "deviceId"),
}
NEVER_EMPTY: Mapping[Kind, tuple[str, ...]] = {USERS: ("usageLocation",), GROUPS: (), CONTACTS: (), DEVICES: ()}
"""What need not be said, and is not taken back."""
READ_ONLY = frozenset({
    "id", "createdDateTime", "deletedDateTime", "onPremisesLastSyncDateTime", "onPremisesProvisioningErrors",
    "onPremisesSyncEnabled", "onPremisesDistinguishedName", "onPremisesDomainName", "onPremisesNetBiosName",
    "onPremisesSamAccountName", "onPremisesSecurityIdentifier", "onPremisesUserPrincipalName", "proxyAddresses",
    "securityIdentifier", "serviceProvisioningErrors", "assignedPlans", "provisionedPlans", "creationType",
    "lastPasswordChangeDateTime", "renewedDateTime", "isAssignedAdminRole", "signInActivity", "identities",
})  # fmt: skip
"""Set by the directory or its jobs alone; of contacts, proxyAddresses can be set, since they can be made here."""

BIND = "@odata.bind"
BINDS: Mapping[Kind, tuple[str, ...]] = {
    USERS: ("manager",), GROUPS: ("members", "owners"), CONTACTS: ("manager",), DEVICES: (),
}  # fmt: skip
MOST_BOUND = 20
_REFERENCE = re.compile(r"(?:.*/)?(?:directoryObjects|users|groups|contacts|devices)(?:/|\(')([^/'()]+)(?:'\))?/?")


class Address(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """One of Graph's `addresses` of a contact."""

    city: str | None = None
    country_or_region: str | None = None
    office_location: str | None = None
    postal_code: str | None = None
    state: str | None = None
    street: str | None = None


class Phone(msgspec.Struct, forbid_unknown_fields=True):
    """One of Graph's `phones` of a contact."""

    number: str | None = None
    type: str = "business"
    language: str | None = None
    region: str | None = None


class OrgData(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """Graph's employeeOrgData, whose parts are said as a whole."""

    cost_center: str | None = None
    division: str | None = None


class PasswordProfile(Body, frozen=True):
    """Graph's passwordProfile."""

    password: str | None = None
    force_change_password_next_sign_in: bool | None = None
    force_change_password_next_sign_in_with_mfa: bool | None = None


def password_of(kind: Kind, body: Any) -> PasswordProfile | None:
    """What a client says of a user's password; RopewayError `body-invalid`."""
    profile: object = cast("dict[str, Any]", body).get("passwordProfile") if isinstance(body, dict) else None
    return shaped(profile, PasswordProfile) if kind is USERS and profile is not None else None


def properties_of(kind: Kind, body: Any, *, new: bool) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Properties, and ids that are to be bound, by relation; RopewayError `body-invalid` with Graph's reason."""
    if not isinstance(body, dict):
        raise body_invalid("the body", "a JSON object is expected")
    given = cast("dict[str, Any]", body)
    bound = {name.removesuffix(BIND): _bound(name, value) for name, value in given.items() if name.endswith(BIND)}
    for name in bound:
        if name not in BINDS[kind]:
            raise body_invalid(name, "it cannot be bound")
    plain = {name: value for name, value in given.items() if "@odata." not in name}
    for name in plain:
        if name in READ_ONLY and not (kind is CONTACTS and name == "proxyAddresses"):
            raise body_invalid(name, f"Property '{name}' is read-only and cannot be set.")
    if new:
        _check_new(kind, plain)
    for name in (*REQUIRED[kind], *NEVER_EMPTY[kind]):
        if name in plain and plain[name] is None:
            raise body_invalid(
                name, f"Invalid value specified for property '{name}' of resource '{kind.name.title()}'."
            )
    return _flat(kind, plain), bound


def _check_new(kind: Kind, plain: Mapping[str, Any]) -> None:
    for name in REQUIRED[kind]:
        if plain.get(name) is None:
            raise body_invalid(name, f"A value is required for property '{name}' of resource '{kind.name.title()}'.")
    if kind is GROUPS:
        check_group(plain, {})


def _flat(kind: Kind, plain: dict[str, Any]) -> dict[str, Any]:
    """Graph's structures as the flat names that the hub has."""
    attributes = plain.pop(EXTENSION_ATTRIBUTES, None)
    if isinstance(attributes, dict):
        for name, value in cast("dict[str, Any]", attributes).items():
            if not re.fullmatch(r"extensionAttribute([1-9]|1[0-5])", name):
                raise body_invalid(f"{EXTENSION_ATTRIBUTES}.{name[:64]}", "there is no such attribute")
            plain[name] = value
    elif attributes is not None:
        raise body_invalid(EXTENSION_ATTRIBUTES, "an object is expected")
    if kind is USERS:
        plain.pop("passwordProfile", None)  # `password_of`
        if ORG_DATA in plain:
            said = _converted(plain.pop(ORG_DATA) or {}, OrgData, ORG_DATA)
            plain |= {"costCenter": said.cost_center, "division": said.division}
    if kind is CONTACTS:
        _flat_contact(plain)
    return plain


def _flat_contact(plain: dict[str, Any]) -> None:
    if (given := plain.pop("addresses", None)) is not None:
        found = _converted(given, list[Address], "addresses")
        at = found[0] if found else Address()
        plain |= {
            "city": at.city, "country": at.country_or_region, "officeLocation": at.office_location,
            "postalCode": at.postal_code, "state": at.state, "streetAddress": at.street,
        }  # fmt: skip
    if (given := plain.pop("phones", None)) is not None:
        phones = {one.type: one.number for one in _converted(given, list[Phone], "phones")}
        plain |= {
            "businessPhones": [phones["business"]] if phones.get("business") else [],
            "mobilePhone": phones.get("mobile"), "faxNumber": phones.get("businessFax"),
        }  # fmt: skip


def _converted(value: Any, kind: Any, name: str) -> Any:
    try:
        return msgspec.convert(value, prepared(kind))
    except msgspec.ValidationError as error:
        raise body_invalid(name, str(error)) from None


def _bound(name: str, value: Any) -> list[str]:
    values = cast("list[Any]", value) if isinstance(value, list) else [value]
    if len(values) > MOST_BOUND:
        raise body_invalid(name, f"The number of references is larger than {MOST_BOUND}")
    return [id_of(name, one) for one in values]


def id_of(name: str, reference: Any) -> str:
    """The id at the end of the address of an object, `https://…/v1.0/directoryObjects/{id}`."""
    found = _REFERENCE.fullmatch(reference) if isinstance(reference, str) and len(reference) < 1024 else None
    if found is None:
        raise body_invalid(name, "an address of a directory object is expected, …/directoryObjects/{id}")
    return unquote(found[1]).lower()
