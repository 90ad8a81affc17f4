"""Flows prepared so that only what an object has costs time: a schema maps a hundred attributes, a person has 20."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ropeway.expressions import ExpressionFailed, Special
from ropeway.model.changes import Desired
from ropeway.rules.flow import Compute, Flow


@dataclass(frozen=True, slots=True)
class Prepared:
    """Flows that simply flow, by what they read."""

    blank: Desired
    """What they make of an object without any attributes."""
    by_source: dict[str, tuple[tuple[str, Compute, bool], ...]]
    """Of each attribute the flows that read it alone: target, computation, whether a text is passed on as it is."""
    others: tuple[tuple[str, Compute], ...]
    """Target and computation of those that read several attributes or none, or that fail where nothing is."""


def prepared(flows: Sequence[Flow]) -> Prepared:
    """One flow for each target attribute, sorted; expressions are pure but for those that read nothing."""
    blank: Desired = {}
    by_source: dict[str, list[tuple[str, Compute, bool]]] = {}
    others: list[tuple[str, Compute]] = []
    for flow in flows:
        name = flow.target.name
        known = _of_nothing(flow)
        if known is not None and known[0] is not Special.IGNORE_THIS_FLOW:
            blank[name] = known[0]
        if known is not None and len(flow.reads) == 1:
            (source,) = flow.reads
            by_source.setdefault(source, []).append((name, flow.compute, flow.direct_text is not None))
        elif known is None or flow.reads:
            others.append((name, flow.compute))
    return Prepared(blank, {source: tuple(found) for source, found in by_source.items()}, tuple(others))


def _of_nothing(flow: Flow) -> tuple[object] | None:
    """What a flow makes of an object without attributes; None where that must be asked each time."""
    if flow.kind == "expression" and not flow.reads:
        return None
    try:
        value = flow.compute({})
    except ExpressionFailed:
        return None
    return None if value is Special.AUTHORITATIVE_NULL else (value,)
