"""Rows of the state, as the stages see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from ropeway.model.anchors import Anchor, Reference, TargetId
from ropeway.model.changes import Kind
from ropeway.model.problems import Problem
from ropeway.model.watermark import Watermark

CONTAINERS = frozenset({"organizationalUnit", "container", "domainDNS"})
"""Types whose only purpose here is the path of what is below them."""


class Entry(msgspec.Struct):
    """A source object as stored. `attributes` and `exported` are packed (`model.values.pack`)."""

    anchor: Anchor
    source_anchor: str
    type: str
    parent: Anchor | None
    dn: str
    attributes: bytes
    digest: bytes
    live: bool
    in_scope: bool | None = None
    """None: not decided yet."""
    reason: str | None = None
    target_type: str | None = None
    target: TargetId | None = None
    exported: bytes | None = None
    withheld: str = ""
    """References that the rules it was decided by leave out, by source attribute, joined by blanks."""
    number: int = 0
    """The state's own name for the entry; 0 until stored."""


class LinkKey(msgspec.Struct, frozen=True):
    """One value of one reference attribute."""

    anchor: Anchor
    attribute: str
    other: Anchor


class LinksPart(msgspec.Struct, frozen=True):
    """A part of a complete reference attribute; after the last part, links without this stamp are gone."""

    anchor: Anchor
    attribute: str
    others: tuple[Anchor, ...]
    stamp: int
    last: bool
    members_due: bool = False
    """Whoever is gone from it is decided anew: a scope may depend on it."""


class Due(msgspec.Struct, frozen=True):
    """A line of the work list, with its entry as it is now."""

    entry: Entry
    rank: int
    stamp: int


class Later(msgspec.Struct, frozen=True):
    """When an object is to be decided again."""

    anchor: Anchor
    at: float
    """Seconds since 1970."""


class Escrow(msgspec.Struct, frozen=True):
    """An object set aside."""

    anchor: Anchor
    stage: str
    problem: Problem
    attempts: int = 0
    first: float = 0.0
    last: float = 0.0


class Imported(msgspec.Struct):
    """What one page brings to the state, stored in one transaction."""

    generation: int
    entries: dict[Anchor, Entry] = {}
    """New and changed."""
    seen: set[Anchor] = set()
    """Unchanged: only stamped."""
    gone: set[Anchor] = set()
    added: list[LinkKey] = []
    removed: list[LinkKey] = []
    replaced: list[LinksPart] = []
    revived: set[Anchor] = set()
    """Reanimated objects: links that pointed at them before they were deleted no longer count."""
    due: dict[Anchor, int] = {}
    """Anchor to rank."""
    escrows: list[Escrow] = []
    readable: set[Anchor] = set()
    """Objects that could be read: an escrow of the import stage is over."""
    watermark: Watermark | None = None


class Planned(msgspec.Struct):
    """A change row. `entry` is its entry's number, `attributes` packed Desired; `seq` is 0 until stored."""

    entry: int
    kind: Kind
    type: str
    attributes: bytes
    decision: str
    """How the object was matched and which rule decided, for log and plan (`engine.decisions`)."""
    seq: int = 0
    state: str = "planned"
    hold: int | None = None


class Decided(msgspec.Struct):
    """What stages 2 to 6 made of one batch of the work list, stored in one transaction."""

    done: list[Due] = []
    entries: list[Entry] = []
    """Entries whose decision or DN changed."""
    planned: list[Planned] = []
    escrows: list[Escrow] = []
    settled: list[Anchor] = []
    """Anchors that no longer are in escrow."""
    later: list[Later] = []


class Sendable(msgspec.Struct):
    """A change row with what is needed to send and confirm it."""

    planned: Planned
    entry: Entry


class PendingLink(msgspec.Struct, frozen=True):
    """A link whose planned change can be sent."""

    owner: int
    """The owner's number."""
    attribute: str
    other: Anchor
    present: bool
    approved: bool
    """Its removal was on a hold that somebody approved, or its other end was deleted and took it along."""
    foreign: bytes | None
    """Packed attributes where the other end is a foreign security principal: its objectSid is the reference."""


class Confirmed(msgspec.Struct):
    """One change that the target answered, and the log line it becomes."""

    planned: Planned
    entry: Entry
    """With target and exported as they are now."""
    status: str
    modified: bytes
    lost: int = 0
    approved: int = 0
    """How many of the lost links somebody approved: they do not count against the next."""
    problem: Problem | None = None
    keep: bool = False
    """The row stays in the plan (wait)."""
    carried: Mapping[str, Sequence[Reference]] = {}
    """The links that a new object was created with, by target attribute."""


class Outcome(msgspec.Struct):
    """What one cycle did."""

    kind: str
    """initial | delta | recover."""
    result: str = "nothing-to-do"
    """success | completed-with-errors | held | stopped | nothing-to-do."""
    read: int = 0
    decided: int = 0
    exported: dict[str, int] = {}
    held: int = 0
    failed: int = 0
    waiting: int = 0
    seconds: dict[str, float] = {}
    problems: list[Problem] = []
