"""What rules made of entries, for people: every value with where it comes from, and what was expected instead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ropeway.cli.output import Block, Heading
from ropeway.cli.render.words import attribute_words, counted
from ropeway.cli.safe import brief
from ropeway.control.schema_test_views import SchemaTestView, TestedObject, TestedValue
from ropeway.model.problems import describe


def tested_blocks(view: SchemaTestView) -> Iterator[Block]:
    """Objects one after the other; of cases that are as expected only a line."""
    expected = any(one.mismatches is not None for one in view.objects)
    for one in view.objects:
        yield from _case(one) if one.mismatches is not None else _object(one)
    if expected:
        yield f"{counted(len(view.objects), 'case')} with {view.subject}: {view.passed} as expected, {view.failed} not."


def _case(one: TestedObject) -> Iterator[Block]:
    if not one.mismatches:
        yield f"ok    {brief(one.name)}"
        return
    yield f"WRONG {brief(one.name)}"
    for found in one.mismatches:
        yield f"        {found.what}: expected {_value(found.expected)}, found {_value(found.found)}"
    problems = [one.problem, *(value.problem for value in one.values)]
    for problem in problems:
        if problem is not None:
            yield f"        {describe(problem)}"


def _object(one: TestedObject) -> Iterator[Block]:
    if one.in_scope is None:
        yield describe(one.problem) if one.problem is not None else _value(one.value)
        return
    yield Heading(one.name)
    scope = "in scope" if one.in_scope else f"out of scope: {one.clause}"
    yield f"{one.type} → {one.target_type}, by {one.rule}: {scope}"
    for value in one.values:
        if value.value is not None or value.problem is not None or value.ignored:
            yield from _line(value)
    empty = sum(1 for value in one.values if value.value is None and value.problem is None and not value.ignored)
    if empty:
        yield f"  {counted(empty, 'attribute')} more without a value"


def _line(value: TestedValue) -> Iterator[str]:
    if value.problem is not None:
        yield f"  {attribute_words(value.attribute)}: {describe(value.problem)}"
        return
    yield f"  {attribute_words(value.attribute)}: {'not touched' if value.ignored else _value(value.value)}"
    if value.flow == "expression":
        where = f", where {brief(value.sources, 1000)}" if value.sources else ""
        yield f"      from {brief(value.expression, 1000)}{where}"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(brief, value))}]"  # pyright: ignore[reportUnknownArgumentType]
    return "(no value)" if value is None else brief(value)
