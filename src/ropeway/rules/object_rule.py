"""Everything about one source type: scope, mapping, matching, references, explanation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ropeway.expressions import ExpressionFailed, Special
from ropeway.model.changes import Desired
from ropeway.model.problems import Problem, shown
from ropeway.model.values import compare_key
from ropeway.rules.failure import failed
from ropeway.rules.flows import Flow
from ropeway.rules.scope import CompiledScope, ScopeAnswer

PRIMARY = "SMTP:"


@dataclass(frozen=True, slots=True)
class ObjectRule:
    """How objects of one source type become objects of one target type. Pure: the same attributes, the same answers.

    `attributes` are the source's own and the pseudo attributes (`definitions.PSEUDO_ATTRIBUTES`), as far as known.
    """

    name: str
    source_type: str
    target_type: str
    references: dict[str, str]
    """Source reference attribute to target attribute."""
    scope: CompiledScope
    flows: tuple[Flow, ...]
    create_only: frozenset[str]
    """Target attributes that are written when an object is created, and never again."""
    matching: tuple[str, ...]
    """Target attributes that find existing objects, best first."""
    direct: tuple[tuple[str, str, Callable[[Mapping[str, Any]], Any]], ...]
    """Target, source and full computation of the flows that pass on one text as it is, without a default."""
    computed: tuple[tuple[str, Callable[[Mapping[str, Any]], Any]], ...]
    """Target and computation of all other flows."""

    def in_scope(self, attributes: Mapping[str, Any]) -> ScopeAnswer:
        """Whether the object is in scope, and the clause that decided; `MappingFailed` where a clause cannot say."""
        try:
            return self.scope.answer(attributes)
        except ExpressionFailed as error:
            raise failed("scope-failed", error, "", attributes) from error

    def map(self, attributes: Mapping[str, Any]) -> Desired:
        """What the target object shall have. None: no value, so that a value it had before is cleared.

        An attribute is absent only where its flow says IgnoreThisFlow. `MappingFailed` where a value does not fit.
        """
        desired: Desired = {}
        get = attributes.get
        target = ""
        try:
            for target, source, compute in self.direct:
                value = get(source)
                if value is None or (type(value) is str and value):
                    desired[target] = value
                else:
                    desired[target] = compute(attributes)
            for target, compute in self.computed:
                value = compute(attributes)
                if value is not Special.IGNORE_THIS_FLOW:
                    desired[target] = value
        except ExpressionFailed as error:
            raise failed("mapping-failed", error, target, attributes) from error
        return desired

    def match_candidates(self, desired: Desired) -> tuple[tuple[str, str], ...]:
        """(target attribute, comparable value) by matching priority; of addresses the primary one, `smtp:ada@…`."""
        found: list[tuple[str, str]] = []
        for name in self.matching:
            value = primary_address(desired) if name == "proxyAddresses" else desired.get(name)
            if isinstance(value, str) and value:
                found.append((name, compare_key(value)))
        return tuple(found)

    def explain(self, attributes: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
        """Per target attribute: value, kind of flow, expression, source values, and the problem where there is one."""
        return tuple(_explained(flow, attributes) for flow in self.flows)


def primary_address(desired: Desired) -> str | None:
    """The primary SMTP address, prefix included: the `SMTP:` value of proxyAddresses, or else mail."""
    addresses = desired.get("proxyAddresses") or ()
    primary = next((a for a in addresses if a.startswith(PRIMARY)), None)
    mail = desired.get("mail")
    return primary if primary is not None else f"{PRIMARY}{mail}" if mail else None


def _explained(flow: Flow, attributes: Mapping[str, Any]) -> dict[str, Any]:
    value: Any = None
    problem: Problem | None = None
    try:
        value = flow.compute(attributes)
    except ExpressionFailed as error:
        problem = failed("mapping-failed", error, flow.target.name, attributes).problem
    ignored = value is Special.IGNORE_THIS_FLOW
    return {
        "target": flow.target.name,
        "value": None if ignored else _readable(value),
        "flow": flow.kind,
        "expression": flow.text,
        "sources": {name: _readable(attributes.get(name)) for name in sorted(flow.reads)},
        "applies": "only when created" if flow.create_only else "always",
        "ignored": ignored,
        "problem": problem,
    }


def _readable(value: Any) -> Any:
    """A value that JSON can hold: binary ones as a message shows them."""
    if isinstance(value, list):
        return [_readable(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
    return shown(value) if isinstance(value, bytes) else value
