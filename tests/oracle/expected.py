"""The whole directory that a first full synchronization of these domains gives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from tests.oracle.decoding import sid
from tests.oracle.extensions import extension_links, has_extension_links
from tests.oracle.listing import Listing, Record
from tests.oracle.properties import Expected, Tenant, expected_of
from tests.oracle.scope import Scope, in_scope

REFERENCES = {
    "user": {"manager": "manager"} | extension_links("user"),
    "contact": {"manager": "manager"} | extension_links("contact"),
    "group": {"members": "member", "owners": "managedBy"} | extension_links("group"),
    "device": {"registeredOwners": "managedBy"},
}


def expected(domains: Sequence[tuple[Listing, Scope]], tenant: Tenant) -> dict[str, Expected]:
    """Objects by onPremisesImmutableId."""
    found: dict[str, Expected] = {}
    ids: dict[str, str] = {}
    for listing, scope in domains:
        for record in in_scope(listing, scope):
            one = expected_of(record, listing.dns_domain, tenant)
            ids[record.guid] = one.properties["onPremisesImmutableId"]
            found[ids[record.guid]] = one
    for listing, _ in domains:
        for one in found.values():
            if listing.records.get(one.record.guid) is one.record:
                _refer(one, listing, [other for other, _ in domains], ids)
    _share(found)
    return found


def _refer(one: Expected, listing: Listing, domains: Sequence[Listing], ids: dict[str, str]) -> None:
    for name, source in REFERENCES[one.type].items():
        ends = (_end(dn, listing, domains) for dn in one.record.all(source))
        one.links[name] = {ids[end] for end in ends if end in ids}
    if not has_extension_links(one.record, one.type):
        one.links |= {name: set() for name in extension_links(one.type)}


def _end(dn: str, listing: Listing, domains: Sequence[Listing]) -> str | None:
    """The object a DN names; a foreign security principal stands for the object with its SID in another domain."""
    record: Record | None = listing.named(dn)
    if record is None or record.kind != "foreignSecurityPrincipal":
        return record.guid if record else None
    key = sid(record.values["objectsid"][0])
    return next((d.by_sid[key] for d in domains if d is not listing and key in d.by_sid), None)


def _share(found: dict[str, Expected]) -> None:
    """Unique values that several objects want: one has each, and which one depends on who came first."""
    wanting: dict[tuple[str, str], list[Expected]] = defaultdict(list)
    for one in found.values():
        for address in one.properties.get("proxyAddresses", ()):
            wanting["proxyAddresses", address.lower()].append(one)
        if name := (one.properties | one.fresh).get("userPrincipalName"):
            wanting["userPrincipalName", name.lower()].append(one)
    for (property_, _), several in wanting.items():
        if len(several) > 1:
            for one in several:
                one.shared.add(property_)
