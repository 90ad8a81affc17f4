"""Lines of the provisioning log: each change with the steps that led to it, and links by the names of their ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any, cast

from ropeway.control.link_stories import reason_words
from ropeway.control.protocol import EventView
from ropeway.control.views import iso
from ropeway.engine.decisions import LEFT, Decision, decision
from ropeway.engine.redaction import hidden, without_secret
from ropeway.model.changes import BEFORE
from ropeway.model.values import unpack
from ropeway.store.looking import Event

STAGE_OF = {"EntryImport": "import", "EntrySynchronizationScoping": "scoping", "EntryProcessing": "processing"}
COME_THROUGH = {"import": (), "match": tuple(STAGE_OF)}
"""Which steps an object has come through that failed at a stage; a scope that cannot be computed fails at map."""

_NAMED = 5
"""Attributes that a step names."""


def event_view(event: Event, job: str, dns: Mapping[tuple[int, str], str], secret: Set[str] = frozenset()) -> EventView:
    """A line of the provisioning log; `dns`: (job, anchor) to DN, as far as known.

    `secret`: attributes that the job's rules redact now; what older lines still have of them is not shown either.
    """
    status: Any = event.status
    modified = hidden(_modified(event), secret)
    return EventView(
        time=iso(event.time) or "",
        job=job,
        action=event.action,
        status=status,
        type=event.type,
        object=event.object,
        anchor=event.anchor,
        target=event.target,
        modified={name: _named(event.job, name, value, dns) for name, value in modified.items()},
        before=hidden(before_of(event), secret),
        steps=steps_of(event),
        problem=without_secret(event.problem, secret),
    )


def ends_of(events: Iterable[Event]) -> Iterator[tuple[int, str]]:
    """(job, anchor) of the other ends of the links that were changed."""
    for event in events:
        for name, value in _modified(event).items():
            if _is_link(name):
                yield from ((event.job, anchor) for anchor in cast("list[str]", value))


def steps_of(event: Event) -> tuple[dict[str, Any], ...]:
    """The stages of one change, as far as it came (Graph: provisioningStep), with what decided in each."""
    if event.action == "other":
        stage = event.decision
        came = COME_THROUGH.get(stage, ("EntryImport",))
        told = [(name, STAGE_OF[name], "success", event.object if name == "EntryImport" else "") for name in came]
        return _as_steps([*told, (stage, stage, "failure", "")])
    how = decision(event.decision)
    modified = _modified(event)
    references = any(map(_is_link, modified))
    told = [
        ("EntryImport", "import", "success", event.object),
        ("EntrySynchronizationScoping", "scoping", "success", _scope(event, how)),
        ("EntryMatching", "matching", "success", _match(event, how)),
    ]
    if mapped := [name for name in modified if not _is_link(name)]:
        told.append(("EntryProcessing", "processing", "success", _listed(mapped)))
    if references:
        told.append(
            ("EntryReferences", "referenceResolution", "success", _listed([n for n in modified if _is_link(n)]))
        )
    told.append((f"EntryExport{event.action.capitalize()}", "export", event.status, f"{len(modified)} attributes"))
    return _as_steps(told)


def _as_steps(told: Iterable[tuple[str, str, str, str]]) -> tuple[dict[str, Any], ...]:
    return tuple(dict(zip(("name", "type", "status", "description"), step, strict=True)) for step in told)


def _scope(event: Event, how: Decision) -> str:
    if how.why.startswith(LEFT):
        return f"out of scope: {reason_words(how.why.removeprefix(LEFT))}"
    if not how.why:
        return "left the scope or was deleted" if event.action == "delete" else "in scope"
    return f"in scope, by {how.why}"


def _match(event: Event, how: Decision) -> str:
    if how.by:
        return f"matched {how.target} by {how.by}"
    return "matched nothing" if event.action == "create" else "linked before"


def _listed(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _modified(event: Event) -> dict[str, Any]:
    return {name: value for name, value in unpack(event.modified).items() if not name.startswith("@")}


def before_of(event: Event) -> dict[str, Any]:
    """What changed attributes were before."""
    found: dict[str, Any] = unpack(event.modified).get(BEFORE, {})
    return found


def _is_link(name: str) -> bool:
    return name[:1] in ("+", "-")


def _named(job: int, name: str, value: Any, dns: Mapping[tuple[int, str], str]) -> Any:
    if not _is_link(name):
        return value
    return [dns.get((job, anchor), anchor) for anchor in cast("list[str]", value)]
