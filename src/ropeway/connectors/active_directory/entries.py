"""LDAP entries to items: pure, so that the answers of servers not at hand can be tested as tuples.

DirSync answers as [MS-ADTS] 3.1.1.3.4.1.3 describes them: only what changed; links value by value, as
`member;range=1-1` (present) and `member;range=0-0` (removed), single-valued ones too; a cleared attribute without
values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Any

from ropeway.connectors.active_directory.connection import Entry
from ropeway.connectors.active_directory.decoding import Malformed, guid_in_name, plain_name
from ropeway.connectors.active_directory.searching import ranged
from ropeway.connectors.active_directory.selection import CONTAINERS, OWN_NAME, Reading, Selection
from ropeway.model.anchors import Anchor, guid_from_bytes
from ropeway.model.pages import (
    PAGE_VALUES,
    Gone,
    Item,
    LinkAdded,
    LinkRemoved,
    Links,
    LinksReplaced,
    Patch,
    Unreadable,
    Whole,
)
from ropeway.model.problems import Problem

Resolve = Callable[[str], Anchor | None]
"""The anchor of an object by its DN, for servers that do not name it; None where it is gone."""

PRESENT = ";range=1-1"
REMOVED = ";range=0-0"


def change(entry: Entry, selection: Selection, resolve: Resolve) -> tuple[Item, ...]:
    """The items of one entry of a DirSync answer that continues a cookie."""
    anchor = anchor_of(entry)
    if anchor is None:
        return (_nameless(entry),)
    if is_deleted(entry):
        return (Gone(anchor),)
    if _is_other_head(anchor, entry, selection):
        return ()
    values = entry[1]
    if values.get("whenCreated") and values.get("objectClass"):
        # Creation stamps whenCreated once and for all: then everything the object has is newer than the cookie.
        created = whole(entry, selection, resolve)
        if isinstance(created, Whole):
            return tuple(split(created))
        return () if created is None else (created,)
    try:
        return tuple(_changes(anchor, entry, selection, resolve))
    except _Attribute as bad:
        return (bad.item(anchor, entry),)


def whole(entry: Entry, selection: Selection, resolve: Resolve) -> Whole | Unreadable | None:
    """An entry that holds all the job wants of an object; None for one it does not want, or a tombstone."""
    dn, values = entry
    anchor = anchor_of(entry)
    if anchor is None:
        return _nameless(entry)
    type_ = selection.type_of(values.get("objectClass", ()))
    reading = selection.types.get(type_ or "")
    if type_ is None or reading is None or is_deleted(entry) or _is_other_head(anchor, entry, selection):
        return None
    name = plain_name(dn)
    try:
        attributes = _attributes(name, values, reading)
        links = _links(values, reading, resolve)
    except _Attribute as bad:
        return bad.item(anchor, entry)
    if type_ not in CONTAINERS:
        attributes.update(selection.given)
    return Whole(anchor, type_, name, _parent(anchor, name, values, selection, resolve), attributes, links)


def split(item: Whole, rest: dict[str, Iterator[Anchor]] | None = None) -> Iterator[Item]:
    """An object as it is, or its long references apart; `rest` are links that are still to be read."""
    rest = rest or {}
    long = [a for a, links in item.links.items() if len(links) > PAGE_VALUES or a in rest]
    if not long:
        yield item
        return
    short = {a: links for a, links in item.links.items() if a not in long}
    yield Whole(item.anchor, item.type, item.dn, item.parent, item.attributes, short, tuple(long))
    for attribute in long:
        yield from replaced(item.anchor, attribute, chain(item.links[attribute], rest.get(attribute, ())))


def replaced(anchor: Anchor, attribute: str, links: Iterable[Anchor]) -> Iterator[LinksReplaced]:
    """All links of a reference attribute as parts of at most PAGE_VALUES; no links is one empty part."""
    remaining = iter(links)
    part = tuple(islice(remaining, PAGE_VALUES))
    first = True
    while True:
        following = tuple(islice(remaining, PAGE_VALUES))
        yield LinksReplaced(anchor, attribute, part, first, not following)
        if not following:
            return
        part, first = following, False


def unfinished(entry: Entry) -> dict[str, int]:
    """Attributes of which only the first range came, with the position of the last value that did."""
    spans = (ranged(name) for name in entry[1] if ";" in name)
    return {span[0]: span[1] for span in spans if span is not None and span[1] is not None}


def anchor_of(entry: Entry) -> Anchor | None:
    """The objectGUID of an entry."""
    values = entry[1].get("objectGUID")
    return guid_from_bytes(values[0]) if values and len(values[0]) == 16 else guid_in_name(entry[0].encode())


def is_deleted(entry: Entry) -> bool:
    """Whether the entry is a tombstone, or in Windows' recycle bin."""
    return entry[1].get("isDeleted") == [b"TRUE"]


