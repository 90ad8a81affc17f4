"""What each object looks like in the directory (entra.md 1.7 and 1.9 for the flows, 1.11 for the names)."""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.oracle.decoding import immutable_id, sid, when
from tests.oracle.extensions import extensions
from tests.oracle.listing import Record
from tests.oracle.scope import SECURITY, TYPES, mail_enabled

DISABLED = 2
NEVER = 0x7FFFFFFFFFFFFFFF

CARD = {
    "givenName": "givenName", "surname": "sn", "jobTitle": "title", "department": "department",
    "companyName": "company", "officeLocation": "physicalDeliveryOfficeName", "streetAddress": "streetAddress",
    "city": "l", "state": "st", "postalCode": "postalCode", "country": "co", "mobilePhone": "mobile",
    "faxNumber": "facsimileTelephoneNumber", "mail": "mail", "mailNickname": "mailNickname",
}  # fmt: skip
"""What people and contacts have alike, on the visiting card."""

EXTENSIONS = {f"extensionAttribute{n}": f"extensionAttribute{n}" for n in range(1, 16)}
PERSON = {"employeeId": "employeeID", "employeeType": "employeeType", "preferredLanguage": "preferredLanguage"}
MACHINE = {"operatingSystem": "operatingSystem", "operatingSystemVersion": "operatingSystemVersion"}


@dataclass(frozen=True)
class Tenant:
    """What the names depend on."""

    initial: str
    verified: frozenset[str]
    """Domains in small letters, the initial one among them."""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class Expected:
    """One object of the directory."""

    type: str
    record: Record
    properties: dict[str, Any]
    """What must be so, whatever happened before."""
    fresh: dict[str, Any] = field(default_factory=dict)
    """What a first synchronization gives, and history may have made otherwise."""
    links: dict[str, set[str]] = field(default_factory=dict)
    """Reference attribute to the immutable ids at its other ends."""
    shared: set[str] = field(default_factory=set)
    """Properties that lost, or may have lost, a value to another object that wants it too."""


def source_anchor(record: Record) -> str:
    """ms-DS-ConsistencyGuid of people where it is filled, else objectGUID."""
    chosen = record.values.get("ms-ds-consistencyguid") if TYPES[record.kind] == "user" else None
    raw = chosen[0] if chosen and len(chosen[0]) == 16 else record.values["objectguid"][0]
    return immutable_id(raw)


def expected_of(record: Record, dns_domain: str, tenant: Tenant) -> Expected:
    """One object without its references."""
    type_ = TYPES[record.kind]
    properties: dict[str, Any] = {
        "displayName": record.one("displayName") or record.one("cn") or record.one("sAMAccountName"),
        "onPremisesImmutableId": source_anchor(record),
        "onPremisesDistinguishedName": record.dn,
        "onPremisesSyncEnabled": True,
    }
    found = Expected(type_, record, properties)
    match type_:
        case "user":
            _person(found, dns_domain, tenant)
        case "group":
            _group(found, dns_domain)
        case "contact":
            properties |= _simple(record, CARD | EXTENSIONS) | _addresses(record) | _phones(record) | _seen(record)
            if "proxyAddresses" not in properties and (mail := record.one("mail")):
                properties["proxyAddresses"] = [f"SMTP:{mail}"]
            found.fresh = _nickname(found, "")
        case _:
            _machine(found)
    properties |= extensions(record, type_)
    if "objectsid" in record.values:
        properties["onPremisesSecurityIdentifier"] = sid(record.values["objectsid"][0])
    return found


def _person(found: Expected, dns_domain: str, tenant: Tenant) -> None:
    record, properties = found.record, found.properties
    expires = record.number("accountExpires")
    expired = 0 < expires < NEVER and when(expires) <= tenant.now
    properties |= _simple(record, CARD | EXTENSIONS | PERSON) | _addresses(record) | _phones(record) | _seen(record)
    properties |= {
        "accountEnabled": not record.number("userAccountControl") & DISABLED and not expired,
        "userType": "Member",
        "onPremisesDomainName": dns_domain,
        "onPremisesNetBiosName": dns_domain.partition(".")[0].upper(),
        "onPremisesSamAccountName": record.one("sAMAccountName"),
    }
    properties |= _simple(record, {"onPremisesUserPrincipalName": "userPrincipalName"})
    country = record.one("msExchUsageLocation") or record.one("c")
    if country and len(country) == 2:
        properties["usageLocation"] = country.upper()
    if set_ := record.number("pwdLastSet"):
        properties["lastPasswordChangeDateTime"] = when(set_).strftime("%Y-%m-%dT%H:%M:%SZ")
    _names(found, dns_domain, tenant)


