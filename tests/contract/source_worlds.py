"""Directories that the contract suite of `Source` runs over: each can be read, and somebody can be hired in it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Protocol

from ldap.ldapobject import LDAPObject

from ropeway.connectors.active_directory import entries
from ropeway.connectors.active_directory import open_source as open_domain
from ropeway.connectors.active_directory.paging import pages as paged_items
from ropeway.connectors.active_directory.schema import Attribute, ObjectClass, Schema, Syntax
from ropeway.connectors.active_directory.selection import Selection, select
from ropeway.connectors.ldif import open_source as open_file
from ropeway.engine.ports import FullReadNeeded, Source
from ropeway.lab.domain import Domain
from ropeway.model.anchors import Anchor, guid_to_bytes
from ropeway.model.definition import DirectoryDefinition
from ropeway.model.pages import Page, Whole
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.watermark import Wanted, Watermark
from tests.integration.active_directory_office import settings as domain_settings
from tests.unit.ldif_office import BASE, OFFICE, group, guid, person, record

PERSON = ("cn", "displayName", "title", "mail", "proxyAddresses", "manager", "userAccountControl", "objectSid")
WANTED = Wanted(
    {
        "user": PERSON,
        "inetOrgPerson": PERSON,
        "contact": ("cn", "mail", "manager"),
        "group": ("cn", "member", "managedBy", "groupType"),
        "computer": ("cn", "operatingSystem", "userAccountControl", "pwdLastSet"),
        "foreignSecurityPrincipal": ("objectSid",),
        "organizationalUnit": ("ou",),
    }
)


class World(Protocol):
    """A directory at hand."""

    wanted: Wanted

    def open(self) -> Source: ...
    def hire(self, name: str) -> None:
        """A new user with that common name."""
        ...


class FileWorld:
    """An export; whoever is hired is in the next export."""

    wanted = WANTED

    def __init__(self, path: Path, text: str, base: str) -> None:
        self._path, self._base, self._next = path, base, 900_000
        path.write_text(text)

    def open(self) -> Source:
        return open_file({"path": str(self._path)})

    def hire(self, name: str) -> None:
        self._next += 1
        new = record(f"CN={name},{self._base}", self._next, f"cn: {name}")
        self._path.write_text(self._path.read_text() + new)


def written_by_hand(folder: Path) -> FileWorld:
    """An office with a department that has more members than a page has room."""
    people = [person(f"Person {n}", n, f"manager: CN=Anna Berg,{BASE}") for n in range(100, 1200)]
    everybody = group("Everybody", 50, *[f"CN=Person {n},{BASE}" for n in range(100, 1200)])
    return FileWorld(folder / "office.ldif", OFFICE + everybody + "".join(people), BASE)


def exported(domain: Domain, folder: Path) -> FileWorld:
    """What `ldapsearch` writes of a real domain."""
    return FileWorld(folder / "export.ldif", ldapsearch(domain, "-LLL"), domain.base_dn)


def ldapsearch(domain: Domain, *options: str, pages: int = 1000) -> str:
    """The whole naming context as the administrator sees it; a failed search returns what there was."""
    command = ["ldapsearch", "-x", "-H", domain.ldaps_url, "-D", domain.administrator, "-b", domain.base_dn]
    paged = ["-E", f"pr={pages}/noprompt"] if pages else []
    asked = ["-y", str(_exact_password(domain)), *paged, *options, "(objectClass=*)", "*", "objectGUID"]
    environment = {"LDAPTLS_CACERT": str(domain.ca_file), "PATH": "/usr/bin:/bin"}
    return subprocess.run([*command, *asked], env=environment, capture_output=True, text=True, timeout=60).stdout


def _exact_password(domain: Domain) -> Path:
    """ldapsearch takes a file for the password down to its last byte, the line's end included."""
    exact = domain.folder / "password-for-ldapsearch"
    exact.touch(mode=0o600)
    exact.write_text(domain.administrator_password().reveal())
    return exact


class DomainWorld:
    """A real domain."""

    wanted = WANTED

    def __init__(self, domain: Domain, admin: LDAPObject) -> None:
        self._domain, self._admin = domain, admin

    def open(self) -> Source:
        return open_domain(domain_settings(self._domain))

    def hire(self, name: str) -> None:
        values = {"objectClass": b"user", "sAMAccountName": name.replace(" ", ".").encode()}
        self._admin.add_s(f"CN={name},CN=Users,{self._domain.base_dn}", [(a, [v]) for a, v in values.items()])


Entry = tuple[str, dict[str, list[bytes]]]
USER = [b"top", b"person", b"organizationalPerson", b"user"]


