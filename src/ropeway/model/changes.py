"""What a target is asked to do, and what it answers."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from ropeway.model.anchors import Anchor, Reference, TargetId
from ropeway.model.problems import Problem

Desired = dict[str, Any]
"""Target attribute to wanted `Value`; None empties it for everybody. An attribute that is absent is no opinion."""


FLOWS = "@flows"
"""In a planned `Desired`: attribute name to `Mode`, for attributes that do not simply flow; absent where all do."""

LINK = "@link"
"""In a planned `Desired`: a `Link` other than Provision."""

BEFORE = "@before"
"""In a line of the log: what the attributes that were changed were before, as the job had written them."""


class Mode(StrEnum):
    """How a target takes a value that does not simply replace what was there."""

    ONCE = "once"
    """Only with the object's creation; from then on everybody else's word counts more."""
    ADD = "add"
    """Values are added to those that are there; none is taken away."""
    FILL = "fill"
    """Only while nobody else has a value; what was once written stays."""
    NULL = "null"
    """No value, and whoever ranks lower shall have none either (AuthoritativeNull)."""
    UNIQUE = "unique"
    """With creation, the first of several values that nobody has (SelectUniqueValue)."""


class Link(StrEnum):
    """A contribution to an object that this one neither creates nor claims as its own."""

    JOIN = "Join"
    """The object does not live by it."""
    STICKY_JOIN = "StickyJoin"
    """The object lives while it is there."""


class Kind(StrEnum):
    """What one planned row does to its target object."""

    CREATE = "create"
    ADOPT = "adopt"
    """Take over an object that matched: link it, then write every mapped attribute."""
    RESTORE = "restore"
    """Bring a binned object of ours back, under the same id."""
    UPDATE = "update"
    EMPTY = "empty"
    """Attributes that had a value and have none any more: our opinion on them is withdrawn, others' may show."""
    DISABLE = "disable"
    DELETE = "delete"
    """Withdraw our contribution; an object nobody contributes to goes to the recycle bin."""
    LINKS = "links"
    """Members, manager, owners added and removed."""


class Change(msgspec.Struct, frozen=True):
    """One wanted write to one target object. Sending it twice is the same as once."""

    kind: Kind
    type: str
    """The target's object type: user, group, contact, device."""
    anchor: Anchor
    """The source object; with the job it names our contribution."""
    source_anchor: str
    """onPremisesImmutableId: what the object is matched by, now and after a lost state."""
    target: TargetId | None
    """None until created."""
    attributes: Desired = {}
    """Everything mapped for CREATE, ADOPT and RESTORE; only the differences otherwise."""
    added: dict[str, list[Reference]] = {}
    removed: dict[str, list[Reference]] = {}
    flows: dict[str, str] | None = None
    """Attribute to `Mode`, of all attributes at once; None: as told before."""
    link: str | None = None
    """A `Link`, or nothing ("") for a contribution that provisions; None: as told before."""


class Then(StrEnum):
    """What happens next to a change."""

    DONE = "done"
    WAIT = "wait"
    """Nothing is wrong with the change; send it again later."""
    SET_ASIDE = "set-aside"
    """This object cannot be written as it is: escrow."""
    STOP = "stop"
    """Nothing can be written: the job stops, every change is kept."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of one change, in the order the changes were given."""

    then: Then
    target: TargetId | None = None
    problem: Problem | None = None
    """Why not; or, with DONE, what the target made of it (a rewritten UPN, a withheld address)."""


class Effect(msgspec.Struct, frozen=True):
    """What a change would really do, told without doing it."""

    change: Change
    becomes: Desired = {}
    """Values that will differ from what was asked (UPN rewritten, address withheld)."""
    problem: Problem | None = None


class MatchKey(msgspec.Struct, frozen=True):
    """What a source object without a target may be recognised by, best first."""

    anchor: Anchor
    type: str
    source_anchor: str
    candidates: tuple[tuple[str, str], ...] = ()
    """(target attribute, value), by matching priority: userPrincipalName, then primary SMTP address."""
    joins: bool = False
    """Only to add values: an object that others provide is a match, one in the recycle bin is none."""


class MatchResult(msgspec.Struct, frozen=True):
    """The answer for one MatchKey, in the order asked."""

    target: TargetId | None = None
    by: str = ""
    """The attribute that matched; `contribution` where the target knows this very anchor of this job already."""
    binned: bool = False
    problem: Problem | None = None
    """A match that must not be made (protected, other type, more than one): the object is set aside."""