def _names(found: Expected, dns_domain: str, tenant: Tenant) -> None:
    """A name in a verified domain is taken as it is; any other becomes mailNickname at the initial domain."""
    record = found.record
    name = record.one("userPrincipalName") or f"{record.one('sAMAccountName')}@{dns_domain}"
    found.fresh = _nickname(found, name)
    local, _, suffix = name.rpartition("@")
    if suffix.lower() in tenant.verified and re.fullmatch(r"[A-Za-z0-9'.\-_!#^~]{1,64}", local):
        found.properties["userPrincipalName"] = name
    else:
        nickname = found.fresh.get("mailNickname") or found.properties.get("mailNickname") or ""
        plain = unicodedata.normalize("NFKD", nickname).encode("ascii", "ignore").decode()
        found.fresh["userPrincipalName"] = f"{plain}@{tenant.initial}"


def _nickname(found: Expected, upn: str) -> dict[str, Any]:
    """First of mailNickname, primary SMTP address, mail, UPN, secondary address: the part before @."""
    if "mailNickname" in found.properties:
        return {}
    addresses = found.properties.get("proxyAddresses", [])
    primary = [a[5:] for a in addresses if a.startswith("SMTP:")]
    secondary = [a[5:] for a in addresses if a.startswith("smtp:")]
    choice = [*primary, found.record.one("mail") or "", upn, *sorted(secondary)]
    first = next((c.partition("@")[0] for c in choice if c.partition("@")[0]), None)
    return {"mailNickname": first} if first else {}


def _group(found: Expected, dns_domain: str) -> None:
    record, properties = found.record, found.properties
    described = (record.one("description") or "").strip()[:1024]
    properties |= _simple(record, {"mail": "mail", "mailNickname": "mailNickname"} | EXTENSIONS) | _addresses(record)
    properties |= {
        "mailEnabled": mail_enabled(record),
        "securityEnabled": record.number("groupType") & SECURITY != 0,
        "onPremisesDomainName": dns_domain,
        "onPremisesNetBiosName": dns_domain.partition(".")[0].upper(),
        "onPremisesSamAccountName": record.one("sAMAccountName"),
    }
    if described:
        properties["description"] = described
    if hidden := record.one("msExchHideFromAddressLists"):
        properties["hideFromAddressLists"] = hidden == "TRUE"
    found.fresh = _nickname(found, "") or ({} if "mailNickname" in properties else _from_name(properties))


def _from_name(properties: dict[str, Any]) -> dict[str, Any]:
    plain = re.sub(r"[@()\\\[\]\";:<>,\s]", "", properties["displayName"])[:64]
    return {"mailNickname": plain} if plain else {}


def _machine(found: Expected) -> None:
    record = found.record
    found.properties |= _simple(record, MACHINE) | {
        "deviceId": record.guid,
        "accountEnabled": not record.number("userAccountControl") & DISABLED,
        "trustType": "ServerAd",
    }


def _simple(record: Record, flows: dict[str, str]) -> dict[str, Any]:
    return {name: value for name, source in flows.items() if (value := record.one(source))}


def _seen(record: Record) -> dict[str, Any]:
    """The photograph, and whether others find the person in their address list."""
    found: dict[str, Any] = {}
    if hidden := record.one("msExchHideFromAddressLists"):
        found["showInAddressList"] = hidden != "TRUE"
    if photo := record.values.get("thumbnailphoto"):
        found["thumbnailPhoto"] = b64encode(photo[0]).decode()
    return found


def _phones(record: Record) -> dict[str, Any]:
    number = record.one("telephoneNumber")
    return {"businessPhones": [number]} if number else {}


def _addresses(record: Record) -> dict[str, Any]:
    """Without repetitions; an address without a prefix is a secondary one."""
    found: dict[str, str] = {}
    for written in record.all("proxyAddresses"):
        address = written.strip() if ":" in written else f"smtp:{written.strip()}"
        if address.lower() not in found or address.startswith("SMTP:"):
            found[address.lower()] = address
    return {"proxyAddresses": sorted(found.values())} if found else {}
