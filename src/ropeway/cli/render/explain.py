"""Why an object is as it is: a story by stage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from ropeway.cli.output import Block, Heading
from ropeway.cli.render.events import event_story
from ropeway.cli.render.words import Command, problem_lines
from ropeway.cli.safe import brief
from ropeway.cli.times import local
from ropeway.control.protocol import EventView, ExplainView
from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem, title_of

STEP = ("stage", "outcome", "rule", "details", "hold")


def explain_blocks(view: ExplainView, command: Command, *, verbose: bool) -> Iterator[Block]:
    """Object, stages, contributors, attributes, references, problems, history."""
    yield Heading(view.object)
    yield f"{view.type or 'object'}, anchor {view.anchor}, job {view.job}: {view.state}"
    yield ""
    for step in view.steps:
        yield f"{brief(step.get('stage', '?')):<8}  {brief(step.get('outcome'))}{_rest(step)}"
    if view.next_decision:
        yield f"It is decided again at {local(view.next_decision)}, and as soon as it changes."
    if len(view.contributors) > 1:
        yield Heading("Contributors, the first one counts where nothing else is said")
        for one in view.contributors:
            yield f"  {one['job']} (precedence {one['precedence']}, {one['standing']}): {brief(one['object'])}"
    yield from _attributes(view, verbose)
    if view.links:
        yield Heading("References")
        for link in view.links:
            yield f"  {_link(link)}"
    if view.problems:
        yield Heading("Problems")
        yield from problem_lines(view.problems, "  ")
    if view.events:
        yield Heading("What happened")
        for event in reversed(view.events):
            yield from event_story(event, "  ") if verbose else [_line(event)]
        if not verbose:
            yield f"Every step and value: {command('log', '-v', '--object', view.anchor)}"


def _rest(step: dict[str, Any]) -> str:
    rule = f", by {brief(step['rule'])}" if step.get("rule") else ""
    details = f" ({brief(step['details'])})" if step.get("details") else ""
    others = [f"{key} {brief(value)}" for key, value in step.items() if key not in STEP and value not in (None, "", {})]
    return rule + details + (f" ({', '.join(others)})" if others else "")


def _link(link: dict[str, Any]) -> str:
    by = f", by {brief(link['by'])}" if link.get("by") else ""
    why = f": {brief(link['why'])}" if link.get("why") else ""
    return f"{brief(link.get('attribute'))}  {brief(link.get('other'))}  {brief(link.get('state'))}{by}{why}"


def _attributes(view: ExplainView, verbose: bool) -> Iterator[Block]:
    shown = [line for line in view.attributes if verbose or _says_something(line)]
    if shown:
        yield Heading("Attributes")
    for line in shown:
        yield from _attribute(line, view)
    if empty := len(view.attributes) - len(shown):
        yield f"  {empty} more without a value; -v shows them and their rules."


def _says_something(line: dict[str, Any]) -> bool:
    return bool(line.get("others")) or any(
        line.get(key) is not None for key in ("value", "exported", "directory", "problem")
    )


def _attribute(line: dict[str, Any], view: ExplainView) -> Iterator[str]:
    """`displayName: Zoë`, whose word that is, where it comes from, and every other word on it."""
    value, exported, stored = line.get("value"), line.get("exported"), line.get("directory")
    mapped, linked = bool(line.get("expression")), view.target is not None
    problem = _problem(line.get("problem"))
    yield f"  {brief(line.get('target', '?'))}: {_wanted(line, mapped)}"
    if problem is not None:
        yield f"      {_failed(problem)}"
    if mapped:
        yield f"      from {_origin(line)}"
    lower = [offer for offer in line.get("offers") or () if offer.get("mapped_by") != line.get("rule")]
    for offer in lower:
        yield f"      rule {brief(offer.get('mapped_by') or '?')} offers {_offered(offer)}, from {_origin(offer)}"
    if mapped and linked and exported != value and not line.get("ignored") and problem is None:
        yield f"      written last: {brief(exported)}"
    if mapped and linked and stored != value:
        yield f"      the directory shows: {brief(stored)}{_by(line, view.job)}"
    elif line.get("others"):
        yield f"      the word of {brief(line.get('job') or '?')} counts"
    if line.get("why") is not None:
        yield f"      because: {_because(_problem(line['why']))}"
    for other in line.get("others") or ():
        yield f"      {brief(other['job'])} (precedence {other['precedence']}) offers {brief(other['value'])}"


def _wanted(line: dict[str, Any], mapped: bool) -> str:
    if not mapped:
        return f"{brief(line.get('directory'))} (not mapped by this job)"
    if line.get("problem") is not None:
        return "cannot be mapped"
    return "not touched" if line.get("ignored") else brief(line.get("value"))


def _offered(offer: dict[str, Any]) -> str:
    if offer.get("problem") is not None:
        return f"nothing ({_failed(_problem(offer['problem']))})"
    return "nothing (IgnoreThisFlow)" if offer.get("ignored") else brief(offer.get("value"))


def _problem(told: Any) -> Any:
    """A problem in a line of a view: a service tells it as JSON."""
    return None if told is None else msgspec.convert(told, prepared(Problem))


def _failed(problem: Problem) -> str:
    said = problem.details
    where = f"{said.get('function', '?')} cannot use its argument {said.get('argument', '?')}"
    return f"{where}, value {brief(problem.value)}: {said.get('reason', '?')}"


def _by(line: dict[str, Any], job: str) -> str:
    winner = line.get("job")
    if line.get("directory") is not None and not winner:
        return ", of its own making"
    return f", the word of {brief(winner)}" if winner and winner != job else ""


def _because(problem: Problem) -> str:
    holder = problem.details.get("holder")
    return title_of(problem) + (f": {brief(holder)} has {brief(problem.value)}" if holder else "")


def _origin(line: dict[str, Any]) -> str:
    applies = line.get("applies")
    how = f", {applies}" if applies not in (None, "always") else ""
    rule = f", rule {brief(line['rule'])}" if line.get("offers") and line.get("rule") else ""
    expression = brief(line.get("expression"))
    if line.get("flow") not in ("expression", "combined") and not line.get("problem"):
        return expression + how + rule
    sources = line.get("sources")
    return f"{expression}{how}{rule}" + (f", where {brief(sources)}" if sources else "")


def _line(event: EventView) -> str:
    names = ", ".join(event.modified) if len(event.modified) <= 4 else f"{len(event.modified)} attributes"
    problem = f" ({event.problem.code})" if event.problem else ""
    return f"  {local(event.time)}  {event.action}, {event.status}{problem}: {names or 'nothing changed'}"
