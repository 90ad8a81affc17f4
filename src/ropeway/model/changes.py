"""What a target is asked to do, and what it answers."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from ropeway.model.anchors import Anchor, Reference, TargetId
from ropeway.model.problems import Problem

Desired = dict[str, Any]
"""Target attribute to wanted `Value`; None empties it for everybody. An attribute that is absent is no opinion."""


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


class MatchResult(msgspec.Struct, frozen=True):
    """The answer for one MatchKey, in the order asked."""

    target: TargetId | None = None
    by: str = ""
    """The attribute that matched; `contribution` where the target knows this very anchor of this job already."""
    binned: bool = False
    problem: Problem | None = None
    """A match that must not be made (protected, other type, more than one): the object is set aside."""
