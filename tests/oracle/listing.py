"""Every object of a domain, as an ordinary paged search by an administrator returns it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import ldap
from ldap.controls import SimplePagedResultsControl
from ldap.ldapobject import LDAPObject

from tests.oracle.decoding import guid, parent_of, sid


@dataclass(frozen=True)
class Record:
    """One object: its name, and values as they came, by attribute name in small letters."""

    dn: str
    values: dict[str, list[bytes]]

    @property
    def guid(self) -> str:
        return guid(self.values["objectguid"][0])

    @property
    def kind(self) -> str:
        """The structural class, the last one a server lists."""
        return self.values["objectclass"][-1].decode()

    def all(self, name: str) -> list[str]:
        return [value.decode("utf-8") for value in self.values.get(name.lower(), [])]

    def one(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)

    def number(self, name: str) -> int:
        return int(self.one(name) or 0)


@dataclass(frozen=True)
class Listing:
    """A domain's objects by GUID, and the ways to find them."""

    base: str
    records: dict[str, Record]
    by_name: dict[str, str] = field(default_factory=dict)
    by_sid: dict[str, str] = field(default_factory=dict)

    @property
    def dns_domain(self) -> str:
        return ".".join(part[3:] for part in self.base.split(","))

    def named(self, dn: str) -> Record | None:
        found = self.by_name.get(dn.lower())
        return self.records[found] if found else None

    def above(self, record: Record) -> Iterator[Record]:
        """The containers that an object is in, from the nearest one up."""
        container = self.named(parent_of(record.dn))
        while container is not None:
            yield container
            container = self.named(parent_of(container.dn))


def listing(connection: LDAPObject, base: str) -> Listing:
    """Everything below the domain's head; deleted objects are not shown to an ordinary search."""
    records = {r.guid: r for r in _search(connection, base)}
    return Listing(
        base,
        records,
        {r.dn.lower(): g for g, r in records.items()},
        {sid(r.values["objectsid"][0]): g for g, r in records.items() if "objectsid" in r.values},
    )


def _search(connection: LDAPObject, base: str) -> Iterable[Record]:
    page = SimplePagedResultsControl(True, size=500, cookie="")
    while True:
        sent = connection.search_ext(base, ldap.SCOPE_SUBTREE, "(objectClass=*)", ["*"], serverctrls=[page])
        _, entries, _, controls = connection.result3(sent)
        yield from (Record(dn, {name.lower(): v for name, v in values.items()}) for dn, values in entries if dn)
        page.cookie = next(c.cookie for c in controls if c.controlType == SimplePagedResultsControl.controlType)
        if not page.cookie:
            return
