"""A domain, somebody who changes it, and a reader who looks at it: what the Active Directory tests are about."""

from __future__ import annotations

import ldap
import msgspec
from ldap.controls import RequestControl
from ldap.ldapobject import LDAPObject

from ropeway.connectors.active_directory import ActiveDirectorySource
from ropeway.lab.domain import Domain
from ropeway.model.anchors import Anchor, guid_from_bytes
from ropeway.model.pages import Item, LinksReplaced, Whole
from ropeway.model.watermark import Wanted, Watermark

PERSON = ("cn", "displayName", "title", "manager", "sAMAccountName", "objectSid")
WANTED = Wanted({"user": PERSON, "group": ("cn", "member"), "contact": ("mail",), "organizationalUnit": ("ou",)})


def settings(domain: Domain, **more: object) -> dict[str, object]:
    """How to reach a lab domain as its administrator, over LDAPS."""
    return {
        "domain": domain.dns_domain,
        "servers": [domain.address],
        "ca_file": str(domain.ca_file),
        "user": domain.administrator,
        "password_file": str(domain.administrator_password_file),
        **more,
    }


class ShowDeleted(RequestControl):
    controlType = "1.2.840.113556.1.4.417"
    criticality = True

    def __init__(self) -> None:
        pass

    def encodeControlValue(self) -> None:
        return None


class Office:
    """A domain, an administrator's connection to it, and a reader that has seen everything so far."""

    def __init__(self, domain: Domain, admin: LDAPObject, source: ActiveDirectorySource, wanted: Wanted) -> None:
        self.domain, self.admin, self.source, self.wanted = domain, admin, source, wanted
        self.mark: Watermark = list(source.read(None, wanted))[-1].watermark
        assert self.mark is not None

    def dn(self, name: str) -> str:
        return f"{name},{self.domain.base_dn}"

    def add(self, name: str, kind: str = "user", **attributes: str | list[str]) -> Anchor:
        values = {"objectClass": kind, **attributes}
        as_lists = {a: v if isinstance(v, list) else [v] for a, v in values.items()}
        self.admin.add_s(self.dn(name), [(a, [x.encode() for x in v]) for a, v in as_lists.items()])
        return self.anchor(name)

    def anchor(self, name: str) -> Anchor:
        entry = self.admin.search_s(self.dn(name), ldap.SCOPE_BASE, "(objectClass=*)", ["objectGUID"])[0]
        return guid_from_bytes(entry[1]["objectGUID"][0])

    def set(self, name: str, **attributes: str | None) -> None:
        replaced = [(ldap.MOD_REPLACE, a, None if v is None else v.encode()) for a, v in attributes.items()]
        self.admin.modify_s(self.dn(name), replaced)

    def news(self) -> list[Item]:
        items: list[Item] = []
        for page in self.source.read(self.mark, self.wanted):
            items += page.items
            self.mark = page.watermark or self.mark
        return items


def read_all(source: ActiveDirectorySource, wanted: Wanted) -> tuple[dict[Anchor, Whole], Watermark]:
    """A full read put together: every object with all its links in order, and the mark."""
    found: dict[Anchor, Whole] = {}
    links: dict[tuple[Anchor, str], list[Anchor]] = {}
    mark = None
    for page in source.read(None, wanted):
        for item in page.items:
            if isinstance(item, Whole):
                if item.anchor in found:  # told anew: nothing of before counts
                    links = {place: others for place, others in links.items() if place[0] != item.anchor}
                found[item.anchor] = item
                links |= {(item.anchor, a): list(others) for a, others in item.links.items()}
            else:
                assert isinstance(item, LinksReplaced), item
                links.setdefault((item.anchor, item.attribute), []).extend(item.others)
        mark = page.watermark
    assert mark is not None
    by_anchor: dict[Anchor, dict[str, tuple[Anchor, ...]]] = {anchor: {} for anchor in found}
    for (anchor, attribute), others in links.items():
        by_anchor[anchor][attribute] = tuple(sorted(others))
    return {a: msgspec.structs.replace(w, links=by_anchor[a], continued=()) for a, w in found.items()}, mark
