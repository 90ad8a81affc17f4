"""The tables of docs/mapping.md: what flows where by default, made from the default schema itself."""

from __future__ import annotations

from collections.abc import Iterator

from ropeway.rules.definitions import target_definition
from ropeway.rules.extensions import PREFIX
from ropeway.rules.loading import default_schema
from ropeway.rules.schema import AttributeMapping, ObjectMapping, SynchronizationRule

BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"

_SEVERAL = {"user": "users and inetOrgPersons"}
_TYPES = ("user", "group", "contact", "computer")


def with_tables(page: str) -> str:
    """The page with its tables as they must be now."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{tables()}{END}{rest.partition(END)[2]}"


def tables() -> str:
    """A section for each source type, a table for each rule about it."""
    return "\n".join(line for type_ in _TYPES for line in _section(type_)) + "\n"


def _section(type_: str) -> Iterator[str]:
    rules = sorted(default_schema("active-directory").synchronization_rules, key=lambda rule: rule.priority)
    parts = [(rule, m) for rule in rules for m in rule.object_mappings if m.source_object_name == type_]
    yield f"### From {_SEVERAL.get(type_, type_ + 's')} to {parts[0][1].target_object_name}s"
    yield ""
    for rule, mapping in parts:
        yield from _table(rule, mapping)


def _table(rule: SynchronizationRule, mapping: ObjectMapping) -> Iterator[str]:
    state = "" if mapping.enabled else ", not enabled"
    yield f"**{rule.priority} {rule.name}: {mapping.name}** (`{mapping.link_type.value}`{state})"
    yield ""
    yield "| Active Directory | directory | type |"
    yield "|---|---|---|"
    for flow in mapping.attribute_mappings:
        yield f"| {_source(flow)} | {_target(flow)} | {_type(mapping, flow)} |"
    yield ""


def _source(flow: AttributeMapping) -> str:
    source = flow.source
    text = {"Attribute": source.name, "Constant": f'"{source.name}"', "Function": source.expression}[source.type]
    matching = f" (matching, {flow.matching_priority})" if flow.matching_priority else ""
    return f"`{text.replace('|', chr(92) + '|')}`{matching}"


def _target(flow: AttributeMapping) -> str:
    name = flow.target_attribute_name
    return f"extension `{name.removeprefix(PREFIX)}`" if name.startswith(PREFIX) else f"`{name}`"


def _type(mapping: ObjectMapping, flow: AttributeMapping) -> str:
    target = target_definition().object(mapping.target_object_name)
    known = target.attribute(flow.target_attribute_name) if target else None
    if known is None:
        return ""
    return f"{known.type}{', several' if known.multivalued else ''}"
