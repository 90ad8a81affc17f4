"""Why an object is as it is: the stages once more, on its present state, writing nothing."""

from __future__ import annotations

from typing import Any

import msgspec

from ropeway.engine.deciding import match_key
from ropeway.engine.mapping import Setting, source_attributes
from ropeway.engine.ports import Target
from ropeway.engine.records import Entry, Escrow, Planned
from ropeway.engine.redaction import covered, without_secret
from ropeway.engine.scoping import Place, Places, Scoping
from ropeway.engine.state import State
from ropeway.engine.whereabouts import container_told, groups_told
from ropeway.engine.work import filetime
from ropeway.model.job import JobSettings
from ropeway.model.problems import Problem, title_of
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

    def __init__(
        self,
        settings: JobSettings,
        rules: Rules,
        state: State,
        now: float,
        target: Target | None = None,
        connector: str = "",
    ) -> None:
        self._settings = settings
        self._rules = rules
        self._state = state
        self._now = now
        self._target = target
        self._setting = Setting(filetime(now), connector)

    def of(self, entry: Entry) -> Explanation:
        """The story of one entry."""
        told = Explanation()
        place = Places(self._state, self._settings.scope, self._rules).of(entry)
        rule = self._rules.rule_for(entry.type)
        planned = self._state.planned_of(entry.number)
        escrow = self._state.escrowed([entry.anchor]).get(entry.anchor)
        told.steps.append(_step("import", "read" if entry.live else "deleted in the source", type=entry.type))
        attributes = source_attributes(entry, place.dn, self._setting)
        out = self._scope(told, entry, place, rule, attributes)
        if rule is not None and out is None:
            applied = rule.applied(attributes)
            self._match(told, entry, applied, attributes)
            self._map(told, entry, applied, attributes)
        if rule is not None and out is not None and entry.target is not None and not rule.deletes:
            told.steps.append(_step("plan", "kept", rule="the flow types of its rules are without Delete"))
        for row in planned:
            details = [name for name in unpack(row.attributes) if not name.startswith("@")]
            told.steps.append(_step("plan", row.kind.value, details=details) | _waiting(row))
        if escrow is not None:
            problem = without_secret(escrow.problem, self._rules.redacted)
            if problem not in told.problems:
                told.problems.append(problem)
            told.steps.append(_step(escrow.stage, f"set aside: {title_of(problem)}", details=[tried(escrow)]))
        told.state = _state(entry, out, planned, escrow)
        return told

    def _scope(
        self, told: Explanation, entry: Entry, place: Place, rule: TypeRule | None, attributes: Attributes
    ) -> str | None:
        if rule is None:
            told.steps.append(_step("scope", "not mapped", rule=f"no rule for objects of type {entry.type}"))
            return "no rule"
        scoping = Scoping(self._state, self._settings.scope, self._rules)
        scope, name = self._settings.scope, rule.name
        where = [text for told_of in (container_told, groups_told) if (text := told_of(self._state, scope, entry))]
        try:
            out = scoping.out_because(entry, place, scoping.members([entry.anchor]), rule, attributes)
            if out is None:
                name = rule.applied(attributes).name
                where += [text for text in (rule.in_scope(attributes).clause,) if text]
        except MappingFailed as failure:
            told.problems.append(failure.problem)
            told.steps.append(_step("scope", "failed", rule=_failure(failure.problem), details=where))
            return "failed"
        if not entry.live:
            out = "deleted"
        told.steps.append(_step("scope", "out of scope" if out else "in scope", rule=out or name, details=where))
        return out

    def _match(self, told: Explanation, entry: Entry, rule: ObjectRule, attributes: Attributes) -> None:
        anchor = f"source anchor {entry.source_anchor}"
        if entry.target is not None:
            told.steps.append(_step("match", f"linked to {entry.target}", rule=anchor))
            return
        try:
            found = self._target.find([match_key(entry, rule, rule.map(attributes))])[0] if self._target else None
        except MappingFailed:
            found = None
        if found is None:
            told.steps.append(_step("match", "no target yet", details=[anchor]))
        elif found.problem is not None:
            told.problems.append(found.problem)
            told.steps.append(_step("match", "refused", rule=found.problem.code, details=[anchor]))
        elif found.target is not None:
            does = "brings back" if found.binned else "takes over"
            told.steps.append(_step("match", f"{does} {found.target}", rule=found.by, details=[anchor]))
        else:
            outcome = "nothing; it is created" if rule.creates else "nothing, and its rules do not create"
            told.steps.append(_step("match", outcome, details=[anchor]))

    def _map(self, told: Explanation, entry: Entry, rule: ObjectRule, attributes: Attributes) -> None:
        exported = unpack(entry.exported) if entry.exported else {}
        for line in rule.explain(attributes):
            if line["problem"] is not None and line["problem"] not in told.problems:
                told.problems.append(line["problem"])
            whole = {**line, "rule": line["mapped_by"] or rule.name, "exported": exported.get(line["target"])}
            told.attributes.append(_covered(whole) if line["target"] in self._rules.redacted else whole)
        failures = [line["problem"] for line in told.attributes if line["problem"] is not None]
        details = [_failure(problem) for problem in failures]
        told.steps.append(
            _step(
                "map", "failed" if failures else f"{len(told.attributes)} attributes", rule=rule.name, details=details
            )
        )


def tried(aside: Escrow) -> str:
    """How often an object was tried: `tried once`, `tried 3 times`."""
    return "tried once" if aside.attempts == 1 else f"tried {aside.attempts:,} times"


def _covered(line: dict[str, Any]) -> dict[str, Any]:
    """A line of an attribute that nobody may see: every value hidden, sources included."""
    hidden_values = {name: covered(line[name]) for name in ("value", "exported") if name in line}
    sources = {name: covered(value) for name, value in line["sources"].items()}
    offers = [_covered(offer) for offer in line.get("offers", ())]
    return {**line, **hidden_values, "sources": sources, "offers": offers}


def _failure(problem: Problem) -> str:
    """Where a rule failed on an object: attribute, function, argument and value."""
    said = problem.details
    attribute = f"{problem.attribute}: " if problem.attribute else ""
    if problem.code == "rule-error":
        return f"{attribute}the rule says “{said.get('reason', '?')}”"
    return (
        f"{attribute}{said.get('function', '?')}, argument {said.get('argument', '?')}, "
        f"value “{problem.value}”: {said.get('reason', '?')}"
    )


def _step(stage: str, outcome: str, *, rule: str = "", details: list[str] | None = None, **more: str) -> dict[str, Any]:
    return {"stage": stage, "outcome": outcome, "rule": rule, "details": details or [], **more}


def _waiting(row: Planned) -> dict[str, Any]:
    """What a planned change waits for."""
    if row.hold is not None:
        return {"rule": f"hold {row.hold}, which waits for approval", "hold": row.hold}
    return {"rule": "sent, and not answered yet"} if row.state == "sent" else {}


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
