"""Exports written by hand for the LDIF tests, with people who have names."""

from __future__ import annotations

from base64 import b64encode
from contextlib import closing
from pathlib import Path

from ropeway.connectors.ldif import LdifSource, open_source
from ropeway.model.anchors import Anchor, guid_to_bytes
from ropeway.model.pages import Item, LinksReplaced, Page, Unreadable, Whole
from ropeway.model.problems import Problem
from ropeway.model.watermark import Wanted

BASE = "DC=contoso,DC=test"
PERSON = (
    "cn",
    "sn",
    "displayName",
    "title",
    "mail",
    "proxyAddresses",
    "manager",
    "userAccountControl",
    "thumbnailPhoto",
)
WANTED = Wanted({"user": PERSON, "group": ("cn", "member"), "organizationalUnit": ("ou",)})


def guid(number: int) -> Anchor:
    return Anchor(f"00000000-0000-4000-8000-{number:012x}")


def guid_line(number: int) -> str:
    return "objectGUID:: " + b64encode(guid_to_bytes(guid(number))).decode()


def record(dn: str, number: int, *lines: str, kind: str = "user") -> str:
    return "\n".join([f"dn: {dn}", f"objectClass: {kind}", guid_line(number), *lines]) + "\n\n"


def domain(number: int = 1) -> str:
    return record(BASE, number, "dc: contoso", kind="domainDNS")


def person(name: str, number: int, *lines: str) -> str:
    return record(f"CN={name},{BASE}", number, f"cn: {name}", *lines)


def group(name: str, number: int, *members: str) -> str:
    return record(f"CN={name},{BASE}", number, f"cn: {name}", *[f"member: {m}" for m in members], kind="group")


ANNA = person("Anna Berg", 2, "sn: Berg", "title: Engineer")
BJORN = person("Björn Ek", 3, f"manager: CN=Anna Berg,{BASE}")
TEAM = group("Team", 4, f"CN=Anna Berg,{BASE}", f"CN=Björn Ek,{BASE}")
OFFICE = domain() + ANNA + BJORN + TEAM


class Export:
    """A file with contents, and what a full read of it brings."""

    def __init__(self, folder: Path, contents: str | bytes, wanted: Wanted = WANTED, **settings: str) -> None:
        self.path = folder / "export.ldif"
        self.path.write_bytes(contents.encode() if isinstance(contents, str) else contents)
        self.settings = {"path": str(self.path), **settings}
        self.wanted = wanted
        with self.opened() as source:
            self.pages: list[Page] = list(source.read(None, wanted))
        self.items: list[Item] = [item for page in self.pages for item in page.items]
        self.complete = self.pages[-1].complete
        self.mark = self.pages[-1].watermark
        self.warnings: list[Problem] = [problem for page in self.pages for problem in page.problems]
        self.problems = {item.problem.code: item for item in self.items if isinstance(item, Unreadable)}
        self.objects: dict[Anchor, Whole] = {item.anchor: item for item in self.items if isinstance(item, Whole)}

    def opened(self) -> closing[LdifSource]:
        """The source once more; closed at the end of the block."""
        return closing(open_source(self.settings))

    def of(self, number: int) -> Whole:
        return self.objects[guid(number)]

    def links(self, number: int, attribute: str = "member") -> list[Anchor]:
        """All links, those in further parts included."""
        parts = [i for i in self.items if isinstance(i, LinksReplaced) and i.anchor == guid(number)]
        return [*self.of(number).links.get(attribute, ()), *(o for p in parts for o in p.others)]
