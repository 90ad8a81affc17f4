"""Schemas for people: where values come from, and what is different."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from ropeway.cli.output import Block, Heading, Table
from ropeway.cli.render.words import Command, attribute_words, counted, problem_lines
from ropeway.cli.safe import brief
from ropeway.control.schema_views import ComparisonView, ConflictView, FlowView, SchemaView, ScopeView
from ropeway.model.definition import DirectoryDefinition

LONGEST = 16_384

WHY: dict[str, str] = {
    "place-gone": "the default has no such rule or object mapping any more; your change is kept and has no effect",
    "default-gone": "the default no longer has it; yours stays",
    "default-changed": "the default has another one now; yours stays",
    "default-new": "the default has one now, too; yours stays",
    "same-now": "the default says now what you say",
}


def schema_blocks(view: SchemaView, command: Command, *, all_: bool) -> Iterator[Block]:
    """Object mapping by object mapping."""
    yield Heading(f"{view.job}: {_based_on(view)}, revision {view.revision}")
    if not view.flows:
        yield "No attribute mapping of that type and name."
    for (rule, source, target), found in groupby(view.flows, lambda f: (f.rule, f.source_type, f.target_type)):
        flows = list(found)
        yield ""
        yield Heading(f"{source} → {target}   ({_of_rule(flows[0])})")
        yield from _scope([s for s in view.scopes if (s.rule, s.source_type, s.target_type) == (rule, source, target)])
        yield _flows(flows)
    yield from problem_lines(view.problems)
    if all_:
        yield f"To change it: {command('schema', 'export', view.job, 'schema.yaml')}"


def discovered_blocks(found: DirectoryDefinition) -> Iterator[Block]:
    """Type by type, a line for each attribute."""
    yield Heading(found.name)
    if not found.objects:
        yield "No object type of that name."
    for one in found.objects:
        yield ""
        yield Heading(f"{one.name}   ({counted(len(one.attributes), 'attribute')})")
        rows = [(a.name, a.type, "several values" if a.multivalued else "") for a in one.attributes]
        yield Table(("Attribute", "Type", ""), rows)


def _based_on(view: SchemaView) -> str:
    if view.own:
        return f"a schema of its own ({view.name})"
    return f"the default schema {view.name} with {counted(view.edits, 'change')}"


def _of_rule(flow: FlowView) -> str:
    joins = "" if flow.link_type == "Provision" else f", {flow.link_type}"
    return f"{flow.rule}, priority {flow.priority}{joins}{'' if flow.enabled else ', switched off'}"


def _scope(scopes: list[ScopeView]) -> Iterator[Block]:
    for (list_, group, origin), clauses in groupby(scopes, lambda s: (s.list, s.group, s.origin)):
        mark = "" if origin in ("default", "own") else f"  [{origin}]"
        yield f"in scope by {list_}, {brief(group) if group else 'a group'}:{mark}"
        for clause in clauses:
            yield f"    {brief(clause.clause, LONGEST)}"


def _flows(flows: list[FlowView]) -> Table:
    rows = [(attribute_words(f.attribute), brief(f.source, LONGEST), _when(f), _origin(f)) for f in flows]
    return Table(("Attribute", "From", "Flow", "Set by"), rows, whole=frozenset({"Attribute"}))


def _when(flow: FlowView) -> str:
    parts = ["" if flow.flow_type == "Always" else flow.flow_type]
    parts.append(f"matches, {flow.matching_priority}" if flow.matching_priority else "")
    parts.append(f"else {flow.default_value}" if flow.default_value is not None else "")
    return ", ".join(part for part in parts if part) or "Always"


def _origin(flow: FlowView) -> str:
    words = {"default": "default", "own": "", "added": "added here", "disabled": "taken out here"}
    return words.get(flow.origin) or (f"changed; default {brief(flow.was)}" if flow.origin == "changed" else "")


def comparison_blocks(view: ComparisonView) -> Iterator[Block]:
    """What differs, and where two changes meet."""
    if not view.differences and not view.conflicts:
        yield f"No difference between {view.before} and {view.after}."
        return
    yield Heading(f"From {view.before} to {view.after}: {counted(len(view.differences), 'difference')}")
    for found in view.differences:
        yield f"  {found.where}"
        if found.before:
            yield f"    - {brief(found.before, LONGEST)}"
        if found.after:
            yield f"    + {brief(found.after, LONGEST)}"
    if view.conflicts:
        yield Heading(f"Changes of yours at places that the default changes, too: {len(view.conflicts)}")
        for conflict in view.conflicts:
            yield from _conflict(conflict)


def _conflict(conflict: ConflictView) -> Iterator[str]:
    yield f"  {conflict.where}: {WHY[conflict.why]}"
    yield f"    the default was: {brief(conflict.before or '(nothing)', LONGEST)}"
    yield f"    the default is:  {brief(conflict.after or '(nothing)', LONGEST)}"
    yield f"    yours:           {brief(conflict.yours, LONGEST)}"


def plainly(block: Block) -> str:
    """A block as one line of text, for what is said beside a question."""
    return block.text if isinstance(block, Heading) else block if isinstance(block, str) else ""
