"""All object rules of a schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from ropeway.model.definition import DirectoryDefinition, ObjectDefinition
from ropeway.model.values import digest, pack
from ropeway.model.watermark import Wanted
from ropeway.rules.anchors import CONSISTENCY_GUID
from ropeway.rules.bases import Base
from ropeway.rules.belonging import filter_clauses
from ropeway.rules.clause import CompiledClause
from ropeway.rules.composed_rule import TypeRule
from ropeway.rules.definitions import PSEUDO_ATTRIBUTES, SECURITY_ID_REFERENCES, built_in, extended
from ropeway.rules.flow import Flow
from ropeway.rules.flows import ReferenceFlow, compiled_flow
from ropeway.rules.object_rule import assembled
from ropeway.rules.origin import origin
from ropeway.rules.refusals import refused
from ropeway.rules.schema import FlowType, ObjectMapping, Schema, SynchronizationRule
from ropeway.rules.scope import compiled_scope
from ropeway.rules.several import Part, whole
from ropeway.rules.times import next_time

DIGEST_VERSION = 1
"""Raised when the same schema begins to mean something else, so that everything is decided again."""

ALL_FLOWS = frozenset({"add", "update", "delete"})

CONTAINERS = {
    "organizationalUnit": ("ou",),
    "container": ("cn",),
    "domainDNS": ("dc",),
    "foreignSecurityPrincipal": ("cn", "objectSid"),
}
"""Types that are read besides the mapped ones: the tree that scopes are about, and members from other forests."""


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

    def wanted(self) -> Wanted:
        """Per source type what any rule needs: scope, mapping, matching, source anchor, references."""
        wanted = CONTAINERS | {name: _reads(rule) for name, rule in self.by_type.items()}
        if self.groups:
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
    return tuple(sorted(names - PSEUDO_ATTRIBUTES.keys()))


def compile_rules(schema: Schema) -> Rules:
    """The rules of a schema; RopewayError with path and reason for one that cannot be used."""
    parts: dict[str, list[Part]] = {}
    order = sorted(enumerate(schema.synchronization_rules), key=lambda numbered: numbered[1].priority)
    for place, rule in order:
        path = f"$.synchronizationRules[{place}]"
        source = _directory(schema, rule.source_directory_name, f"{path}.sourceDirectoryName")
        target = _directory(schema, rule.target_directory_name, f"{path}.targetDirectoryName")
        above = filter_clauses(rule.container_filter, rule.group_filter, path)
        for at, mapping in enumerate(rule.object_mappings):
            if mapping.enabled:
                where = f"{path}.objectMappings[{at}]"
                made = _object_rule(mapping, rule, source, target, above, where, schema.dialect)
                parts.setdefault(made.rule.source_type, []).append(made)
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


def _directory(schema: Schema, name: str, path: str) -> DirectoryDefinition:
    known = built_in(name)
    listed = next((d for d in schema.directories if d.name == name), None)
    if listed is not None:
        return extended(known, listed)
    if known is None:
        names = ", ".join(("Active Directory", "Ropeway", *(d.name for d in schema.directories)))
        raise refused("schema-unreadable", path, f"no directory “{name}”: expected one of {names}")
    return known


def _object(directory: DirectoryDefinition, name: str, path: str) -> ObjectDefinition:
    found = directory.object(name)
    if found is None:
        known = ", ".join(o.name for o in directory.objects)
        raise refused("schema-unreadable", path, f"{directory.name} has no objects “{name}”: expected one of {known}")
    return found


def _object_rule(
    mapping: ObjectMapping,
    rule: SynchronizationRule,
    source: DirectoryDefinition,
    target: DirectoryDefinition,
    above: Sequence[CompiledClause],
    path: str,
    dialect: str,
) -> Part:
    source_type = origin(_object(source, mapping.source_object_name, f"{path}.sourceObjectName"), dialect)
    target_type = _object(target, mapping.target_object_name, f"{path}.targetObjectName")
    flow_types = _flow_types(mapping, f"{path}.flowTypes")
    name = f"{rule.name}: {mapping.name or mapping.source_object_name}" if rule.name else mapping.name
    updates = "update" in flow_types
    made = [
        compiled_flow(one, source_type, target_type, f"{path}.attributeMappings[{at}]")
        for at, one in enumerate(mapping.attribute_mappings)
    ]
    flows = tuple(_as_of(flow, name, updates=updates) for flow in made if isinstance(flow, Flow))
    links = [flow for flow in made if isinstance(flow, ReferenceFlow)]
    _refuse_doubles((flow.target.name for flow in flows), path, "a second mapping of target attribute")
    by_name = (flow.target for flow in links if flow.source not in SECURITY_ID_REFERENCES)
    _refuse_doubles(by_name, path, "a second mapping of target reference")
    _refuse_doubles((flow.source for flow in links), path, "a second mapping of source reference")
    matching = [str(flow.priority) for flow in flows if flow.priority > 0]
    _refuse_doubles(matching, path, "a second attribute of matching priority")
    made_rule = assembled(
        name=name,
        source_type=source_type.name,
        target_type=target_type.name,
        references={flow.source: flow.target for flow in links},
        scope=compiled_scope(mapping.scope, source_type, f"{path}.scope", above),
        flows=flows,
        link_type=mapping.link_type,
        adds="add" in flow_types,
        updates=updates,
        deletes="delete" in flow_types,
    )
    return Part(made_rule, path)


def _flow_types(mapping: ObjectMapping, path: str) -> frozenset[str]:
    found = frozenset(flow.strip().lower() for flow in mapping.flow_types.split(","))
    if not found <= ALL_FLOWS:
        reason = f"flow types “{mapping.flow_types}”: expected some of “Add, Update, Delete”"
        raise refused("schema-unreadable", path, reason)
    return found


def _as_of(flow: Flow, rule: str, *, updates: bool) -> Flow:
    """A flow of a rule; where existing objects are not updated, everything flows at creation only."""
    return replace(flow, rule=rule) if updates else replace(flow, rule=rule, flow_type=FlowType.OBJECT_ADD_ONLY)


def _refuse_doubles(names: Iterable[str], path: str, reason: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise refused("schema-ambiguous", f"{path}.attributeMappings", f"{reason} “{name}”", attribute=name)
        seen.add(name)
