"""Why an object is as it is: the stages once more, on its present state, writing nothing."""

from __future__ import annotations

from typing import Any

import msgspec

from ropeway.engine.mapping import Setting, source_attributes
from ropeway.engine.records import Entry, Escrow, Planned
from ropeway.engine.scoping import Place, Places, Scoping
from ropeway.engine.state import State
from ropeway.engine.work import filetime
from ropeway.model.job import JobSettings
from ropeway.model.problems import Problem
from ropeway.model.values import Attributes, unpack
from ropeway.rules import MappingFailed, ObjectRule, Rules, TypeRule


class Explanation(msgspec.Struct):
    """What the stages say of one object."""

    state: str = ""
    steps: list[dict[str, Any]] = []
    attributes: list[dict[str, Any]] = []
    problems: list[Problem] = []


class Explaining:
    """One object, stage by stage."""

    def __init__(self, settings: JobSettings, rules: Rules, state: State, now: float) -> None:
        self._settings = settings
        self._rules = rules
        self._state = state
        self._now = now

    def of(self, entry: Entry) -> Explanation:
        """The story of one entry."""
        told = Explanation()
        place = Places(self._state, self._settings.scope, self._rules).of(entry)
        rule = self._rules.rule_for(entry.type)
        planned = self._state.planned_of(entry.number)
        escrow = self._state.escrowed([entry.anchor]).get(entry.anchor)
        told.steps.append(_step("import", "read" if entry.live else "deleted in the source", type=entry.type))
        attributes = source_attributes(entry, place.dn, Setting(filetime(self._now)))
        out = self._scope(told, entry, place, rule, attributes)
        if rule is not None and out is None:
            self._match(told, entry)
            self._map(told, entry, rule.applied(attributes), attributes)
        if rule is not None and out is not None and entry.target is not None and not rule.deletes:
            told.steps.append(_step("plan", "kept", rule="the flow types of its rules are without Delete"))
        for row in planned:
            told.steps.append(
                _step("plan", row.kind.value, rule="held" if row.hold else "", details=list(unpack(row.attributes)))
            )
        if escrow is not None:
            told.problems.append(escrow.problem)
            told.steps.append(_step(escrow.stage, "set aside", details=[f"{escrow.attempts} attempts"]))
        told.state = _state(entry, out, planned, escrow)
        return told

    def _scope(
        self, told: Explanation, entry: Entry, place: Place, rule: TypeRule | None, attributes: Attributes
    ) -> str | None:
        if rule is None:
            told.steps.append(_step("scope", "not mapped", rule=f"no rule for objects of type {entry.type}"))
            return "no rule"
        scoping = Scoping(self._state, self._settings.scope, self._rules)
        name = rule.name
        try:
            out = scoping.out_because(entry, place, scoping.members([entry.anchor]), rule, attributes)
            name = name if out else rule.applied(attributes).name
        except MappingFailed as failure:
            told.problems.append(failure.problem)
            return "failed"
        if not entry.live:
            out = "deleted"
        told.steps.append(_step("scope", "out of scope" if out else "in scope", rule=out or name))
        return out

    def _match(self, told: Explanation, entry: Entry) -> None:
        if entry.target is None:
            told.steps.append(_step("match", "no target yet", details=[f"source anchor {entry.source_anchor}"]))
        else:
            told.steps.append(_step("match", f"linked to {entry.target}", rule=f"source anchor {entry.source_anchor}"))

    def _map(self, told: Explanation, entry: Entry, rule: ObjectRule, attributes: Attributes) -> None:
        exported = unpack(entry.exported) if entry.exported else {}
        for line in rule.explain(attributes):
            problem = line.get("problem")
            if problem is not None:
                told.problems.append(problem)
            told.attributes.append(
                {**line, "rule": line["mapped_by"] or rule.name, "exported": exported.get(line["target"])}
            )
        told.steps.append(_step("map", f"{len(told.attributes)} attributes", rule=rule.name))


def _step(stage: str, outcome: str, *, rule: str = "", details: list[str] | None = None, **more: str) -> dict[str, Any]:
    return {"stage": stage, "outcome": outcome, "rule": rule, "details": details or [], **more}


def _state(entry: Entry, out: str | None, planned: list[Planned], escrow: Escrow | None) -> str:
    if escrow is not None:
        return "escrowed"
    if any(row.hold for row in planned):
        return "held"
    if planned:
        return "pending"
    if not entry.live:
        return "deleted"
    if out is not None:
        return "out of scope"
    return "in step" if entry.target else "not matched yet"
