"""Stage 6 for one object: desired against what was last confirmed, as the least change."""

from __future__ import annotations

from ropeway.engine.records import Entry, Planned
from ropeway.model.changes import Desired, Kind, MatchResult
from ropeway.model.job import Departure
from ropeway.model.values import pack, unpack
from ropeway.rules import ObjectRule

NOTHING = pack({})


def present(desired: Desired) -> Desired:
    """The attributes that shall have a value."""
    return {name: value for name, value in desired.items() if value is not None}


def arrival(entry: Entry, rule: ObjectRule, desired: Desired, match: MatchResult) -> Planned:
    """An object that has no target yet: created, adopted, or brought back from the bin."""
    if match.target is None:
        return Planned(entry.number, Kind.CREATE, rule.target_type, pack(present(desired)), "")
    kind = Kind.RESTORE if match.binned else Kind.ADOPT
    return Planned(entry.number, kind, rule.target_type, pack(present(desired)), f"{match.by}\n{match.target}")


def update(entry: Entry, rule: ObjectRule, desired: Desired) -> list[Planned]:
    """What differs, with what is emptied and what is disabled in rows of their own, because guards count them."""
    wanted = present(desired)
    if pack(wanted) == entry.exported:
        return []
    old = unpack(entry.exported or NOTHING)
    changed = {k: v for k, v in wanted.items() if old.get(k) != v and k not in rule.create_only}
    emptied = {k: None for k in old if k not in wanted and k not in rule.create_only}
    rows: list[Planned] = []
    if old.get("accountEnabled") is True and changed.get("accountEnabled") is False:
        rows.append(_row(entry, Kind.DISABLE, rule.target_type, {"accountEnabled": changed.pop("accountEnabled")}))
    if changed:
        rows.append(_row(entry, Kind.UPDATE, rule.target_type, changed))
    if emptied:
        rows.append(_row(entry, Kind.EMPTY, rule.target_type, emptied))
    return rows


def departure(entry: Entry, policy: Departure) -> list[Planned]:
    """An object that left: what becomes of its target object."""
    type_ = entry.target_type or ""
    match policy:
        case Departure.DELETE:
            return [_row(entry, Kind.DELETE, type_, {})]
        case Departure.DISABLE:
            old = unpack(entry.exported or NOTHING)
            enabled = old.get("accountEnabled", entry.exported is None and type_ in ("user", "device"))
            return [_row(entry, Kind.DISABLE, type_, {"accountEnabled": False})] if enabled else []
        case Departure.KEEP:
            return []


def carries_links(rule: ObjectRule) -> bool:
    """Whether a new object is created together with its links: all but groups have few."""
    return rule.target_type != "group"


def links(entry: Entry, rule: ObjectRule) -> Planned:
    """The row under which an object's open link changes are sent."""
    return _row(entry, Kind.LINKS, rule.target_type, {})


def _row(entry: Entry, kind: Kind, type_: str, attributes: Desired) -> Planned:
    return Planned(entry.number, kind, type_, pack(attributes), "")


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
