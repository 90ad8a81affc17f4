"""What a source delivers. Every item speaks of one object by its anchor; order matters only within one anchor."""

from __future__ import annotations

import msgspec

from ropeway.model.anchors import Anchor
from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem
from ropeway.model.values import Attributes
from ropeway.model.watermark import Watermark

Links = dict[str, tuple[Anchor, ...]]
"""Reference attribute to the anchors at its other ends."""


class Whole(msgspec.Struct, frozen=True, tag_field="item", tag="whole"):
    """All of an object that the job wants to know; whatever was known before is replaced."""

    anchor: Anchor
    type: str
    dn: str
    parent: Anchor | None
    """The container's anchor; None for the naming context itself."""
    attributes: Attributes
    links: Links = {}
    """Complete per attribute; an attribute that is absent here and in `continued` has no links."""
    continued: tuple[str, ...] = ()
    """Reference attributes whose links follow as `LinksReplaced`, because they are too many for one item."""
    referenced_by: Links = {}
    """Only from `read_one`: who points here, by the attribute of theirs (member, manager)."""


class Patch(msgspec.Struct, frozen=True, tag_field="item", tag="patch"):
    """What changed on an object. Without a stored base the engine asks `read_one`."""

    anchor: Anchor
    type: str | None
    """None where the source does not say."""
    dn: str
    parent: Anchor | None
    """None where the object was not moved."""
    changed: Attributes = {}
    cleared: tuple[str, ...] = ()


class Gone(msgspec.Struct, frozen=True, tag_field="item", tag="gone"):
    """A tombstone: the positive fact that an object was deleted."""

    anchor: Anchor


class LinkAdded(msgspec.Struct, frozen=True, tag_field="item", tag="link+"):
    """One value was added to a reference attribute."""

    anchor: Anchor
    attribute: str
    other: Anchor


class LinkRemoved(msgspec.Struct, frozen=True, tag_field="item", tag="link-"):
    """One value was taken from a reference attribute."""

    anchor: Anchor
    attribute: str
    other: Anchor


class LinksReplaced(msgspec.Struct, frozen=True, tag_field="item", tag="links"):
    """A part of a complete reference attribute: what none of its parts names is gone once `last` has come."""

    anchor: Anchor
    attribute: str
    others: tuple[Anchor, ...]
    first: bool = True
    last: bool = True


class Unreadable(msgspec.Struct, frozen=True, tag_field="item", tag="unreadable"):
    """An object that is there but could not be understood. It is kept as it was and set aside with its problem."""

    anchor: Anchor | None
    """None where not even the anchor could be read: then it is reported, and absence counts for nobody in this read."""
    dn: str
    problem: Problem


Item = Whole | Patch | Gone | LinkAdded | LinkRemoved | LinksReplaced | Unreadable

PAGE_VALUES = 900
"""The most objects and links together in one page, so that storing it is one short transaction."""


class Page(msgspec.Struct, frozen=True):
    """A stretch of a read, at most PAGE_VALUES objects and links (one object may exceed it only by itself)."""

    items: tuple[Item, ...]
    watermark: Watermark | None = None
    """Set only where it is safe to store: everything before it is in this page or an earlier one."""
    complete: bool = False
    """On the last page of a full read that ended cleanly on a source not behind its watermark: absence counts."""
    total: int | None = None
    """How many objects the whole read is expected to bring, where the source knows."""
    problems: tuple[Problem, ...] = ()
    """Warnings about objects that were delivered all the same: a link that had to be left out."""
    seen: Watermark | None = None
    """How far the source was when it said this, where no watermark says so; never to be stored."""

    @property
    def known(self) -> Watermark | None:
        """What a server must not be behind that is asked for one object from now on."""
        return self.watermark or self.seen


class AnchorPage(msgspec.Struct, frozen=True):
    """Anchors that exist now, for the comparison that finds deletions nobody reported."""

    anchors: tuple[Anchor, ...]
    complete: bool = False


WIRE_VERSION = 1


class Envelope(msgspec.Struct, frozen=True):
    """A page on its way between processes."""

    page: Page
    version: int = WIRE_VERSION


def to_wire(page: Page) -> bytes:
    """A page as msgpack; `from_wire(to_wire(p)) == p` for every page."""
    return msgspec.msgpack.encode(Envelope(page))


def from_wire(raw: bytes) -> Page:
    """The page in an envelope; `ValueError` for bytes that are none, or of a version not known here."""
    try:
        envelope = msgspec.msgpack.decode(raw, type=prepared(Envelope))
    except msgspec.MsgspecError as error:
        raise ValueError(f"not a page: {error}") from error
    if envelope.version != WIRE_VERSION:
        raise ValueError(f"page of wire version {envelope.version}, this is {WIRE_VERSION}")
    return envelope.page
