"""Stage 6 for one object: desired against what was last confirmed, as the least change."""

from __future__ import annotations

from typing import Any

from ropeway.engine.decisions import leaving, staying
from ropeway.engine.records import Entry, Planned
from ropeway.model.changes import FLOWS, LINK, Desired, Kind, Link, MatchResult, Mode
from ropeway.model.job import Departure
from ropeway.model.values import Attributes, pack, unpack
from ropeway.rules import ObjectRule
from ropeway.rules.schema import LinkType

NOTHING = pack({})

CONTRIBUTION = "contribution"
"""What a match says it was made by where the target knows this very anchor of this job (`MatchResult.by`)."""

ENABLED = ("user", "device")
"""Target types whose objects are enabled where nobody said otherwise."""

LOOK_AGAIN = 3600.0
"""Seconds until it is looked again for the target object of one that may not create its own."""


def present(desired: Desired) -> Desired:
    """The attributes that shall have a value."""
    return {name: value for name, value in desired.items() if value is not None}


def arrival(
    entry: Entry, rule: ObjectRule, desired: Desired, attributes: Attributes, match: MatchResult
) -> Planned | None:
    """An object that has no target yet: created, adopted, or brought back from the bin; None where rules forbid it."""
    wanted = present(desired)
    if match.target is None:
        if not rule.creates:
            return None
        decided = staying(rule.decided(wanted, attributes))
        return Planned(entry.number, Kind.CREATE, rule.target_type, pack(wanted), decided)
    if match.by != CONTRIBUTION and (not rule.updates or (match.binned and not rule.creates)):
        return None
    kind = Kind.RESTORE if match.binned else Kind.ADOPT
    decided = staying(rule.decided(wanted, attributes), match.by, match.target)
    return Planned(entry.number, kind, rule.target_type, pack(wanted), decided)


def update(entry: Entry, rule: ObjectRule, desired: Desired, attributes: Attributes) -> list[Planned]:
    """What differs, with what is emptied and what is disabled in rows of their own, because guards count them."""
    wanted = present(desired)
    if pack(wanted) == entry.exported and not rule.always:
        return []
    old = unpack(entry.exported or NOTHING)
    stays = _kept(rule, desired, wanted, old)
    was = old.get
    changed = {k: v for k, v in wanted.items() if was(k) != v}
    changed |= {k: wanted[k] for k in rule.always if k in wanted}
    emptied: Desired = {k: None for k in old if k not in wanted}
    for name in stays:
        changed.pop(name, None)
        emptied.pop(name, None)
    changed |= {k: emptied.pop(k) for k in (FLOWS, LINK) if k in emptied}
    disabled: Desired = {}
    enabled = old.get("accountEnabled", rule.target_type in ENABLED)
    if enabled is True and changed.get("accountEnabled") is False:
        disabled = {"accountEnabled": changed.pop("accountEnabled")}
    return [
        _row(entry, kind, rule.target_type, values, staying(rule.decided(values, attributes)))
        for kind, values in ((Kind.DISABLE, disabled), (Kind.UPDATE, changed), (Kind.EMPTY, emptied))
        if values
    ]


def _kept(rule: ObjectRule, desired: Desired, wanted: Desired, old: Desired) -> set[str]:
    """The attributes that keep what the target has; values to be added are added to those that were, in `wanted`."""
    spoken = len(desired) - (FLOWS in desired) - (LINK in desired)
    stays = set(rule.targets.difference(desired)) if spoken < len(rule.targets) else set[str]()
    for name, mode in desired.get(FLOWS, {}).items():
        if mode in (Mode.ONCE, Mode.UNIQUE) or (mode == Mode.FILL and name not in wanted):
            stays.add(name)
        elif mode == Mode.ADD:
            before: list[Any] = old.get(name) or []
            together = [*before, *(value for value in wanted.get(name) or () if value not in before)]
            if together:
                wanted[name] = together
    return stays


ONLY_JOINED, OTHER_TYPE = "only joined", "other type"

REPLACED = (ONLY_JOINED, OTHER_TYPE)
"""Reasons to leave for an object that stays in scope: when its target object is gone, it is decided anew."""


def replaced(entry: Entry, rule: ObjectRule) -> str | None:
    """Why an object must give up the target object it has before its rules can count, or None."""
    if entry.target is None:
        return None
    if entry.target_type not in (None, rule.target_type):
        return OTHER_TYPE
    if rule.link_type is not LinkType.JOIN:
        return None
    joined = entry.exported is None or unpack(entry.exported).get(LINK) == Link.JOIN
    return None if joined else ONLY_JOINED


def joined_only(entry: Entry) -> bool:
    """Whether the target object is another's, to which this job only adds."""
    return unpack(entry.exported or NOTHING).get(LINK) == Link.JOIN


def departure(entry: Entry, policy: Departure, reason: str) -> list[Planned]:
    """An object that left for that reason: what becomes of its target object."""
    type_, decided = entry.target_type or "", leaving(reason)
    if joined_only(entry):
        policy = Departure.DELETE  # only what it said is taken back
    match policy:
        case Departure.DELETE:
            return [_row(entry, Kind.DELETE, type_, {}, decided)]
        case Departure.DISABLE:
            old = unpack(entry.exported or NOTHING)
            enabled = old.get("accountEnabled", type_ in ENABLED)
            return [_row(entry, Kind.DISABLE, type_, {"accountEnabled": False}, decided)] if enabled else []
        case Departure.KEEP:
            return []


def carries_links(planned: Planned) -> bool:
    """Whether an object is created with its links: one that has few."""
    return planned.kind is Kind.CREATE and planned.type != "group"


def sends_links(rule: ObjectRule, arrives: Planned | None, *, arrived: bool) -> bool:
    """Whether open links get a row: not those of new objects that are created with them."""
    if arrives is None:
        return arrived and rule.updates
    return not carries_links(arrives)


def links(entry: Entry, rule: ObjectRule) -> Planned:
    """The row under which an object's open link changes are sent."""
    return _row(entry, Kind.LINKS, rule.target_type, {}, staying(rule.name))


def _row(entry: Entry, kind: Kind, type_: str, attributes: Desired, decided: str) -> Planned:
    return Planned(entry.number, kind, type_, pack(attributes), decided)


def exported_after(entry: Entry, planned: Planned) -> bytes | None:
    """What the target has of an object once a change is confirmed, packed."""
    match planned.kind:
        case Kind.CREATE | Kind.ADOPT | Kind.RESTORE:
            return planned.attributes
        case Kind.DELETE:
            return None
        case Kind.LINKS:
            return entry.exported
        case Kind.UPDATE | Kind.EMPTY | Kind.DISABLE:
            return pack(present(unpack(entry.exported or NOTHING) | unpack(planned.attributes)))
