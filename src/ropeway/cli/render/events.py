"""The provisioning log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ropeway.cli.output import Block, Heading, Table
from ropeway.cli.render.words import without_domain
from ropeway.cli.safe import brief
from ropeway.cli.times import local
from ropeway.control.protocol import EventView
from ropeway.model.problems import describe, title_of


def event_blocks(events: Sequence[EventView], *, limit: int, verbose: bool) -> Iterator[Block]:
    """Events, latest first, in the order of time."""
    ordered = list(reversed(events))
    if not ordered:
        yield "Nothing in the log fits."
        return
    if verbose:
        for event in ordered:
            yield from event_story(event)
    else:
        rows = [(local(e.time), e.job, e.action, e.type, without_domain(e.object), _outcome(e)) for e in ordered]
        columns = ("Time", "Job", "Action", "Type", "Object", "Outcome")
        yield Table(columns, rows, whole=frozenset({"Action", "Type"}))
    if len(ordered) == limit:
        yield "Older ones are left out; --limit shows more" + ("." if verbose else ", -v every step and value.")


def event_story(event: EventView, indent: str = "") -> Iterator[Block]:
    """One event with its steps and values."""
    yield Heading(f"{indent}{local(event.time)}  {event.action} {event.type}  {event.status}")
    yield f"{indent}  {event.object}  (anchor {event.anchor}, target {event.target or 'none'})"
    for step in event.steps:
        told = " ".join(brief(step[key]) for key in ("status", "description") if step.get(key))
        yield f"{indent}  {step.get('type') or step.get('name', '?')}: {told}"
    for name, value in event.modified.items():
        was = f" (was {brief(event.before[name])})" if name in event.before else ""
        yield f"{indent}    {name} = {brief(value)}{was}"
    if event.problem:
        yield f"{indent}  {describe(event.problem)}"


def _outcome(event: EventView) -> str:
    if event.problem is None:
        return event.status
    return f"{event.status}: {title_of(event.problem)} ({event.problem.code})"
