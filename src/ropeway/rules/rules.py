"""All object rules of a schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from ropeway.model.definition import DirectoryDefinition, ObjectDefinition
from ropeway.model.values import digest, pack
from ropeway.model.watermark import Wanted
from ropeway.rules.anchors import CONSISTENCY_GUID
from ropeway.rules.definitions import PSEUDO_ATTRIBUTES, SECURITY_ID_REFERENCES, built_in, extended
from ropeway.rules.flows import Flow, ReferenceFlow, compiled_flow
from ropeway.rules.object_rule import ObjectRule
from ropeway.rules.refusals import refused
from ropeway.rules.schema import ObjectMapping, Schema, SynchronizationRule
from ropeway.rules.scope import CompiledScope, compiled_scope
from ropeway.rules.times import next_time

DIGEST_VERSION = 1
"""Raised when the same schema begins to mean something else, so that everything is decided again."""

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
    by_type: dict[str, ObjectRule]
    times: frozenset[str]

    def rule_for(self, source_type: str) -> ObjectRule | None:
        """The rule of a source type, or None for types that are not synchronized."""
        return self.by_type.get(source_type)

    def wanted(self) -> Wanted:
        """Per source type what any rule needs: scope, mapping, matching, source anchor, references."""
        return Wanted(CONTAINERS | {name: _reads(rule) for name, rule in self.by_type.items()})

    def next_decision_time(self, attributes: Mapping[str, Any]) -> int | None:
        """The FILETIME at which the clock alone changes a result (an account expires), or None."""
        return next_time(self.times, attributes)


def _reads(rule: ObjectRule) -> tuple[str, ...]:
    names = set(rule.scope.reads) | set(rule.references)
    names.update(*(flow.reads for flow in rule.flows))
    if rule.target_type == "user":
        names.add(CONSISTENCY_GUID)
    for name in names & SECURITY_ID_REFERENCES.keys():
        names.update(SECURITY_ID_REFERENCES[name])
    return tuple(sorted(names - PSEUDO_ATTRIBUTES.keys()))


def compile_rules(schema: Schema) -> Rules:
    """The rules of a schema; RopewayError with path and reason for one that cannot be used."""
    by_type: dict[str, ObjectRule] = {}
    for place, rule in enumerate(schema.synchronization_rules):
        path = f"$.synchronizationRules[{place}]"
        source = _directory(schema, rule.source_directory_name, f"{path}.sourceDirectoryName")
        target = _directory(schema, rule.target_directory_name, f"{path}.targetDirectoryName")
        for at, mapping in enumerate(rule.object_mappings):
            if mapping.enabled:
                where = f"{path}.objectMappings[{at}]"
                made = _object_rule(mapping, rule, source, target, where)
                if made.source_type in by_type:
                    reason = f"a second mapping of “{made.source_type}”: a source type has one"
                    raise refused("schema-ambiguous", where, reason)
                by_type[made.source_type] = made
    if not by_type:
        raise refused("schema-unreadable", "$.synchronizationRules", "no object type is mapped")
    times = frozenset[str]().union(*(flow.times for rule in by_type.values() for flow in rule.flows))
    return Rules(_digest(schema), by_type, times)


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
    path: str,
) -> ObjectRule:
    source_type = _object(source, mapping.source_object_name, f"{path}.sourceObjectName")
    target_type = _object(target, mapping.target_object_name, f"{path}.targetObjectName")
    made = [
        compiled_flow(one, source_type, target_type, f"{path}.attributeMappings[{at}]")
        for at, one in enumerate(mapping.attribute_mappings)
    ]
    flows = tuple(flow for flow in made if isinstance(flow, Flow))
    links = [flow for flow in made if isinstance(flow, ReferenceFlow)]
    _refuse_doubles((flow.target.name for flow in flows), path, "a second mapping of target attribute")
    by_name = (flow.target for flow in links if flow.source not in SECURITY_ID_REFERENCES)
    _refuse_doubles(by_name, path, "a second mapping of target reference")
    _refuse_doubles((flow.source for flow in links), path, "a second mapping of source reference")
    matching = sorted((flow for flow in flows if flow.priority > 0), key=lambda flow: flow.priority)
    _refuse_doubles((str(flow.priority) for flow in matching), path, "a second attribute of matching priority")
    name = f"{rule.name}: {mapping.name or mapping.source_object_name}" if rule.name else mapping.name
    scope = compiled_scope(mapping.scope, source_type, f"{path}.scope")
    links_by_source = {flow.source: flow.target for flow in links}
    return _assembled(name, source_type.name, target_type.name, links_by_source, scope, flows, matching)


def _assembled(
    name: str,
    source_type: str,
    target_type: str,
    references: dict[str, str],
    scope: CompiledScope,
    flows: tuple[Flow, ...],
    matching: list[Flow],
) -> ObjectRule:
    return ObjectRule(
        name=name,
        source_type=source_type,
        target_type=target_type,
        references=references,
        scope=scope,
        flows=flows,
        create_only=frozenset(flow.target.name for flow in flows if flow.create_only),
        matching=tuple(flow.target.name for flow in matching),
        direct=tuple((f.target.name, f.direct_text, f.compute) for f in flows if f.direct_text is not None),
        computed=tuple((f.target.name, f.compute) for f in flows if f.direct_text is None),
    )


def _refuse_doubles(names: Iterable[str], path: str, reason: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise refused("schema-ambiguous", f"{path}.attributeMappings", f"{reason} “{name}”", attribute=name)
        seen.add(name)
