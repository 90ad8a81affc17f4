"""Which container and which groups of a job's scope decide about an object, by the names they have now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ropeway.engine.records import CONTAINERS, Entry
from ropeway.engine.state import State
from ropeway.model.anchors import Anchor
from ropeway.model.job import Scope

DEEPEST = 200
"""Containers walked up at most: a picture that contains itself ends there."""


def container_told(state: State, scope: Scope, entry: Entry) -> str:
    """The nearest container above that was chosen or excluded, or that there is none; nothing where all count."""
    if not scope.containers and not scope.excluded_containers:
        return ""
    for anchor, name in _above(state, entry):
        if anchor in scope.excluded_containers:
            return f"below the excluded container {name}"
        if anchor in scope.containers:
            return f"below the chosen container {name}"
    if not scope.containers:
        return "below no excluded container"
    return f"below none of the chosen containers: {named(state, scope, scope.containers)}"


def groups_told(state: State, scope: Scope, entry: Entry) -> str:
    """The chosen groups that let an object in, or that none does; nothing where no group was chosen."""
    if not scope.groups:
        return ""
    if entry.anchor in scope.groups:
        return "is a chosen group itself"
    letting = [group for group in scope.groups if _is_member(state, scope, entry.anchor, group)]
    if letting:
        how = "member, directly or through groups, of" if scope.nested_groups else "member of"
        return f"{how} {named(state, scope, letting)}"
    directly = "" if scope.nested_groups else " (members of groups in them do not count)"
    return f"member of none of the chosen groups: {named(state, scope, scope.groups)}{directly}"


def named(state: State, scope: Scope, anchors: Sequence[Anchor]) -> str:
    """What containers and groups are called now; the name they were chosen by where they are gone."""
    known = state.known(anchors)
    return ", ".join(known[a].dn if a in known else f"{scope.names.get(a, a)} (gone)" for a in anchors)


def _is_member(state: State, scope: Scope, anchor: Anchor, group: Anchor) -> bool:
    groups = sorted(state.group_closure([group])) if scope.nested_groups else [group]
    return bool(state.in_groups([anchor], groups))


def _above(state: State, entry: Entry) -> Iterator[tuple[Anchor, str]]:
    """The containers an object is below, from the nearest on; a container is the first of its own."""
    if entry.type in CONTAINERS:
        yield entry.anchor, entry.dn
    parent = entry.parent
    for _ in range(DEEPEST):
        found = state.known([parent]).get(parent) if parent else None
        if found is None:
            return
        yield found.anchor, found.dn
        parent = found.parent
