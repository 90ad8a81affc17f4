"""Whether the rules of one source type can be applied together."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ropeway.rules.composed_rule import ComposedRule, TypeRule
from ropeway.rules.object_rule import ObjectRule
from ropeway.rules.refusals import refused
from ropeway.rules.schema import LinkType, MergeType


class Part(msgspec.Struct, frozen=True):
    """One rule of a source type, and where in the schema it stands."""

    rule: ObjectRule
    path: str


def whole(parts: Sequence[Part]) -> TypeRule:
    """The rules of one source type, highest precedence first, as the engine has them; refused where they contradict."""
    _refuse_leaderless(parts)
    if len(parts) == 1:
        return parts[0].rule
    _refuse_two_of_one_rule(parts)
    _refuse_mixed_merging(parts)
    _refuse_two_sources(parts)
    _refuse_mixed_departures(parts)
    return ComposedRule(tuple(part.rule for part in parts))


def _refuse_leaderless(parts: Sequence[Part]) -> None:
    """Rules that only add need one that brings objects, or an attribute to find some by."""
    rules = [part.rule for part in parts]
    if not any(rule.link_type is LinkType.PROVISION or rule.matching for rule in rules):
        reason = f"all rules for “{rules[0].source_type}” only join, and none has an attribute with a matchingPriority"
        raise refused("schema-selects-nothing", parts[0].path, reason)


def _refuse_two_of_one_rule(parts: Sequence[Part]) -> None:
    """Within one synchronization rule, nothing says which of two object mappings comes first."""
    seen: set[str] = set()
    for part in parts:
        rule = part.path.partition(".objectMappings")[0]
        if rule in seen:
            reason = f"a second mapping of “{part.rule.source_type}” in one rule: give it a rule of another priority"
            raise refused("schema-ambiguous", part.path, reason)
        seen.add(rule)


def _refuse_mixed_merging(parts: Sequence[Part]) -> None:
    known: dict[str, tuple[MergeType, str]] = {}
    for part in parts:
        for flow in part.rule.flows:
            name = flow.target.name
            merge, rule = known.setdefault(name, (flow.merge, flow.rule))
            if merge is not flow.merge:
                reason = f"merge type {flow.merge.value}, and {merge.value} in the rule “{rule}”: all must say the same"
                path = f"{part.path}.attributeMappings"
                raise refused("schema-ambiguous", path, f"{name}: {reason}", attribute=name)


def _refuse_two_sources(parts: Sequence[Part]) -> None:
    """Whoever is in the scope of both would have two of one reference: no precedence decides between them."""
    source_of: dict[str, str] = {}
    target_of: dict[str, str] = {}
    for part in parts:
        for source, target in part.rule.references.items():
            if source_of.setdefault(target, source) != source or target_of.setdefault(source, target) != target:
                reason = f"another rule maps {target} from something else than {source}, or {source} to something else"
                raise refused("schema-ambiguous", f"{part.path}.attributeMappings", reason, attribute=target)


def _refuse_mixed_departures(parts: Sequence[Part]) -> None:
    """Who leaves the scope is in none of the rules any more: they must agree."""
    provisioning = [part for part in parts if part.rule.link_type is LinkType.PROVISION]
    for part in provisioning[1:]:
        if part.rule.deletes is not provisioning[0].rule.deletes:
            reason = f"another rule for “{part.rule.source_type}” says otherwise about Delete: all must say the same"
            raise refused("schema-ambiguous", f"{part.path}.flowTypes", reason)
