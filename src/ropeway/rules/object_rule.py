"""Everything about one source type: scope, mapping, matching, references, explanation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ropeway.expressions import REDACTED, ExpressionFailed, Special
from ropeway.model.changes import FLOWS, LINK, Desired, Mode
from ropeway.model.problems import Problem, shown
from ropeway.model.values import compare_key
from ropeway.rules.clause import ScopeAnswer
from ropeway.rules.failure import failed
from ropeway.rules.flow import Flow
from ropeway.rules.prepared import Prepared, prepared
from ropeway.rules.schema import FlowType, LinkType
from ropeway.rules.scope import CompiledScope

PRIMARY = "SMTP:"

SIGN_IN_NAMES = ("onPremisesSamAccountName", "mailNickname")
"""Connect's option “SAMAccountName and MailNickName” (how-to-connect-install-custom)."""


@dataclass(frozen=True, slots=True)
class ObjectRule:
    """How objects of one source type become objects of one target type. Pure: the same attributes, the same answers.

    `attributes` are the source's own and the pseudo attributes (`definitions.PSEUDO_ATTRIBUTES`), as far as known; for
    rules about members of groups or containers also `bases.MEMBER_OF` and `bases.WITHIN`.
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
    simple: Prepared
    """The flows that simply flow."""
    targets: frozenset[str]
    """Every target attribute that has a flow."""
    particular: tuple[Flow, ...]
    """Flows of several rules, and flows that do not simply replace what was there."""
    always: frozenset[str]
    """Target attributes that are written at every decision (FlowAlways)."""
    link_type: LinkType
    adds: bool
    """Whether it may create target objects."""
    updates: bool
    """Whether it changes existing ones."""
    deletes: bool
    """Whether a target object goes when its source object leaves."""
    rules: tuple[str, ...]
    """The names of the rules that it consists of, highest precedence first."""
    maps: dict[str, Flow]
    """The flow of each target attribute."""
    withheld: str = ""
    """Source references that only other rules of the type map, joined by blanks: the object is not in their scope."""

    @property
    def creates(self) -> bool:
        """Whether an object without a match gets a target object."""
        return self.adds and self.link_type is LinkType.PROVISION

    @property
    def leads(self) -> bool:
        """Whether it brings objects, or finds them, by itself; others only add to what those bring.

        Source: concept-azure-ad-connect-sync-declarative-provisioning, “Join”.
        """
        return self.link_type is not LinkType.JOIN or bool(self.matching)

    @property
    def scope_reads(self) -> frozenset[str]:
        """The attributes that decide about the scope."""
        return self.scope.reads

    @property
    def times(self) -> frozenset[str]:
        """Attributes that are compared with the present time."""
        return self.scope.times.union(*(flow.times for flow in self.flows))

    def applied(self, _attributes: Mapping[str, Any]) -> ObjectRule:
        """The rule that counts for an object in scope: this one."""
        return self

    def choose(self, attributes: Mapping[str, Any]) -> ObjectRule | ScopeAnswer:
        """This rule for an object in scope, or the answer that says why it is not."""
        answer = self.in_scope(attributes)
        return self if answer.passed else answer

    def in_scope(self, attributes: Mapping[str, Any]) -> ScopeAnswer:
        """Whether the object is in scope, and the clause that decided; `MappingFailed` where a clause cannot say."""
        try:
            return self.scope.answer(attributes)
        except ExpressionFailed as error:
            raise failed("scope-failed", error, "", attributes) from error

    def map(self, attributes: Mapping[str, Any]) -> Desired:
        """What the target object shall have. None: no value, so that a value it had before is cleared.

        An attribute is absent only where its flow says IgnoreThisFlow. `FLOWS` says of attributes how they flow where
        they do not simply replace what was there, `LINK` that the object is only joined. `MappingFailed` where a value
        does not fit.
        """
        desired = self.simple.blank.copy()
        modes: dict[str, str] = {}
        flows_of = self.simple.by_source.get
        target = ""
        try:
            for source, given in attributes.items():
                for target, compute, passes_text in flows_of(source, ()):
                    if passes_text and type(given) is str and given:
                        desired[target] = given
                    elif type(value := compute(attributes)) is Special:
                        _special(target, value, desired, modes)
                    else:
                        desired[target] = value
            for target, compute in self.simple.others:
                if type(value := compute(attributes)) is Special:
                    _special(target, value, desired, modes)
                else:
                    desired[target] = value
            for flow in self.particular:
                target = flow.target.name
                self._flow(flow, attributes, desired, modes)
        except ExpressionFailed as error:
            raise failed("mapping-failed", error, target, attributes) from error
        if modes:
            desired[FLOWS] = modes
        if self.link_type is not LinkType.PROVISION:
            desired[LINK] = self.link_type.value
        return desired

    def _flow(self, flow: Flow, attributes: Mapping[str, Any], desired: Desired, modes: dict[str, str]) -> None:
        outcome = flow.outcome(attributes)
        if outcome.ignored:
            return
        desired[flow.target.name] = outcome.value
        if outcome.mode is not None:
            modes[flow.target.name] = outcome.mode

    def match_candidates(self, desired: Desired) -> tuple[tuple[str, str], ...]:
        """(target attribute, comparable value) by matching priority; of addresses the primary one, `smtp:ada@…`.

        Where both names that people sign in with match, each is looked for in both: an account's sAMAccountName is
        its mailbox's mailNickname.
        """
        found: list[tuple[str, str]] = []
        both = set(SIGN_IN_NAMES) <= set(self.matching)
        for name in self.matching:
            value = primary_address(desired) if name == "proxyAddresses" else desired.get(name)
            if isinstance(value, str) and value and "\0" not in value:  # nothing has one, and no database is asked
                names = SIGN_IN_NAMES if both and name in SIGN_IN_NAMES else (name,)
                found.extend((one, compare_key(value)) for one in sorted(names, key=lambda one: one != name))
        return tuple(dict.fromkeys(found))

    def decided(self, names: Iterable[str], attributes: Mapping[str, Any]) -> str:
        """The rules that said something of these target attributes; all of them where that is none."""
        if len(self.rules) == 1:
            return self.name
        flows = (self.maps.get(name) for name in names)
        found = {rule for flow in flows if flow is not None for rule in flow.decided(attributes)}
        return " + ".join(rule for rule in self.rules if rule in found) or self.name

    def linking(self, names: Collection[str]) -> tuple[str, ...]:
        """The rules that map some of these target references."""
        return (self.name,) if any(name in names for name in self.references.values()) else ()

    def explain(self, attributes: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
        """Per target attribute: value, kind of flow, expression, source values, and the problem where there is one."""
        return tuple(_explained(flow, attributes) for flow in self.flows)


def _special(target: str, value: Special, desired: Desired, modes: dict[str, str]) -> None:
    if value is Special.AUTHORITATIVE_NULL:
        desired[target] = None
        modes[target] = Mode.NULL
    else:
        desired.pop(target, None)


def primary_address(desired: Desired) -> str | None:
    """The primary SMTP address, prefix included: the `SMTP:` value of proxyAddresses, or else mail."""
    addresses = desired.get("proxyAddresses") or ()
    primary = next((a for a in addresses if a.startswith(PRIMARY)), None)
    mail = desired.get("mail")
    return primary if primary is not None else f"{PRIMARY}{mail}" if mail else None


def assembled(
    *,
    name: str,
    source_type: str,
    target_type: str,
    references: dict[str, str],
    scope: CompiledScope,
    flows: tuple[Flow, ...],
    link_type: LinkType,
    adds: bool,
    updates: bool,
    deletes: bool,
    rules: tuple[str, ...] = (),
) -> ObjectRule:
    """A rule with its flows sorted by what they cost."""
    matching = sorted((flow for flow in flows if flow.priority > 0), key=lambda flow: flow.priority)
    return ObjectRule(
        name=name,
        source_type=source_type,
        target_type=target_type,
        references=references,
        scope=scope,
        flows=flows,
        create_only=frozenset(flow.target.name for flow in flows if flow.flow_type is FlowType.OBJECT_ADD_ONLY),
        matching=tuple(flow.target.name for flow in matching),
        simple=prepared([flow for flow in flows if _is_simple(flow)]),
        targets=frozenset(flow.target.name for flow in flows),
        particular=tuple(flow for flow in flows if not _is_simple(flow)),
        always=frozenset(flow.target.name for flow in flows if flow.always),
        link_type=link_type,
        adds=adds,
        updates=updates,
        deletes=deletes,
        rules=rules or (name,),
        maps={flow.target.name: flow for flow in flows},
    )


def _is_simple(flow: Flow) -> bool:
    return not flow.offers and flow.flow_type is FlowType.ALWAYS


def _explained(flow: Flow, attributes: Mapping[str, Any]) -> dict[str, Any]:
    outcome = None
    problem: Problem | None = None
    try:
        outcome = flow.outcome(attributes)
    except ExpressionFailed as error:
        problem = failed("mapping-failed", error, flow.target.name, attributes).problem
    decided = outcome.flow if outcome is not None else flow
    return {
        "target": flow.target.name,
        "value": None if outcome is None else REDACTED if flow.redacted else _readable(outcome.value),
        "flow": flow.kind,
        "expression": decided.text,
        "sources": {} if flow.redacted else {name: _readable(attributes.get(name)) for name in sorted(flow.reads)},
        "applies": _APPLIES[decided.flow_type],
        "ignored": outcome is not None and outcome.ignored,
        "problem": problem,
        "mapped_by": decided.rule,
        "offers": [_explained(offer, attributes) for offer in flow.offers],
    }


_APPLIES = {
    FlowType.ALWAYS: "always",
    FlowType.OBJECT_ADD_ONLY: "only when created",
    FlowType.MULTI_VALUE_ADD_ONLY: "values are only added",
    FlowType.VALUE_ADD_ONLY: "values are only added",
    FlowType.ATTRIBUTE_ADD_ONLY: "only while there is no value",
}


def _readable(value: Any) -> Any:
    """A value that JSON can hold: binary ones as a message shows them."""
    if isinstance(value, list):
        return [_readable(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
    return shown(value) if isinstance(value, bytes) else value
