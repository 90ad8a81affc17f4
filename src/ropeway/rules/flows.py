"""Attribute mappings, compiled: direct, constant and expression flows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from ropeway.expressions import Candidates, ExpressionFailed, Special, shielded
from ropeway.expressions.tree import NOW
from ropeway.model.changes import Mode
from ropeway.model.definition import AttributeDefinition, ObjectDefinition
from ropeway.rules.conversion import Convert, converter
from ropeway.rules.flow import MODES, Compute, Flow
from ropeway.rules.origin import Origin, changing
from ropeway.rules.refusals import nearest, refused
from ropeway.rules.schema import AttributeMapping, FlowType, MergeType
from ropeway.rules.times import times_compared

UNIQUE = ("userPrincipalName", "mailNickname")
"""Target attributes that the directory can look up before it gives a new object a value."""

ONE_VALUE = frozenset({"businessPhones"})
"""A list of at most one value (Graph, resource user: “only one number can be set for this property”)."""


@dataclass(frozen=True, slots=True)
class ReferenceFlow:
    """A reference attribute of the source and the target attribute it becomes."""

    source: str
    target: str


def compiled_flow(
    mapping: AttributeMapping, source: Origin, target: ObjectDefinition, path: str
) -> Flow | ReferenceFlow:
    """One attribute mapping, or its refusal, with its path."""
    wanted = _target_attribute(mapping.target_attribute_name, target, path)
    if wanted.type == "Reference":
        return _reference(mapping, wanted, source, path)
    _refuse_lists_of_one(mapping, wanted, path)
    match mapping.source.type:
        case "Attribute":
            name = source.attribute(mapping.source.name, f"{path}.source.name").name
            if name == NOW[0].name:
                _refuse_inconstant(mapping, wanted, f"{name} is another value each time", f"{path}.source.name", name)
            return _flow(mapping, wanted, "direct", f"[{name}]", frozenset((name,)), lambda a: a.get(name), path)
        case "Constant":
            value = mapping.source.name
            return _flow(mapping, wanted, "constant", value, frozenset(), lambda _: value, path)
        case "Function":
            return _expression(mapping, wanted, source, path)


def _refuse_lists_of_one(mapping: AttributeMapping, target: AttributeDefinition, path: str) -> None:
    """Adding and merging values needs an attribute that holds several."""
    if target.multivalued and target.name not in ONE_VALUE:
        return
    for key, said, refuse in (
        ("mergeType", mapping.merge_type, mapping.merge_type is not MergeType.UPDATE),
        ("flowType", mapping.flow_type, MODES.get(mapping.flow_type) is Mode.ADD),
    ):
        if refuse:
            reason = f"{said.value} needs an attribute of several values, {target.name} has one"
            raise refused("schema-unreadable", f"{path}.{key}", reason, attribute=target.name)


def _target_attribute(name: str, target: ObjectDefinition, path: str) -> AttributeDefinition:
    found = next((a for a in target.attributes if a.name == name), None)
    if found is None:
        reason = f"{target.name} has no attribute “{name}”{nearest(name, [a.name for a in target.attributes])}"
        raise refused("schema-unknown-attribute", f"{path}.targetAttributeName", reason, attribute=name)
    return found


def _reference(mapping: AttributeMapping, target: AttributeDefinition, source: Origin, path: str) -> ReferenceFlow:
    plain = mapping.source.type == "Attribute" and mapping.flow_type is FlowType.ALWAYS
    if not plain or mapping.matching_priority or mapping.merge_type is not MergeType.UPDATE:
        reason = "a reference flows directly, always, is not merged and not matched by"
        raise refused("schema-unsupported", f"{path}.source", reason, attribute=target.name)
    attribute = source.attribute(mapping.source.name, f"{path}.source.name")
    if attribute.type != "Reference":
        reason = f"{attribute.name} is of type {attribute.type}, {target.name} is a reference"
        raise refused("schema-unreadable", f"{path}.source.name", reason, attribute=target.name)
    return ReferenceFlow(attribute.name, target.name)


def _expression(mapping: AttributeMapping, target: AttributeDefinition, source: Origin, path: str) -> Flow:
    where = f"{path}.source.expression"
    expression = source.expression(mapping.source.expression, where, target)
    if expression.changing:
        _refuse_inconstant(mapping, target, changing(expression), where, expression.text)
    if expression.unique and not (_flows_once(mapping) and target.name in UNIQUE):
        reason = f"SelectUniqueValue is for {' and '.join(UNIQUE)}, with the flow type ObjectAddOnly, not for matching"
        raise refused("schema-expression", where, reason, attribute=target.name, value=expression.text[:70])
    times = times_compared(expression.tree)
    made = _flow(mapping, target, "expression", expression.text, expression.reads, expression.evaluate, path, times)
    return replace(made, redacted=True, compute=shielded(made.compute)) if expression.redacted else made


def _refuse_inconstant(mapping: AttributeMapping, target: AttributeDefinition, why: str, path: str, text: str) -> None:
    """What may be another value each time flows once, or it would never come to rest."""
    if not _flows_once(mapping):
        reason = f"{why}: that is for the flow type ObjectAddOnly, and not for matching"
        raise refused("schema-expression", path, reason, attribute=target.name, value=text[:70])


def _flows_once(mapping: AttributeMapping) -> bool:
    return mapping.flow_type is FlowType.OBJECT_ADD_ONLY and not mapping.matching_priority


def _flow(
    mapping: AttributeMapping,
    target: AttributeDefinition,
    kind: Literal["direct", "constant", "expression"],
    text: str,
    reads: frozenset[str],
    value: Compute,
    path: str,
    times: frozenset[str] = frozenset(),
) -> Flow:
    convert = converter(target)
    default = _checked_literal(mapping.default_value, convert, target, f"{path}.defaultValue")
    if kind == "constant":
        literal = _checked_literal(mapping.source.name, convert, target, f"{path}.source.name")
        compute: Compute = lambda _: literal  # noqa: E731
    else:
        compute = _computed(value, convert, default)
    return Flow(
        target,
        kind,
        text,
        reads,
        compute,
        mapping.flow_type,
        mapping.matching_priority,
        times,
        default,
        mapping.flow_behavior == "FlowAlways",
        mapping.merge_type,
    )


def _checked_literal(text: str | None, convert: Convert, target: AttributeDefinition, path: str) -> Any:
    try:
        return convert(text)
    except ExpressionFailed as error:
        reason = f"{target.name} is of type {target.type}: {error.reason}"
        raise refused("schema-unreadable", path, reason, attribute=target.name, value=text or "") from error


def _computed(value: Compute, convert: Convert, default: Any) -> Compute:
    def compute(attributes: Mapping[str, Any]) -> Any:
        found = value(attributes)
        if found is None:
            return default
        if type(found) is Special:
            return found
        if type(found) is Candidates:
            return Candidates(tuple(filter(None, map(convert, found.values))))
        converted = convert(found)
        return default if converted is None else converted

    return compute
