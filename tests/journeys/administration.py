"""What administrators do to a domain, through LDAP, as their own tools do."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

import ldap
from ldap.controls import RequestControl
from ldap.dn import escape_dn_chars
from ldap.ldapobject import LDAPObject

from ropeway.lab.domain import Domain

ENABLED, DISABLED = 544, 546
"""userAccountControl of an ordinary account without a password."""
SECURITY, DISTRIBUTION = -2147483646, 2
"""groupType of global groups."""

Value = str | bytes | int | list[str] | list[bytes] | None
_numbers = count(1)


class _Control(RequestControl):
    def __init__(self, oid: str) -> None:
        super().__init__(oid, True)

    def encodeControlValue(self) -> None:
        return None


SHOW_DELETED = _Control("1.2.840.113556.1.4.417")
WITH_EVERYTHING_BELOW = _Control("1.2.840.113556.1.4.805")


@dataclass(frozen=True)
class Thing:
    """An object, which stays itself when it is renamed or moved."""

    guid: str
    name: str

    @property
    def ref(self) -> str:
        return f"<GUID={self.guid}>"

    @property
    def immutable_id(self) -> str:
        return b64encode(UUID(self.guid).bytes_le).decode()


class Administration:
    """One administrator's connection; everything happens below one unit of the domain."""

    def __init__(self, domain: Domain, connection: LDAPObject, unit: str) -> None:
        self.domain, self.ldap = domain, connection
        self.top = Thing("", domain.base_dn)
        self.unit_of_ours = self.unit(unit, within=self.top)

    # new objects

    def unit(self, name: str, within: Thing | None = None) -> Thing:
        return self._add(f"OU={escape_dn_chars(name)}", name, within, objectClass="organizationalUnit")

    def person(
        self, name: str, within: Thing | None = None, manager: Thing | None = None, suffix: str = "", **values: Value
    ) -> Thing:
        """An enabled account called `name`, with first.last@contoso.test as its principal name."""
        local = name.lower().replace(" ", ".")
        given = {
            "objectClass": "user",
            "sAMAccountName": f"{local[:12].rstrip('.')}{next(_numbers)}",
            "userPrincipalName": f"{local}@{suffix or self.domain.dns_domain}",
            "displayName": name,
            "userAccountControl": ENABLED,
        }
        if manager:
            given["manager"] = self.dn(manager)
        return self._add(f"CN={escape_dn_chars(name)}", name, within, **{**given, **values})

    def people(self, number: int, within: Thing | None = None, name: str = "Person", **values: Value) -> list[Thing]:
        return [self.person(f"{name} {n:02}", within, **values) for n in range(number)]

    def group(self, name: str, *members: Thing, within: Thing | None = None, **values: Value) -> Thing:
        given = {"objectClass": "group", "sAMAccountName": f"{name[:12]}{next(_numbers)}", "groupType": SECURITY}
        if members:
            given["member"] = [self.dn(m) for m in members]
        return self._add(f"CN={escape_dn_chars(name)}", name, within, **{**given, **values})

    def contact(self, name: str, within: Thing | None = None, **values: Value) -> Thing:
        given = {
            "objectClass": "contact",
            "displayName": name,
            "mail": f"{name.lower().replace(' ', '.')}@partner.test",
        }
        return self._add(f"CN={escape_dn_chars(name)}", name, within, **{**given, **values})

    def computer(self, name: str, within: Thing | None = None, **values: Value) -> Thing:
        given = {
            "objectClass": "computer",
            "sAMAccountName": f"{name}$",
            "userAccountControl": 4096 | 32,
            "userCertificate": b"\x30\x82",
            "operatingSystem": "Windows 11",
        }
        return self._add(f"CN={escape_dn_chars(name)}", name, within, **{**given, **values})

    def _add(self, rdn: str, name: str, within: Thing | None, **values: Value) -> Thing:
        dn = f"{rdn},{self.dn(within or self.unit_of_ours)}"
        self.ldap.add_s(dn, [(a, _encoded(v)) for a, v in values.items() if v is not None])
        return Thing(self.guid_of(dn), name)

    # changes

    def set(self, thing: Thing, **values: Value) -> None:
        """New values; None clears."""
        self.ldap.modify_s(
            thing.ref, [(ldap.MOD_REPLACE, a, None if v is None else _encoded(v)) for a, v in values.items()]
        )

    def disable(self, *things: Thing) -> None:
        for thing in things:
            self.set(thing, userAccountControl=DISABLED)

    def report_to(self, person: Thing, manager: Thing | None) -> None:
        self.set(person, manager=self.dn(manager) if manager else None)

    def join(self, group: Thing, *members: Thing) -> None:
        self.ldap.modify_s(group.ref, [(ldap.MOD_ADD, "member", [self.dn(m).encode() for m in members])])

    def leave(self, group: Thing, *members: Thing) -> None:
        self.ldap.modify_s(group.ref, [(ldap.MOD_DELETE, "member", [self.dn(m).encode() for m in members])])

    def rename(self, thing: Thing, name: str) -> None:
        """Its relative name alone; what it displays is another attribute."""
        dn = self.dn(thing)
        kind = dn.partition("=")[0]
        self.ldap.rename_s(dn, f"{kind}={escape_dn_chars(name)}")

    def move(self, thing: Thing, within: Thing) -> None:
        dn = self.dn(thing)
        self.ldap.rename_s(dn, ldap.dn.explode_dn(dn)[0], self.dn(within))

    def delete(self, *things: Thing) -> None:
        """With everything below."""
        for thing in things:
            self.ldap.delete_ext_s(thing.ref, [WITH_EVERYTHING_BELOW])

    def reanimate(self, thing: Thing, within: Thing | None = None, **values: Value) -> None:
        """Back from the tombstone; a tombstone has kept little of what the object was ([MS-ADTS] 3.1.1.5.3.7).

        Samba keeps this DN as it is spelled here; other controllers get it as Windows spells it, with each # escaped.
        """
        name = escape_dn_chars(thing.name.replace("#", "\ue000")).replace("\ue000", "\\#")
        dn = f"CN={name},{self.dn(within or self.unit_of_ours)}"
        changes = [(ldap.MOD_DELETE, "isDeleted", None), (ldap.MOD_REPLACE, "distinguishedName", [dn.encode()])]
        changes += [(ldap.MOD_REPLACE, a, _encoded(v)) for a, v in values.items()]
        deleted = self.ldap.search_ext_s(thing.ref, ldap.SCOPE_BASE, serverctrls=[SHOW_DELETED])[0][0]
        self.ldap.modify_ext_s(deleted, changes, serverctrls=[SHOW_DELETED])

    # reading

    def dn(self, thing: Thing) -> str:
        """What it is called now."""
        return self._read(thing)[0] if thing.guid else thing.name

    def values(self, thing: Thing) -> dict[str, list[bytes]]:
        return self._read(thing)[1]

    def _read(self, thing: Thing) -> Any:
        return self.ldap.search_s(thing.ref, ldap.SCOPE_BASE)[0]

    def guid_of(self, dn: str) -> str:
        entry = self.ldap.search_s(dn, ldap.SCOPE_BASE, "(objectClass=*)", ["objectGUID"])[0]
        return str(UUID(bytes_le=entry[1]["objectGUID"][0]))


def _encoded(value: Value) -> list[bytes]:
    values: list[Any] = value if isinstance(value, list) else [value]
    return [v if isinstance(v, bytes) else str(v).encode() for v in values]
