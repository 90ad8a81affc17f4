"""Several rules of one source type: which of them an object is in the scope of, and what they make together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ropeway.model.changes import Desired
from ropeway.rules.flow import Flow
from ropeway.rules.object_rule import ObjectRule, assembled
from ropeway.rules.schema import LinkType
from ropeway.rules.scope import ScopeAnswer


@dataclass(frozen=True, slots=True)
class ComposedRule:
    """The rules of one source type, in the order of their priority; towards the engine, one rule.

    Whoever is in the scope of one that finds target objects is in scope; `applied` is the rule that then counts.
    """

    parts: tuple[ObjectRule, ...]
    _known: dict[tuple[int, ...], ObjectRule] = field(default_factory=dict[tuple[int, ...], ObjectRule])
    """The rules together, for every selection that occurred."""

    @property
    def name(self) -> str:
        """Their names."""
        return " + ".join(part.name for part in self.parts)

    @property
    def source_type(self) -> str:
        """The type all of them are about."""
        return self.parts[0].source_type

    @property
    def target_type(self) -> str:
        """What objects usually become."""
        return self._provisioning[0].target_type

    @property
    def references(self) -> dict[str, str]:
        """Source reference attribute to target attribute, of every rule."""
        return references_of(self.parts)

    @property
    def flows(self) -> tuple[Flow, ...]:
        """Every flow of every rule."""
        return tuple(flow for part in self.parts for flow in part.flows)

    @property
    def create_only(self) -> frozenset[str]:
        """Target attributes that some rule writes only when an object is created."""
        return frozenset[str]().union(*(part.create_only for part in self.parts))

    @property
    def scope_reads(self) -> frozenset[str]:
        """The attributes that decide which rules count."""
        return frozenset[str]().union(*(part.scope_reads for part in self.parts))

    @property
    def times(self) -> frozenset[str]:
        """Attributes that are compared with the present time."""
        return frozenset[str]().union(*(part.times for part in self.parts))

    @property
    def deletes(self) -> bool:
        """Whether a target object goes when its source object leaves."""
        return self._provisioning[0].deletes

    @property
    def _provisioning(self) -> Sequence[ObjectRule]:
        """Those that provision; where none does, those that find objects."""
        return [p for p in self.parts if p.link_type is LinkType.PROVISION] or [p for p in self.parts if p.leads]

    def in_scope(self, attributes: Mapping[str, Any]) -> ScopeAnswer:
        """Whether any rule is about the object; `MappingFailed` where a clause cannot say."""
        found = self.choose(attributes)
        return found if isinstance(found, ScopeAnswer) else ScopeAnswer(True)

    def applied(self, attributes: Mapping[str, Any]) -> ObjectRule:
        """The rules that an object in scope is in the scope of, as one."""
        found = self.choose(attributes)
        return self.parts[0] if isinstance(found, ScopeAnswer) else found

    def choose(self, attributes: Mapping[str, Any]) -> ObjectRule | ScopeAnswer:
        """The rules that apply, as one; or why none of those does that bring an object or look for one.

        A Join rule that nothing matches by only adds to what others bring.
        """
        chosen: list[int] = []
        refused: list[str] = []
        for number, part in enumerate(self.parts):
            answer = part.in_scope(attributes)
            if answer.passed:
                chosen.append(number)
            elif part.leads:
                refused.append(f"{part.name}: {answer.clause}")
        rule = self._known.get(key := tuple(chosen))
        if rule is None:
            if not any(self.parts[number].leads for number in chosen):
                return ScopeAnswer(False, "; ".join(refused))
            rule = self._known[key] = together([self.parts[number] for number in chosen], self.references)
        return rule

    def map(self, attributes: Mapping[str, Any]) -> Desired:
        """What the rules together make of an object in scope."""
        return self.applied(attributes).map(attributes)

    def linking(self, names: Collection[str]) -> tuple[str, ...]:
        """The rules that map some of these target references."""
        return tuple(name for part in self.parts for name in part.linking(names))

    def explain(self, attributes: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
        """As `ObjectRule.explain`, for the rules that apply."""
        return self.applied(attributes).explain(attributes)


TypeRule = ObjectRule | ComposedRule
"""The rule of one source type, as the engine has it."""


def references_of(parts: Iterable[ObjectRule]) -> dict[str, str]:
    """Source reference attribute to target attribute, of all these rules."""
    return {source: target for part in parts for source, target in part.references.items()}


def together(parts: Sequence[ObjectRule], known: Iterable[str]) -> ObjectRule:
    """One rule that does what these do together, highest precedence first. `known`: references that the type has.

    The first one that provisions decides the target type; the matching attributes of a higher rule come first.
    """
    references = references_of(parts)
    withheld = " ".join(sorted(set(known) - references.keys()))
    if len(parts) == 1:
        return replace(parts[0], withheld=withheld)
    by_target: dict[str, list[Flow]] = {}
    for part in parts:
        for flow in part.flows:
            by_target.setdefault(flow.target.name, []).append(flow)
    strongest = min(parts, key=lambda part: _STRENGTH[part.link_type])
    made = assembled(
        name=" + ".join(part.name for part in parts),
        source_type=strongest.source_type,
        target_type=strongest.target_type,
        references=references,
        scope=strongest.scope,
        flows=tuple(flows[0] if len(flows) == 1 else combined(flows) for flows in by_target.values()),
        link_type=strongest.link_type,
        adds=any(part.adds for part in parts if part.link_type is LinkType.PROVISION),
        updates=any(part.updates for part in parts),
        deletes=strongest.deletes,
        rules=tuple(part.name for part in parts),
    )
    return replace(made, matching=tuple(dict.fromkeys(_all(part.matching for part in parts))), withheld=withheld)


_STRENGTH = {LinkType.PROVISION: 0, LinkType.STICKY_JOIN: 1, LinkType.JOIN: 2}


def _all(lists: Iterable[Sequence[str]]) -> Iterable[str]:
    return (name for one in lists for name in one)


def combined(flows: Sequence[Flow]) -> Flow:
    """The flows of several rules for one attribute, highest precedence first, as one."""
    first = flows[0]
    made = replace(
        first,
        kind="combined",
        text=" | ".join(flow.text for flow in flows),
        reads=frozenset[str]().union(*(flow.reads for flow in flows)),
        times=frozenset[str]().union(*(flow.times for flow in flows)),
        always=any(flow.always for flow in flows),
        redacted=any(flow.redacted for flow in flows),
        offers=tuple(flows),
    )

    def compute(attributes: Mapping[str, Any]) -> Any:
        return made.outcome(attributes).value

    return replace(made, compute=compute)
