"""One attribute's flow, and what the flows of several rules come to together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ropeway.expressions import Candidates, Special
from ropeway.model.changes import Mode
from ropeway.model.definition import AttributeDefinition
from ropeway.model.values import compare_key
from ropeway.rules.schema import FlowType, MergeType

Compute = Callable[[Mapping[str, Any]], Any]

MODES = {
    FlowType.OBJECT_ADD_ONLY: Mode.ONCE,
    FlowType.MULTI_VALUE_ADD_ONLY: Mode.ADD,
    FlowType.VALUE_ADD_ONLY: Mode.ADD,
    FlowType.ATTRIBUTE_ADD_ONLY: Mode.FILL,
}
"""How a target takes what flows so."""


@dataclass(frozen=True, slots=True)
class Flow:
    """How one target attribute gets its value."""

    target: AttributeDefinition
    kind: Literal["direct", "constant", "expression", "combined"]
    text: str
    """The expression; `[mail]` for a direct flow."""
    reads: frozenset[str]
    compute: Compute
    """The value as the target wants it, None for none, or a `Special`; raises `ExpressionFailed`."""
    flow_type: FlowType = FlowType.ALWAYS
    priority: int = 0
    times: frozenset[str] = frozenset()
    """Attributes that are compared with the present time."""
    default: Any = None
    """The value where the source has none."""
    always: bool = False
    """Written at every decision, not only when it changed."""
    merge: MergeType = MergeType.UPDATE
    redacted: bool = False
    """Logs, plans and explanations do not show its value."""
    rule: str = ""
    """The name of the rule it belongs to."""
    offers: tuple[Flow, ...] = ()
    """Of a combined one, the flows of several rules, highest precedence first."""

    @property
    def direct_text(self) -> str | None:
        """The source attribute, where a text is passed on as it is: what most flows do, and can do fastest."""
        plain = self.kind == "direct" and self.target.type == "String" and not self.target.multivalued
        plain = plain and self.default is None and self.flow_type is FlowType.ALWAYS
        return next(iter(self.reads)) if plain else None

    def outcome(self, attributes: Mapping[str, Any]) -> Outcome:
        """What it comes to for one object; of a combined one, what its rules come to together."""
        if self.offers:
            return together(self.offers, self.merge, attributes)
        value = self.compute(attributes)
        if value is Special.IGNORE_THIS_FLOW:
            return Outcome(None, None, self, ignored=True)
        if value is Special.AUTHORITATIVE_NULL:
            return Outcome(None, Mode.NULL, self)
        if type(value) is Candidates:
            return Outcome(list(value.values) or None, Mode.UNIQUE, self)
        return Outcome(value, MODES.get(self.flow_type), self)

    def decided(self, attributes: Mapping[str, Any]) -> Iterator[str]:
        """The rules whose word counts for one object: one, or of merged values all that gave some."""
        if not self.offers:
            yield self.rule
            return
        outcome = self.outcome(attributes)
        yield outcome.flow.rule
        if self.merge is not MergeType.UPDATE and outcome.value is not None:
            yield from (one.rule for one in self.offers if one.outcome(attributes).value is not None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a flow comes to for one object."""

    value: Any
    mode: Mode | None
    flow: Flow
    """The one that decided."""
    ignored: bool = False
    """No opinion at all: what the target has stays."""


def together(offers: Sequence[Flow], merge: MergeType, attributes: Mapping[str, Any]) -> Outcome:
    """The flows of several rules for one attribute, highest precedence first.

    NULL leaves it to the next, AuthoritativeNull does not, IgnoreThisFlow is as if the flow did not exist
    (concept-azure-ad-connect-sync-declarative-provisioning, “Precedence”).
    """
    best: Outcome | None = None
    for offer in offers:
        one = offer.outcome(attributes)
        if one.ignored:
            continue
        if best is None or best.value is None:
            best = one
        elif one.value is not None:
            best = _merged(best, one, merge)
        if one.mode is Mode.NULL or (merge is MergeType.UPDATE and one.value is not None):
            break
    return best if best is not None else Outcome(None, None, offers[0], ignored=True)


def _merged(first: Outcome, second: Outcome, merge: MergeType) -> Outcome:
    key = _folded if merge is MergeType.MERGE_CASE_INSENSITIVE else _exact
    seen = {key(value) for value in first.value}
    added: list[Any] = []
    for value in second.value:
        if key(value) not in seen:
            seen.add(key(value))
            added.append(value)
    mode = Mode.ADD if Mode.ADD in (first.mode, second.mode) else first.mode
    return Outcome([*first.value, *added], mode, first.flow)


def _exact(value: Any) -> Any:
    return value


def _folded(value: Any) -> Any:
    return compare_key(value) if isinstance(value, str) else value
