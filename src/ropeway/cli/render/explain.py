"""Why an object is as it is: a story by stage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ropeway.cli.output import Block, Heading
from ropeway.cli.render.events import event_story
from ropeway.cli.render.words import problem_lines
from ropeway.cli.safe import brief
from ropeway.control.protocol import ExplainView

STEP = ("stage", "outcome", "rule", "details")


def explain_blocks(view: ExplainView) -> Iterator[Block]:
    """Object, stages, attributes, links, problems, history."""
    yield Heading(view.object)
    yield f"{view.type}, anchor {view.anchor}, job {view.job}: {view.state}"
    for step in view.steps:
        yield f"{brief(step.get('stage', '?'))}: {brief(step.get('outcome'))}{_rest(step)}"
    if view.attributes:
        yield Heading("Attributes")
        for attribute in view.attributes:
            yield from _attribute(attribute)
    if view.links:
        yield Heading("References")
        for link in view.links:
            yield "  " + "  ".join(brief(value) for value in link.values() if value not in (None, ""))
    if view.problems:
        yield Heading("Problems")
        yield from problem_lines(view.problems, "  ")
    if view.events:
        yield Heading("What happened")
        for event in view.events:
            yield from event_story(event, "  ")


def _rest(step: dict[str, Any]) -> str:
    rule = f" by {brief(step['rule'])}" if step.get("rule") else ""
    details = f" ({brief(step['details'])})" if step.get("details") else ""
    others = [f"{key} {brief(value)}" for key, value in step.items() if key not in STEP and value not in (None, "", {})]
    return rule + details + (f"; {', '.join(others)}" if others else "")


def _attribute(attribute: dict[str, Any]) -> Iterator[str]:
    name, *facts = attribute.items()
    yield f"  {brief(name[1])}"
    for key, value in facts:
        if value not in (None, "", {}, []):
            yield f"      {key}: {brief(value)}"
