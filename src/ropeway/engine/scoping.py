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
from ropeway.rules import ObjectRule, Rules, TypeRule
from ropeway.rules.bases import MEMBER_OF, WITHIN

CACHED = 20_000
"""Containers remembered within a cycle: a million objects need not ask for their parents' path a million times."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object is."""

    dn: str
    covered: bool
    """Below a base container and below no excluded one."""
    within: frozenset[Anchor] = frozenset()
    """Those containers that rules are about and that it is below."""


NOWHERE: frozenset[Anchor] = frozenset()


class Places:
    """The paths of containers, walked up once and remembered."""

    def __init__(self, state: State, scope: Scope, rules: Rules | None = None) -> None:
        self._state = state
        self._watched = frozenset(base.anchor for base in (rules.containers if rules else ()))
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
        within = above.within if above else NOWHERE
        if entry.anchor in self._watched:
            within |= {entry.anchor}
        return Place(dn, covered, within)

    def forget(self) -> None:
        """Walk up anew: containers came or changed."""
        self._known.clear()

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

    def __init__(self, state: State, scope: Scope, rules: Rules | None = None) -> None:
        self._state = state
        self._scope = scope
        self._asked = rules.groups if rules else ()
        self._belongs: dict[Anchor, set[str]] = {}

    @cached_property
    def _groups(self) -> list[Anchor]:
        """The groups whose members are in scope."""
        if self._scope.groups and self._scope.nested_groups:
            return sorted(self._state.group_closure(self._scope.groups))
        return sorted(self._scope.groups)

    @cached_property
    def _asked_groups(self) -> list[tuple[str, list[Anchor]]]:
        """The groups that rules ask about: their keys, and the groups whose members count."""
        known = [(base, base.anchor) for base in self._asked if base.anchor is not None]
        return [(base.key, sorted(self._state.group_closure([a])) if base.nested else [a]) for base, a in known]

    def members(self, anchors: Sequence[Anchor]) -> set[Anchor]:
        """Which objects the scope's groups let in. Also looks up which groups of rules they are in, for `tell`."""
        self._belongs = {}
        for key, groups in self._asked_groups:
            for anchor in self._state.in_groups(anchors, groups):
                self._belongs.setdefault(anchor, set()).add(key)
        if not self._groups:
            return set(anchors)
        return self._state.in_groups(anchors, self._groups) | (set(self._scope.groups) & set(anchors))

    def opens_or_closes(self, entry: Entry, members: set[Anchor]) -> bool:
        """Whether an object came to the scope's groups or left them since it was decided: nested, it takes others."""
        if entry.type != "group" or not (self._scope.groups and self._scope.nested_groups):
            return False
        was_in = entry.in_scope is not None and entry.reason not in ("group", "deleted")
        return was_in != (entry.live and entry.anchor in members)

    def tell(self, entry: Entry, place: Place, attributes: Attributes) -> None:
        """Add to an object's attributes what rules ask and no server says: its groups, and what it is below."""
        if self._asked:
            attributes[MEMBER_OF] = frozenset(self._belongs.get(entry.anchor, ()))
        attributes[WITHIN] = place.within

    def out_because(
        self, entry: Entry, place: Place, members: set[Anchor], rule: TypeRule, attributes: Attributes
    ) -> str | None:
        """Why an object is not in scope, or None where it is. Adds to the attributes what `tell` does."""
        found = self.rule_or_reason(entry, place, members, rule, attributes)
        return found if isinstance(found, str) else None

    def rule_or_reason(
        self, entry: Entry, place: Place, members: set[Anchor], rule: TypeRule, attributes: Attributes
    ) -> ObjectRule | str:
        """The rule that counts for an object in scope, or why it is not in scope; `attributes` as for `out_because`."""
        self.tell(entry, place, attributes)
        if entry.anchor not in members:
            return "group"
        if not place.covered:
            return "container"
        found = rule.choose(attributes)
        return found if isinstance(found, ObjectRule) else f"rule: {found.clause}"


def missing_bases(state: State, scope: Scope, rules: Rules) -> list[Problem]:
    """Containers and groups of scope and rules that are gone: then the scope is in doubt, and nothing is exported.

    An excluded container may be deleted, but must be known: nobody comes into the scope or leaves it by its deletion.
    """
    bases = (*rules.containers, *rules.groups)
    named = {base.anchor: base.name for base in bases if base.anchor is not None}
    wanted = [*scope.containers, *scope.excluded_containers, *scope.groups, *named]
    found = state.known(wanted) if wanted else {}
    known = {anchor: entry.dn for anchor, entry in found.items() if named.get(anchor) == anchor}
    names = named | known | scope.names
    never = [Problem("scope-base-missing", object=base.name) for base in bases if base.anchor is None]
    return never + [
        Problem("scope-base-missing", object=names.get(anchor, anchor), details={"guid": anchor})
        for anchor in wanted
        if anchor not in found or not (found[anchor].live or anchor in scope.excluded_containers)
    ]
