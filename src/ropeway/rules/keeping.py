"""What a schema must say besides when a job shall work by it: what it creates is found again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ropeway.rules.loading import load_schema
from ropeway.rules.mappings import ANCHOR
from ropeway.rules.refusals import refused
from ropeway.rules.schema import LinkType, ObjectMapping, Schema, SynchronizationRule

_MISSING = (
    f"the anchor is missing: what a rule creates is found again by {ANCHOR} alone. Map sourceAnchor to it, or give the "
    "rule the linkType Join, with which it only adds to what others bring"
)


class _Placed(NamedTuple):
    rule: SynchronizationRule
    mapping: ObjectMapping
    path: str


def schema_to_keep(raw: dict[str, Any], source_kind: str) -> Schema:
    """`load_schema`, and refused where a rule creates objects in the directory without their anchor."""
    schema = load_schema(raw, source_kind)
    placed = [one for one in _placed(schema) if one.mapping.enabled]
    anchored = {one.mapping.source_object_name for one in placed if _is_about_all(one) and _maps_anchor(one)}
    for one in placed:
        if _creates(one) and not _maps_anchor(one) and one.mapping.source_object_name not in anchored:
            raise refused("schema-unsupported", f"{one.path}.attributeMappings", _MISSING, attribute=ANCHOR)
    return schema


def _placed(schema: Schema) -> Iterator[_Placed]:
    for at, rule in enumerate(schema.synchronization_rules):
        for number, mapping in enumerate(rule.object_mappings):
            yield _Placed(rule, mapping, f"$.synchronizationRules[{at}].objectMappings[{number}]")


def _creates(one: _Placed) -> bool:
    """Whether a mapping brings objects to the directory."""
    provides = one.mapping.link_type == LinkType.PROVISION and "add" in one.mapping.flow_types.lower()
    return provides and one.rule.target_directory_name == "Ropeway"


def _is_about_all(one: _Placed) -> bool:
    """Whether every object of the type is in the rule's scope."""
    return one.mapping.scope is None and one.rule.container_filter is None and one.rule.group_filter is None


def _maps_anchor(one: _Placed) -> bool:
    return any(flow.target_attribute_name == ANCHOR for flow in one.mapping.attribute_mappings)