class WindowsWorld:
    """What a Windows controller would answer, by hand after [MS-ADTS] 3.1.1.3.4.1.3: no real server was asked.

    The entries go through the connector's own pure functions; only the controller is missing.
    """

    wanted = Wanted({"user": ("cn", "title", "manager"), "group": ("cn", "member"), "organizationalUnit": ("ou",)})

    def __init__(self) -> None:
        def named(dn: str, number: int) -> str:
            return f"<GUID={guid(number)}>;<SID=010500>;{dn}"

        def entry(dn: str, number: int, parent: int, classes: list[bytes], **more: list[bytes]) -> Entry:
            values = {"objectGUID": [guid_to_bytes(guid(number))], "objectClass": classes, "instanceType": [b"4"]}
            if number != 1:
                values["parentGUID"] = [guid_to_bytes(guid(parent))]
            return named(dn, number), {**values, "name": [dn[3 : dn.find(",")].encode()], **more}

        domain_ = entry(BASE, 1, 0, [b"top", b"domain", b"domainDNS"], instanceType=[b"5"])
        unit = entry(f"OU=Sales,{BASE}", 2, 1, [b"top", b"organizationalUnit"])
        anna = entry(f"CN=Anna,OU=Sales,{BASE}", 3, 2, USER, title=[b"Boss"])
        everybody = range(100, 1200)
        people = [
            entry(f"CN=P{n},OU=Sales,{BASE}", n, 2, USER, manager=[named(f"CN=Anna,OU=Sales,{BASE}", 3).encode()])
            for n in everybody
        ]
        members = [named(f"CN=P{n},OU=Sales,{BASE}", n).encode() for n in everybody]
        team = entry(f"CN=Team,OU=Sales,{BASE}", 4, 2, [b"top", b"group"], member=members)
        self._make = entry
        self.entries: list[Entry] = [domain_, unit, anna, *people, team]
        self.changes: list[Entry] = []

    def open(self) -> Source:
        return _WindowsSource(self)

    def hire(self, name: str) -> None:
        new = self._make(
            f"CN={name},OU=Sales,{BASE}", 5000 + len(self.changes), 2, USER, whenCreated=[b"20260131080000.0Z"]
        )
        self.changes.append(new)
        self.entries.append(new)


def _windows_schema() -> Schema:
    names = {
        "cn": Attribute("cn", Syntax.TEXT, False),
        "ou": Attribute("ou", Syntax.TEXT, True),
        "title": Attribute("title", Syntax.TEXT, False),
        "manager": Attribute("manager", Syntax.NAME, False, 42),
        "member": Attribute("member", Syntax.NAME, True, 2),
    }
    nothing: frozenset[str] = frozenset()
    classes = ("top", "user", "group", "organizationalUnit", "container", "domainDNS")
    return Schema(names, {c: ObjectClass(c, "top", frozenset(names), nothing, nothing, nothing) for c in classes})


class _WindowsSource:
    def __init__(self, world: WindowsWorld) -> None:
        self._world = world

    def describe(self) -> DirectoryDefinition:
        from ropeway.connectors.active_directory.definition import definition

        return definition(_windows_schema(), guid(1), "contoso.test")

    def read(self, watermark: Watermark | None, wanted: Wanted) -> Iterator[Page]:
        selection = self._selection(wanted)
        seen = b"%d" % len(self._world.changes)
        mark = Watermark("dirsync", guid(1), guid(8), len(self._world.changes), 0.0, wanted.digest, seen)
        if watermark is None:
            found = (self._whole(entry, selection) for entry in self._world.entries)
            items = chain.from_iterable(entries.split(item) for item in found if item)
            yield from paged_items(chain(items, [mark]), complete=True)
            return
        if watermark.domain != guid(1):
            raise RopewayError(Problem("watermark-of-another-domain"))
        if not watermark.opaque.isdigit():
            raise FullReadNeeded("no cookie")
        changed = self._world.changes[int(watermark.opaque) :]
        news = chain.from_iterable(entries.change(entry, selection, _nobody) for entry in changed)
        yield from paged_items(chain(news, [mark] if changed else []))

    def read_one(self, anchor: Anchor, wanted: Wanted) -> Whole | None:
        selection = self._selection(wanted)
        here = [e for e in self._world.entries if entries.anchor_of(e) == anchor]
        return self._whole(here[0], selection) if here else None

    def close(self) -> None:
        pass

    def _selection(self, wanted: Wanted) -> Selection:
        return select(_windows_schema(), guid(1), wanted)

    def _whole(self, entry: Entry, selection: Selection) -> Whole | None:
        item = entries.whole(entry, selection, _nobody)
        assert item is None or isinstance(item, Whole), item
        return item


def _nobody(dn: str) -> Anchor | None:
    return None


Worlds = dict[str, Callable[[], World]]
