"""One object as it is now, with what it points at and what points at it."""

from __future__ import annotations

import msgspec

from ropeway.connectors.active_directory import controls, entries
from ropeway.connectors.active_directory.connection import Entry
from ropeway.connectors.active_directory.searching import RANGE, ranged, rest_of_range
from ropeway.connectors.active_directory.selection import Selection
from ropeway.connectors.active_directory.session import Session
from ropeway.model.anchors import Anchor
from ropeway.model.pages import Links, Whole
from ropeway.model.problems import RopewayError


def read_one(session: Session, selection: Selection, name: str, *, back_links: bool = True) -> Whole | None:
    """The object with this DN or `<GUID=…>`; None where it is gone, invisible, or of no wanted type.

    RopewayError where it is there and cannot be read: its problem names the attribute.
    """
    back = _back_links(selection) if back_links else {}
    attributes = [*selection.attributes(selection.types, ranges=True), *(f"{b};range=0-{RANGE - 1}" for b in back)]
    entry = session.connection.object(name, attributes, [controls.extended_dn()])
    item = entries.whole(entry, selection, session.names.anchor) if entry else None
    if entry is None or item is None:
        return None
    if not isinstance(item, Whole):
        raise RopewayError(item.problem)
    links = {a: _complete(session, entry, item.anchor, a, found) for a, found in item.links.items()}
    pointing = {forward: _pointing(session, entry, item.anchor, b) for b, forward in back.items()}
    return msgspec.structs.replace(
        item, links=links, referenced_by={f: found for f, found in pointing.items() if found}
    )


def _back_links(selection: Selection) -> dict[str, str]:
    """Back link to the forward link it mirrors, for every reference that the job reads."""
    forward = {a.name: a for reading in selection.types.values() for a in reading.references.values()}
    found = ((selection.schema.back_link(a), a.name) for a in forward.values())
    return {back.name: name for back, name in found if back is not None}


def _complete(
    session: Session, entry: Entry, anchor: Anchor, attribute: str, found: tuple[Anchor, ...]
) -> tuple[Anchor, ...]:
    last = entries.unfinished(entry).get(attribute)
    if last is None:
        return found
    name, extra = f"<GUID={anchor}>", (controls.extended_dn(),)
    rest = rest_of_range(session.connection, name, attribute, last, extra)
    return (*found, *(a for values in rest for a in entries.anchors(values, session.names.anchor)))


def _pointing(session: Session, entry: Entry, anchor: Anchor, back: str) -> tuple[Anchor, ...]:
    found: Links = {}
    for told, values in entry[1].items():
        span = ranged(told)
        if (span[0] if span else told) == back:
            found[back] = tuple(entries.anchors(values, session.names.anchor))
    return _complete(session, entry, anchor, back, found.get(back, ()))
