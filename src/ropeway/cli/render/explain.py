"""Why an object is as it is: a story by stage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ropeway.cli.output import Block, Heading
from ropeway.cli.render.events import event_story
from ropeway.cli.render.words import Command, problem_lines
from ropeway.cli.safe import brief
from ropeway.cli.times import local
from ropeway.control.protocol import EventView, ExplainView

STEP = ("stage", "outcome", "rule", "details")


def explain_blocks(view: ExplainView, command: Command, *, verbose: bool) -> Iterator[Block]:
    """Object, stages, attributes, references, problems, history."""
    yield Heading(view.object)
    yield f"{view.type}, anchor {view.anchor}, job {view.job}: {view.state}"
    yield ""
    for step in view.steps:
        yield f"{brief(step.get('stage', '?')):<8}  {brief(step.get('outcome'))}{_rest(step)}"
    yield from _attributes(view, verbose)
    if view.links:
        yield Heading("References")
        for link in view.links:
            yield "  " + "  ".join(brief(value) for value in link.values() if value not in (None, ""))
    if view.problems:
        yield Heading("Problems")
        yield from problem_lines(view.problems, "  ")
    if view.events:
        yield Heading("What happened")
        for event in sorted(view.events, key=lambda event: event.id):
            yield from event_story(event, "  ") if verbose else [_line(event)]
        if not verbose:
            yield f"Every step and value: {command('log', '-v', '--object', view.anchor)}"


def _rest(step: dict[str, Any]) -> str:
    rule = f", by {brief(step['rule'])}" if step.get("rule") else ""
    details = f" ({brief(step['details'])})" if step.get("details") else ""
    others = [f"{key} {brief(value)}" for key, value in step.items() if key not in STEP and value not in (None, "", {})]
    return rule + details + (f" ({', '.join(others)})" if others else "")


def _attributes(view: ExplainView, verbose: bool) -> Iterator[Block]:
    shown = [line for line in view.attributes if verbose or _says_something(line)]
    if shown:
        yield Heading("Attributes")
    for line in shown:
        yield from _attribute(line)
    if empty := len(view.attributes) - len(shown):
        yield f"  {empty} more without a value; -v shows them and their rules."


def _says_something(line: dict[str, Any]) -> bool:
    return any(line.get(key) is not None for key in ("value", "exported", "directory", "problem"))


def _attribute(line: dict[str, Any]) -> Iterator[str]:
    """`displayName: Zoë`, then where it comes from, then every place that has another value."""
    value, exported, stored = line.get("value"), line.get("exported"), line.get("directory")
    yield f"  {brief(line.get('target', '?'))}: {'not touched' if line.get('ignored') else brief(value)}"
    yield f"      from {_origin(line)}"
    if exported != value and not line.get("ignored"):
        yield f"      written last: {brief(exported)}"
    if stored != value:
        yield f"      the directory shows: {brief(stored)}"


def _origin(line: dict[str, Any]) -> str:
    once = ", only when created" if line.get("applies") == "only when created" else ""
    expression = brief(line.get("expression"))
    if line.get("flow") != "expression":
        return expression + once
    return f"{expression}{once}, where {brief(line.get('sources'))}"


def _line(event: EventView) -> str:
    names = ", ".join(event.modified) if len(event.modified) <= 4 else f"{len(event.modified)} attributes"
    problem = f" ({event.problem.code})" if event.problem else ""
    return f"  {local(event.time)}  {event.action}, {event.status}{problem}: {names or 'nothing changed'}"
