"""Contacts, computers and service accounts."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator

from ropeway.lab.company.names import SCRIPTS
from ropeway.lab.company.people import NO_PASSWORD_NEEDED, NORMAL
from ropeway.lab.company.places import root_dn
from ropeway.lab.company.record import Record

WORKSTATION = 0x1000
"""Of userAccountControl ([MS-ADTS] 2.2.16)."""

CERTIFICATE = b64decode(
    "MIIBlTCCATugAwIBAgIUQi9z02MG0F6760cVYZ9kwZ5kzzIwCgYIKoZIzj0EAwIwHzEdMBsGA1UEAwwUUm9wZXdheSBsYWIgY29tcHV0ZXIwIBcN"
    "MjYxMTIxMDcyMzAwWhgPMjEyNjEwMjgwNzIzMDBaMB8xHTAbBgNVBAMMFFJvcGV3YXkgbGFiIGNvbXB1dGVyMFkwEwYHKoZIzj0CAQYIKoZIzj0D"
    "AQcDQgAEIqnLblELnG2/i8ie26fLAo/OjWa7vaEEdMw4zzlPFswKHgsitQKpc5Z3M/p7RLSgWWCYu+SdJO/KNLdyIVSLBaNTMFEwHQYDVR0OBBYE"
    "FCENrb9hL11A/heheCSISlv/u54hMB8GA1UdIwQYMBaAFCENrb9hL11A/heheCSISlv/u54hMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwID"
    "SAAwRQIhALHgURi5bKoA/GaVJYFll2Ab54E9r9hh088RYcX1WObpAiBG8k61YzQx44Twfm52X2eoWZQA4pSNa+THZ/A9PEtG6g=="
)
"""What a computer puts into userCertificate when it registers with the cloud: self-signed, no key kept anywhere."""

SERVICE_NAMES = ("MSOL_{:08x}", "AAD_{:08x}", "CAS_{{{:08x}}}", "svc-backup-{}", "svc-scanner-{}", "svc-sql-{}")
"""The default rules leave out the first three by name; the others are accounts like any other."""


def contacts(count: int, base_dn: str) -> Iterator[Record]:
    """People of other companies, with mail; every tenth has none yet."""
    for number in range(count):
        script = SCRIPTS[number % len(SCRIPTS)]
        given = script.given[number // len(SCRIPTS) % len(script.given)]
        surname = script.surnames[number // 7 % len(script.surnames)]
        name = f"{script.displayed(given, surname)} (partner {number + 1})"
        address = f"{given.latin}.{surname.latin}.{number + 1}@partner.example"
        attributes: dict[str, list[str] | list[bytes]] = {
            "objectClass": ["top", "person", "organizationalPerson", "contact"],
            "displayName": [name],
            "givenName": [given.written],
            "sn": [surname.written],
            "company": ["Fourth Coffee"],
        }
        if number % 10 != 9:
            attributes |= {"mail": [address], "proxyAddresses": [f"SMTP:{address}"]}
        yield Record("contact", number, f"CN={name},OU=Contacts,{root_dn(base_dn)}", attributes)


def computers(count: int, dns_domain: str, base_dn: str) -> Iterator[Record]:
    """Workstations; two of three have registered, so that the default rules take them."""
    for number in range(count):
        name = f"PC-{number + 1:05}"
        attributes: dict[str, list[str] | list[bytes]] = {
            "objectClass": ["top", "person", "organizationalPerson", "user", "computer"],
            "sAMAccountName": [f"{name}$"],
            "displayName": [name],
            "dNSHostName": [f"{name.lower()}.{dns_domain}"],
            "operatingSystem": ["Windows 11 Enterprise"],
            "operatingSystemVersion": ["10.0 (26100)"],
            "userAccountControl": [str(WORKSTATION | NO_PASSWORD_NEEDED)],
        }
        if number % 3:
            attributes["userCertificate"] = [CERTIFICATE]
        yield Record("computer", number, f"CN={name},OU=Workstations,{root_dn(base_dn)}", attributes)


def service_accounts(count: int, dns_domain: str, base_dn: str) -> Iterator[Record]:
    """Accounts of programs."""
    for number in range(count):
        name = SERVICE_NAMES[number % len(SERVICE_NAMES)].format(number)
        attributes: dict[str, list[str] | list[bytes]] = {
            "objectClass": ["top", "person", "organizationalPerson", "user"],
            "sAMAccountName": [name],
            "userPrincipalName": [f"service-{number}@{dns_domain}"],
            "displayName": [name],
            "description": ["Account of a program"],
            "userAccountControl": [str(NORMAL | NO_PASSWORD_NEEDED)],
        }
        yield Record("user", 10_000_000 + number, f"CN={name},OU=Service Accounts,{root_dn(base_dn)}", attributes)
