"""Attribute mappings, compiled: direct, constant and expression flows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ropeway.expressions import ExpressionError, ExpressionFailed, Special, compile_expression
from ropeway.model.definition import AttributeDefinition, ObjectDefinition
from ropeway.rules.conversion import Convert, converter
from ropeway.rules.refusals import bad_expression, nearest, refused
from ropeway.rules.schema import AttributeMapping, FlowType
from ropeway.rules.scope import source_attribute
from ropeway.rules.times import times_compared

Compute = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Flow:
    """How one target attribute gets its value."""

    target: AttributeDefinition
    kind: Literal["direct", "constant", "expression"]
    text: str
    """The expression; `[mail]` for a direct flow."""
    reads: frozenset[str]
    compute: Compute
    """The value as the target wants it, None for none, or Special.IGNORE_THIS_FLOW; raises `ExpressionFailed`."""
    create_only: bool
    priority: int
    times: frozenset[str]
    """Attributes that are compared with the present time."""
    default: Any
    """The value where the source has none."""

    @property
    def direct_text(self) -> str | None:
        """The source attribute, where a text is passed on as it is: what most flows do, and can do fastest."""
        plain = self.kind == "direct" and self.target.type == "String" and not self.target.multivalued
        plain = plain and self.default is None
        return next(iter(self.reads)) if plain else None


@dataclass(frozen=True, slots=True)
class ReferenceFlow:
    """A reference attribute of the source and the target attribute it becomes."""

    source: str
    target: str


def compiled_flow(
    mapping: AttributeMapping, source: ObjectDefinition, target: ObjectDefinition, path: str
) -> Flow | ReferenceFlow:
    """One attribute mapping, or its refusal, with its path."""
    wanted = _target_attribute(mapping.target_attribute_name, target, path)
    if mapping.flow_type not in (FlowType.ALWAYS, FlowType.OBJECT_ADD_ONLY):
        raise refused("schema-unsupported", f"{path}.flowType", f"flow type {mapping.flow_type.value}")
    if wanted.type == "Reference":
        return _reference(mapping, wanted, source, path)
    match mapping.source.type:
        case "Attribute":
            name = source_attribute(mapping.source.name, source, f"{path}.source.name").name
            return _flow(mapping, wanted, "direct", f"[{name}]", frozenset((name,)), lambda a: a.get(name), path)
        case "Constant":
            value = mapping.source.name
            return _flow(mapping, wanted, "constant", value, frozenset(), lambda _: value, path)
        case "Function":
            return _expression(mapping, wanted, source, path)


def _target_attribute(name: str, target: ObjectDefinition, path: str) -> AttributeDefinition:
    found = next((a for a in target.attributes if a.name == name), None)
    if found is None:
        reason = f"{target.name} has no attribute “{name}”{nearest(name, [a.name for a in target.attributes])}"
        raise refused("schema-unknown-attribute", f"{path}.targetAttributeName", reason, attribute=name)
    return found


def _reference(
    mapping: AttributeMapping, target: AttributeDefinition, source: ObjectDefinition, path: str
) -> ReferenceFlow:
    if mapping.source.type != "Attribute" or mapping.flow_type != FlowType.ALWAYS or mapping.matching_priority:
        reason = "a reference flows directly, always, and is not matched by"
        raise refused("schema-unsupported", f"{path}.source", reason, attribute=target.name)
    attribute = source_attribute(mapping.source.name, source, f"{path}.source.name")
    if attribute.type != "Reference":
        reason = f"{attribute.name} is of type {attribute.type}, {target.name} is a reference"
        raise refused("schema-unreadable", f"{path}.source.name", reason, attribute=target.name)
    return ReferenceFlow(attribute.name, target.name)


def _expression(mapping: AttributeMapping, target: AttributeDefinition, source: ObjectDefinition, path: str) -> Flow:
    where = f"{path}.source.expression"
    try:
        expression = compile_expression(mapping.source.expression)
    except ExpressionError as error:
        raise bad_expression(error, where, target.name) from error
    for name in sorted(expression.reads):
        source_attribute(name, source, where)
    times = times_compared(expression.tree)
    return _flow(mapping, target, "expression", expression.text, expression.reads, expression.evaluate, path, times)


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
    create_only = mapping.flow_type is FlowType.OBJECT_ADD_ONLY
    return Flow(target, kind, text, reads, compute, create_only, mapping.matching_priority, times, default)


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
        if found is Special.IGNORE_THIS_FLOW:
            return found
        if found is Special.AUTHORITATIVE_NULL:
            return None
        converted = convert(found)
        return default if converted is None else converted

    return compute
