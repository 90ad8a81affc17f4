"""One object mapping of a synchronization rule, compiled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ropeway.model.definition import AttributeDefinition, DirectoryDefinition, ObjectDefinition
from ropeway.rules.belonging import filter_clauses
from ropeway.rules.clause import CompiledClause
from ropeway.rules.contradictions import refuse_empty_scope
from ropeway.rules.definitions import SECURITY_ID_REFERENCES, built_in, extended
from ropeway.rules.flow import Flow
from ropeway.rules.flows import ReferenceFlow, compiled_flow
from ropeway.rules.object_rule import ObjectRule, assembled
from ropeway.rules.origin import origin
from ropeway.rules.refusals import refused
from ropeway.rules.schema import FlowType, ObjectMapping, Schema, SynchronizationRule
from ropeway.rules.scope import compiled_scope

ALL_FLOWS = frozenset({"add", "update", "delete"})

MATCHED_BY = ("userPrincipalName", "mail", "proxyAddresses", "onPremisesSecurityIdentifier", "deviceId")
"""Attributes by which the directory can find an object, besides its source anchor, which always counts first."""

CUSTOM = ("employeeId", "onPremisesSamAccountName", "mailNickname", *(f"extensionAttribute{n}" for n in range(1, 16)))
"""Attributes by which a user of one forest is recognised in another; so are directory extensions of one text."""

ANCHOR = "onPremisesImmutableId"


@dataclass(frozen=True, slots=True)
class Ends:
    """What all object mappings of a synchronization rule are between, and the clauses that all of them have."""

    source: DirectoryDefinition
    target: DirectoryDefinition
    above: tuple[CompiledClause, ...]
    dialect: str


def ends_of(schema: Schema, rule: SynchronizationRule, path: str) -> Ends:
    """The two directories of a rule, its containerFilter and groupFilter; refused where one is not known."""
    return Ends(
        _directory(schema, rule.source_directory_name, f"{path}.sourceDirectoryName"),
        _directory(schema, rule.target_directory_name, f"{path}.targetDirectoryName"),
        filter_clauses(rule.container_filter, rule.group_filter, path),
        schema.dialect,
    )


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


def compiled_mapping(mapping: ObjectMapping, rule: str, ends: Ends, path: str) -> ObjectRule:
    """One object mapping of the rule with that name, or its refusal, with its path."""
    source_type = origin(_object(ends.source, mapping.source_object_name, f"{path}.sourceObjectName"), ends.dialect)
    target_type = _object(ends.target, mapping.target_object_name, f"{path}.targetObjectName")
    flow_types = _flow_types(mapping, f"{path}.flowTypes")
    name = f"{rule}: {mapping.name or mapping.source_object_name}" if rule else mapping.name
    updates = "update" in flow_types
    made = [
        compiled_flow(one, source_type, target_type, f"{path}.attributeMappings[{at}]")
        for at, one in enumerate(mapping.attribute_mappings)
    ]
    flows = tuple(_as_of(flow, name, updates=updates) for flow in made if isinstance(flow, Flow))
    links = [flow for flow in made if isinstance(flow, ReferenceFlow)]
    _refuse_ambiguities(flows, links, path)
    if ends.target.name == "Ropeway":
        _refuse_unknown_to_the_directory(mapping, flows, path)
    scope = compiled_scope(mapping.scope, source_type, f"{path}.scope", ends.above)
    if mapping.scope is not None:
        refuse_empty_scope(mapping.scope, source_type, f"{path}.scope")
    return assembled(
        name=name,
        source_type=source_type.name,
        target_type=target_type.name,
        references={flow.source: flow.target for flow in links},
        scope=scope,
        flows=flows,
        link_type=mapping.link_type,
        adds="add" in flow_types,
        updates=updates,
        deletes="delete" in flow_types,
    )


def _flow_types(mapping: ObjectMapping, path: str) -> frozenset[str]:
    found = frozenset(flow.strip().lower() for flow in mapping.flow_types.split(","))
    if not found <= ALL_FLOWS:
        reason = f"flow types “{mapping.flow_types}”: expected some of “Add, Update, Delete”"
        raise refused("schema-unreadable", path, reason)
    return found


def _as_of(flow: Flow, rule: str, *, updates: bool) -> Flow:
    """A flow of a rule; where existing objects are not updated, everything flows at creation only."""
    return replace(flow, rule=rule) if updates else replace(flow, rule=rule, flow_type=FlowType.OBJECT_ADD_ONLY)


def _refuse_ambiguities(flows: tuple[Flow, ...], links: list[ReferenceFlow], path: str) -> None:
    _refuse_doubles((flow.target.name for flow in flows), path, "a second mapping of target attribute")
    by_name = (flow.target for flow in links if flow.source not in SECURITY_ID_REFERENCES)
    _refuse_doubles(by_name, path, "a second mapping of target reference")
    _refuse_doubles((flow.source for flow in links), path, "a second mapping of source reference")
    seen: dict[int, str] = {}
    for flow in flows:
        name = flow.target.name
        if flow.priority > 0 and seen.setdefault(flow.priority, name) != name:
            reason = f"{name} has matching priority {flow.priority}, and {seen[flow.priority]} has it already"
            raise refused("schema-ambiguous", f"{path}.attributeMappings", reason, attribute=name)


def _refuse_unknown_to_the_directory(mapping: ObjectMapping, flows: tuple[Flow, ...], path: str) -> None:
    """Matching that finds nobody, and an anchor that is none."""
    by_name = {flow.target.name: flow for flow in flows}
    for at, one in enumerate(mapping.attribute_mappings):
        flow, where = by_name.get(one.target_attribute_name), f"{path}.attributeMappings[{at}]"
        if flow is None:
            continue
        if flow.priority > 0 and not _finds(mapping.target_object_name, flow.target):
            reason = f"the directory finds nobody by {flow.target.name}: it matches by {', '.join(MATCHED_BY)}"
            reason += (
                ", and users also by employeeId, onPremisesSamAccountName, mailNickname, extensionAttribute1 to 15"
            )
            reason += " and directory extensions of one text"
            raise refused("schema-unsupported", f"{where}.matchingPriority", reason, attribute=flow.target.name)
        if flow.target.name == ANCHOR and "sourceAnchor" not in flow.reads:
            reason = "an object is known again by its source anchor alone: map sourceAnchor, or leave this out"
            raise refused("schema-unsupported", f"{where}.source", reason, attribute=ANCHOR)


def _finds(type_: str, attribute: AttributeDefinition) -> bool:
    """Whether the directory can look for objects by an attribute."""
    name, one_text = attribute.name, attribute.type == "String" and not attribute.multivalued
    custom = name in CUSTOM or name.startswith("extension_")
    return name in MATCHED_BY or (type_ == "user" and one_text and custom)


def _refuse_doubles(names: Iterable[str], path: str, reason: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise refused("schema-ambiguous", f"{path}.attributeMappings", f"{reason} “{name}”", attribute=name)
        seen.add(name)
