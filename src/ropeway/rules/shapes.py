"""Which flows an object needs at all: those of the attributes it has. A schema maps a hundred, a person has twenty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ropeway.expressions import ExpressionFailed, Special
from ropeway.model.changes import Desired
from ropeway.rules.flow import Compute, Flow

KNOWN = 1_024
"""Shapes remembered at a time."""


class Shape(NamedTuple):
    """What is the same for all objects that have the same attributes."""

    blank: Desired
    """The outcome of every flow that reads none of these attributes."""
    direct: tuple[tuple[str, str, Compute], ...]
    """Target, source and full computation of the flows that pass on one text as it is."""
    computed: tuple[tuple[str, Compute], ...]
    """Target and computation of the others."""


@dataclass(slots=True)
class Shapes:
    """The shapes of the objects that were mapped so far."""

    _flows: Sequence[Flow]
    _known: dict[tuple[str, ...], Shape]
    _blank: Desired
    _bound: frozenset[int]
    """Places of flows that must be computed for every object: they read nothing, or fail where nothing is."""

    @classmethod
    def of(cls, flows: Sequence[Flow]) -> Shapes:
        """Of flows that simply flow: one for each target attribute, always."""
        blank: Desired = {}
        bound: set[int] = set()
        for place, flow in enumerate(flows):
            try:
                value = None if flow.kind == "expression" and not flow.reads else (flow.compute({}),)
            except ExpressionFailed:
                value = None
            if value is None or value[0] is Special.AUTHORITATIVE_NULL:
                bound.add(place)
            elif value[0] is not Special.IGNORE_THIS_FLOW:
                blank[flow.target.name] = value[0]
        return cls(flows, {}, blank, frozenset(bound))

    def shape(self, attributes: Mapping[str, Any]) -> Shape:
        """That of an object."""
        names = tuple(attributes)
        known = self._known.get(names)
        if known is None:
            if len(self._known) >= KNOWN:
                self._known.clear()
            known = self._known[names] = self._shaped(frozenset(names))
        return known

    def _shaped(self, names: frozenset[str]) -> Shape:
        needed = [
            flow for place, flow in enumerate(self._flows) if place in self._bound or not flow.reads.isdisjoint(names)
        ]
        computed = {flow.target.name for flow in needed if flow.direct_text is None}
        return Shape(
            {target: value for target, value in self._blank.items() if target not in computed},
            tuple((f.target.name, f.direct_text, f.compute) for f in needed if f.direct_text is not None),
            tuple((f.target.name, f.compute) for f in needed if f.direct_text is None),
        )
