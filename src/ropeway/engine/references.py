"""Stage 5: links as a target is told them: reference attributes by their target names, other ends by their anchors."""

from __future__ import annotations

from collections.abc import Sequence

from ropeway.engine.records import Entry, PendingLink
from ropeway.model.anchors import Reference
from ropeway.model.changes import Change, Kind
from ropeway.model.values import unpack
from ropeway.rules import TypeRule

FORMER = "-"
"""Begins the attribute of a link that is to be taken back under a target attribute to which nothing flows any more."""


def reference(link: PendingLink) -> Reference:
    """The other end: its anchor, or the SID of a foreign security principal, which resolves in another domain."""
    if link.foreign is not None:
        sid = unpack(link.foreign).get("objectSid")
        if sid:
            return Reference(f"sid:{sid}")
    return Reference(link.other)


def links_change(entry: Entry, rule: TypeRule | None, links: Sequence[PendingLink]) -> Change:
    """One owner's link changes as one change; attributes that no rule of it maps are left out."""
    names = rule.references if rule else {}
    if entry.withheld:
        names = {name: target for name, target in names.items() if name not in entry.withheld.split()}
    added: dict[str, list[Reference]] = {}
    removed: dict[str, list[Reference]] = {}
    for link in links:
        former = link.attribute.startswith(FORMER)
        name = link.attribute.removeprefix(FORMER) if former else names.get(link.attribute)
        if name is not None:
            (added if link.present else removed).setdefault(name, []).append(reference(link))
    return Change(
        kind=Kind.LINKS,
        type=entry.target_type or (rule.target_type if rule else ""),
        anchor=entry.anchor,
        source_anchor=entry.source_anchor,
        target=entry.target,
        added=added,
        removed=removed,
    )