def is_reanimated(entry: Entry) -> bool:
    """Whether the object was a tombstone and lives again; most of what it has is then not in the answer."""
    return "isDeleted" in entry[1] and not is_deleted(entry)


def anchors(values: Iterable[bytes], resolve: Resolve) -> Iterator[Anchor]:
    """The other ends of links; one that is gone altogether is left out."""
    for raw in values:
        anchor = guid_in_name(raw) or resolve(plain_name(raw.decode("utf-8", "replace")))
        if anchor is not None:
            yield anchor


def parent_name(dn: str) -> str:
    """The DN of the container: what follows the first comma that is not escaped (RFC 4514 2.4)."""
    at = 0
    while at < len(dn):
        if dn[at] == "\\":
            at += 1
        elif dn[at] == ",":
            return dn[at + 1 :]
        at += 1
    return ""


class _Attribute(Exception):  # noqa: N818 - caught where the object is known
    def __init__(self, name: str, malformed: Malformed) -> None:
        super().__init__(name)
        self.name = name
        self.malformed = malformed

    def item(self, anchor: Anchor, entry: Entry) -> Unreadable:
        dn = plain_name(entry[0])
        return Unreadable(anchor, dn, self.malformed.problem(dn, self.name))


def _changes(anchor: Anchor, entry: Entry, selection: Selection, resolve: Resolve) -> Iterator[Item]:
    dn, values = plain_name(entry[0]), entry[1]
    type_ = selection.type_of(values["objectClass"]) if values.get("objectClass") else None
    reading = selection.types.get(type_ or "", selection.any_type)
    changed = _attributes(dn, values, reading)
    cleared = tuple(name for name, found in values.items() if not found and name in reading.decoders)
    moved = bool(values.get("name") or values.get("parentGUID"))
    if changed or cleared or moved or type_ or is_reanimated(entry):
        parent = values.get("parentGUID")
        yield Patch(anchor, type_, dn, guid_from_bytes(parent[0]) if parent else None, changed, cleared)
    for name, found in values.items():
        attribute, _, _ = name.partition(";")
        if attribute not in reading.references:
            continue
        if name.endswith(REMOVED):
            yield from (LinkRemoved(anchor, attribute, other) for other in anchors(found, resolve))
        elif name.endswith(PRESENT):
            yield from (LinkAdded(anchor, attribute, other) for other in anchors(found, resolve))
        else:
            yield from replaced(anchor, attribute, anchors(found, resolve))


def _attributes(dn: str, values: dict[str, list[bytes]], reading: Reading) -> dict[str, Any]:
    decoders = reading.decoders
    found: dict[str, Any] = {}
    name = ""
    try:
        for name, raw in values.items():
            read = decoders.get(name)
            if read is not None and raw:
                found[name] = read(raw)
        if values.get("name"):
            # DirSync does not bring the naming attribute (cn, ou): it follows from name.
            name = dn[: dn.find("=")].lower()
            if name in decoders and name not in found:
                found[name] = decoders[name](values["name"])
            if reading.own_name:
                found[OWN_NAME] = dn
    except Malformed as malformed:
        raise _Attribute(name, malformed) from None
    return found


def _links(values: dict[str, list[bytes]], reading: Reading, resolve: Resolve) -> Links:
    if not reading.references:
        return {}
    links: Links = {}
    for name, raw in values.items():
        attribute, option, _ = name.partition(";")
        if attribute in reading.references and raw and not (option and name.endswith(REMOVED)):
            links[attribute] = (*links.get(attribute, ()), *anchors(raw, resolve))
    return {attribute: found for attribute, found in links.items() if found}


def _parent(
    anchor: Anchor, dn: str, values: dict[str, list[bytes]], selection: Selection, resolve: Resolve
) -> Anchor | None:
    if anchor == selection.domain:
        return None
    raw = values.get("parentGUID")
    return guid_from_bytes(raw[0]) if raw else resolve(parent_name(dn))


def _is_other_head(anchor: Anchor, entry: Entry, selection: Selection) -> bool:
    """Whether this is the head of another naming context, which Samba's DirSync brings along (instanceType bit 0)."""
    raw = entry[1].get("instanceType")
    return bool(raw) and raw[0].isdigit() and int(raw[0]) & 1 == 1 and anchor != selection.domain


def _nameless(entry: Entry) -> Unreadable:
    dn = plain_name(entry[0])
    return Unreadable(None, dn, Problem("object-without-guid", object=dn))
