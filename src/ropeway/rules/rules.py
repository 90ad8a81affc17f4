"""All object rules of a schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from ropeway.model.job import Scope
from ropeway.model.values import digest, pack
from ropeway.model.watermark import Wanted
from ropeway.rules.anchors import CONSISTENCY_GUID
from ropeway.rules.bases import Base
from ropeway.rules.composed_rule import TypeRule
from ropeway.rules.definitions import CATEGORY, FOREST, PSEUDO_ATTRIBUTES, SECURITY_ID_REFERENCES
from ropeway.rules.mappings import compiled_mapping, ends_of
from ropeway.rules.refusals import refused
from ropeway.rules.schema import Schema
from ropeway.rules.several import Part, whole
from ropeway.rules.times import next_time

DIGEST_VERSION = 2
"""Raised when the same schema begins to mean something else, so that everything is decided again."""

CONTAINERS = {
    "organizationalUnit": ("ou",),
    "container": ("cn",),
    "domainDNS": ("dc",),
    "foreignSecurityPrincipal": ("cn", "objectSid"),
}
"""Types that are read besides the mapped ones: the tree that scopes are about, and members from other forests."""


ANY = Scope()


@dataclass(frozen=True, slots=True)
class Rules:
    """A compiled schema."""

    digest: str
    """Stands for the rules: another value means that every object must be decided again."""
    by_type: dict[str, TypeRule]
    times: frozenset[str]
    groups: tuple[Base, ...] = ()
    """Groups that clauses ask about."""
    containers: tuple[Base, ...] = ()
    """Containers that rules are about."""
    redacted: frozenset[str] = frozenset()
    """Target attributes whose values logs and plans do not show."""

    def rule_for(self, source_type: str) -> TypeRule | None:
        """The rule of a source type, or None for types that are not synchronized."""
        return self.by_type.get(source_type)

    def wanted(self, scope: Scope = ANY) -> Wanted:
        """Per source type what any rule needs: scope, mapping, matching, source anchor, references.

        Members of groups are read where rules or a job's scope ask for them, also if no group is mapped.
        """
        wanted = CONTAINERS | {name: _reads(rule) for name, rule in self.by_type.items()}
        if self.groups or scope.groups:
            wanted["group"] = tuple(sorted({*wanted.get("group", ()), "member"}))
        return Wanted(wanted)

    def next_decision_time(self, attributes: Mapping[str, Any]) -> int | None:
        """The FILETIME at which the clock alone changes a result (an account expires), or None."""
        return next_time(self.times, attributes)


def _reads(rule: TypeRule) -> tuple[str, ...]:
    names = set(rule.scope_reads) | set(rule.references)
    names.update(*(flow.reads for flow in rule.flows))
    if rule.target_type == "user":
        names.add(CONSISTENCY_GUID)
    for name in names & SECURITY_ID_REFERENCES.keys():
        names.update(SECURITY_ID_REFERENCES[name])
    if names & FOREST:
        names.add(CATEGORY)
    return tuple(sorted(names - PSEUDO_ATTRIBUTES.keys()))


def compile_rules(schema: Schema) -> Rules:
    """The rules of a schema; RopewayError with path and reason for one that cannot be used."""
    parts: dict[str, list[Part]] = {}
    order = sorted(enumerate(schema.synchronization_rules), key=lambda numbered: numbered[1].priority)
    for place, rule in order:
        path = f"$.synchronizationRules[{place}]"
        ends = ends_of(schema, rule, path)
        for at, mapping in enumerate(rule.object_mappings):
            if mapping.enabled:
                where = f"{path}.objectMappings[{at}]"
                made = compiled_mapping(mapping, rule.name, ends, where)
                parts.setdefault(made.source_type, []).append(Part(made, where))
    if not parts:
        raise refused("schema-unreadable", "$.synchronizationRules", "no object type is mapped")
    by_type = {name: whole(found) for name, found in parts.items()}
    times = frozenset[str]().union(*(rule.times for rule in by_type.values()))
    clauses = [clause for found in parts.values() for part in found for clause in part.rule.scope.clauses]
    groups = {group.key: group for clause in clauses for group in clause.groups}
    containers = {container.key: container for clause in clauses for container in clause.containers}
    redacted = frozenset(flow.target.name for rule in by_type.values() for flow in rule.flows if flow.redacted)
    return Rules(_digest(schema), by_type, times, tuple(groups.values()), tuple(containers.values()), redacted)


def _digest(schema: Schema) -> str:
    return digest(pack([DIGEST_VERSION, msgspec.to_builtins(schema)])).hex()
