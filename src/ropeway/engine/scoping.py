"""Stage 2: is this object in scope: containers, groups, clauses. And its DN, as its containers are named now."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ropeway.engine.records import CONTAINERS, Entry
from ropeway.engine.state import State
from ropeway.model.anchors import Anchor
from ropeway.model.job import Scope
from ropeway.model.names import relative_name
from ropeway.model.problems import Problem
from ropeway.model.values import Attributes
from ropeway.rules import ObjectRule

CACHED = 20_000
"""Containers remembered within a cycle: a million objects need not ask for their parents' path a million times."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object is."""

    dn: str
    covered: bool
    """Below a base container and below no excluded one."""


class Places:
    """The paths of containers, walked up once and remembered."""

    def __init__(self, state: State, scope: Scope) -> None:
        self._state = state
        self._included = set(scope.containers)
        self._excluded = set(scope.excluded_containers)
        self._known: OrderedDict[Anchor, Place] = OrderedDict()

    def of(self, entry: Entry) -> Place:
        """The DN by the present names of its containers, and whether they are in scope."""
        above = self._container(entry.parent) if entry.parent else None
        dn = f"{relative_name(entry.dn)},{above.dn}" if above else entry.dn
        covered = above.covered if above else not self._included
        if entry.type in CONTAINERS:
            covered = (covered or entry.anchor in self._included) and entry.anchor not in self._excluded
        return Place(dn, covered)

    def _container(self, anchor: Anchor) -> Place | None:
        place = self._known.get(anchor)
        if place is None:
            found = self._state.known([anchor]).get(anchor)
            if found is None:
                return None
            self._known[anchor] = Place(found.dn, not self._included)  # in case it lies in itself
            place = self._known[anchor] = self.of(found)
            if len(self._known) > CACHED:
                self._known.popitem(last=False)
        return place


class Scoping:
    """Decides a batch of objects."""

    def __init__(self, state: State, scope: Scope) -> None:
        self._state = state
        self._scope = scope

    @cached_property
    def _groups(self) -> list[Anchor]:
        """The groups whose members are in scope."""
        if self._scope.groups and self._scope.nested_groups:
            return sorted(self._state.group_closure(self._scope.groups))
        return sorted(self._scope.groups)

    def members(self, anchors: Sequence[Anchor]) -> set[Anchor]:
        """Which objects the scope's groups let in."""
        if not self._groups:
            return set(anchors)
        return self._state.in_groups(anchors, self._groups) | (set(self._scope.groups) & set(anchors))

    def opens_or_closes(self, entry: Entry, members: set[Anchor]) -> bool:
        """Whether an object came to the scope's groups or left them since it was decided: nested, it takes others."""
        if entry.type != "group" or not (self._scope.groups and self._scope.nested_groups):
            return False
        was_in = entry.in_scope is not None and entry.reason not in ("group", "deleted")
        return was_in != (entry.live and entry.anchor in members)

    def out_because(
        self, entry: Entry, place: Place, members: set[Anchor], rule: ObjectRule, attributes: Attributes
    ) -> str | None:
        """Why an object is not in scope, or None where it is."""
        if entry.anchor not in members:
            return "group"
        if not place.covered:
            return "container"
        answer = rule.in_scope(attributes)
        return None if answer.passed else f"rule: {answer.clause}"


def missing_bases(state: State, scope: Scope) -> list[Problem]:
    """Containers and groups of the scope that are gone: then the scope itself is in doubt, and nothing is exported.

    An excluded container may be deleted, but must be known: nobody comes into the scope or leaves it by its deletion.
    """
    wanted = [*scope.containers, *scope.excluded_containers, *scope.groups]
    found = state.known(wanted) if wanted else {}
    return [
        Problem("scope-base-missing", object=scope.names.get(anchor, anchor), details={"guid": anchor})
        for anchor in wanted
        if anchor not in found or not (found[anchor].live or anchor in scope.excluded_containers)
    ]
