"""What other rules would make of the objects that are stored: both decide about each, and the answers are compared."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from ropeway.control.protocol import OnProgress, Progress
from ropeway.control.schema_views import EffectView, Example
from ropeway.control.trial_links import EXAMPLES, LinkTrial
from ropeway.directory.validation import Invalid, normalised
from ropeway.engine.mapping import Setting, source_attributes
from ropeway.engine.planning import ONLY_JOINED, replaced
from ropeway.engine.records import Entry
from ropeway.engine.redaction import covered, without_secret
from ropeway.engine.scoping import Place, Places, Scoping
from ropeway.engine.work import BATCH, filetime
from ropeway.model.anchors import Anchor
from ropeway.model.changes import FLOWS, LINK, Desired, Mode
from ropeway.model.job import Departure, JobSettings
from ropeway.model.problems import Problem, RopewayError, describe
from ropeway.model.values import Attributes, unpack
from ropeway.rules import MappingFailed, Rules, TypeRule, compile_rules, layers
from ropeway.rules.definitions import CATEGORY, FOREST
from ropeway.rules.schema import Schema
from ropeway.store import surveying
from ropeway.store.database import Database
from ropeway.store.rows import Key
from ropeway.store.state import SqlState

DEPARTED: dict[Departure, Any] = {Departure.DELETE: "deleted", Departure.DISABLE: "disabled", Departure.KEEP: "kept"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What rules say about one object: in scope with these values, out of scope, or a failure."""

    desired: Desired | None = None
    target_type: str = ""
    reason: str = ""
    problem: Problem | None = None
    create_only: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    """Every attribute that is mapped; those without a word in `desired` keep what the directory has."""
    creates: bool = True
    withheld: str | None = None
    """References that the rules leave out; None out of scope."""
    deletes: bool = True
    """Whether a target object goes when its source object leaves."""

    def keeps(self, name: str) -> bool:
        """Whether an object that is there keeps what it has of an attribute."""
        return name in self.create_only or (name in self.targets and name not in (self.desired or {}))


@dataclass(slots=True)
class Effects:
    """Counts and first examples, by what, type and attribute."""

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str, str], list[Example]] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)
    evaluated: int = 0
    links: tuple[EffectView, ...] = ()

    def note(self, what: str, type_: str, attribute: str, example: Example) -> None:
        """One object more."""
        key = (what, type_, attribute)
        self.counts[key] += 1
        kept = self.examples.setdefault(key, [])
        if len(kept) < EXAMPLES:
            kept.append(example)

    def views(self) -> tuple[EffectView, ...]:
        """Objects first, then attributes, then links, the most frequent first."""
        order = sorted(self.counts.items(), key=lambda item: (bool(item[0][2]), -item[1], item[0]))
        found = tuple(
            EffectView(what=_any(what), type=type_, attribute=attribute, count=count,
                       examples=tuple(self.examples[what, type_, attribute]))
            for (what, type_, attribute), count in order
        )  # fmt: skip
        return found + self.links


def _any(value: Any) -> Any:
    return value


class Trial:
    """One comparison of two sets of rules on the stored objects of a job."""

    def __init__(
        self, database: Database, key: Key, present: JobSettings, settings: JobSettings, connector: str
    ) -> None:
        self._db, self._key, self._settings = database, key, settings
        wanted_schema = layers.job_schema(settings)
        present_schema, self.broken = _working(present, wanted_schema)
        schemas = present_schema, wanted_schema
        before, after = (compile_rules(schema) for schema in schemas)
        self._types = {*before.by_type, *after.by_type} - layers.same_types(*schemas)
        state = SqlState(database, key["tenant"], key["job"])
        self._looks = [
            (rules, Places(state, settings.scope, rules), Scoping(state, settings.scope, rules))
            for rules in (before, after)
        ]
        self._links = LinkTrial(database, key, before, after)
        self._secret = before.redacted | after.redacted
        self._setting = Setting(filetime(time.time()), connector)
        self.effects = Effects()
        known, wanted = layers.wanted(present, before).types, layers.wanted(settings, after).types
        self.unread = {t: set(names) - set(known.get(t, ())) for t, names in wanted.items()}
        self._guessed = {t: _guessed(after.rule_for(t), missing) for t, missing in self.unread.items() if missing}

    def run(self, progress: OnProgress | None) -> Effects:
        """Go through all stored objects of types whose rules are different."""
        with self._db.read() as c:
            total = surveying.number_of(c, self._key, self._types)
        last = 0
        while entries := self._next(last):
            self._compare(entries)
            last = entries[-1].number
            self.effects.evaluated += len(entries)
            if progress is not None:
                progress(Progress("evaluate", self.effects.evaluated, total))
        self.effects.links = tuple(
            EffectView(what=_any(what), type=type_, attribute=attribute, count=count, examples=examples)
            for (what, type_, attribute), count, examples in self._links.run()
        )
        return self.effects

    def _next(self, last: int) -> list[Entry]:
        with self._db.read() as c:
            return surveying.entries_after(c, self._key, last, BATCH, self._types)

    def _compare(self, entries: Sequence[Entry]) -> None:
        anchors = [entry.anchor for entry in entries]
        looks = [(rules, places, scoping, scoping.members(anchors)) for rules, places, scoping in self._looks]
        for entry in entries:
            dn, answers = entry.dn, list[Answer]()
            for rules, places, scoping, members in looks:
                place = places.of(entry)
                dn = place.dn
                attributes = source_attributes(entry, dn, self._setting)
                answers.append(_answer(rules, scoping, entry, place, members, attributes))
            self._note(entry, dn, *answers)
            self._note_references(entry, *answers)

    def _note(self, entry: Entry, dn: str, before: Answer, after: Answer) -> None:
        effects, type_ = self.effects, after.target_type or before.target_type or entry.target_type or entry.type
        kept = before.desired is None and before.problem is None and not before.deletes and entry.target is not None
        if after.problem is not None:
            if before.problem is None:
                effects.note("set aside", type_, "", Example(object=dn, reason=describe(after.problem)))
        elif after.desired is None and (before.desired is not None or (kept and after.deletes)):
            what = self._departure(entry) if after.deletes or entry.target is None else "kept"
            if what in ("deleted", "not created") and entry.in_scope:
                self._links.changing.add(entry.number)
            effects.note(what, before.target_type or type_, "", Example(object=dn, reason=after.reason))
        elif after.desired is not None and kept and entry.exported:
            self._values(entry, dn, unpack(entry.exported), after)
        elif after.desired is not None and before.desired is None:
            what = "mapped again" if before.problem is not None else "created" if after.creates else "joined"
            effects.note(what, after.target_type, "", Example(object=dn, after=_name(after.desired, self._secret)))
            if what == "created" and not entry.in_scope:
                self._links.changing.add(entry.number)
        elif before.desired is not None and after.desired is not None:
            if before.target_type != after.target_type:
                effects.note("retyped", after.target_type, "", Example(object=dn, before=before.target_type))
            else:
                self._values(entry, dn, before.desired, after)

    def _note_references(self, entry: Entry, before: Answer, after: Answer) -> None:
        """Of whoever is in scope only by one of them, that one counts for both: all the links come or go."""
        known = [answer.withheld for answer in (before, after) if answer.withheld is not None]
        if known:
            self._links.withholds(entry.number, known[0], known[-1])

    def _departure(self, entry: Entry) -> str:
        if entry.target is None:
            return "not created"
        return DEPARTED[self._settings.departure.get(entry.target_type or "", Departure.DELETE)]

    def _values(self, entry: Entry, dn: str, old: Desired, after: Answer) -> None:
        new, type_ = after.desired or {}, after.target_type
        guessed = self._guessed.get(entry.type, frozenset())
        self.effects.unknown.update(f"{entry.type}: {name}" for name in guessed)
        if old == new:
            return
        changed = [
            name
            for name in dict.fromkeys((*old, *new))
            if old.get(name) != new.get(name)
            and name not in (FLOWS, LINK, *guessed)
            and not (entry.target is not None and after.keeps(name))
        ]
        refusal = _refusal(
            type_, {name: new[name] for name in changed if new.get(name) is not None}, new.get(FLOWS, {})
        )
        if refusal is not None:
            reason = describe(without_secret(refusal, self._secret))
            self.effects.note("set aside", type_, "", Example(object=dn, reason=reason))
            return
        for name in changed:
            self._value(dn, type_, name, old.get(name), new.get(name))
        if not changed and (old.get(FLOWS), old.get(LINK)) != (new.get(FLOWS), new.get(LINK)):
            self.effects.note("flow", type_, "", Example(object=dn))

    def _value(self, dn: str, type_: str, name: str, was: Any, becomes: Any) -> None:
        shown = covered if name in self._secret else _readable
        example = Example(object=dn, before=shown(was), after=shown(becomes))
        self.effects.note("value" if becomes is not None else "emptied", type_, name, example)
        if name == "accountEnabled" and was is not False and becomes is False:
            self.effects.note("disabled", type_, "", Example(object=dn, reason="accountEnabled becomes false"))


def _working(present: JobSettings, otherwise: Schema) -> tuple[Schema, Problem | None]:
    """The schema in force; or, where it no longer works, another one and the reason."""
    try:
        return layers.job_schema(present), None
    except RopewayError as error:
        return otherwise, error.problem


def _answer(
    rules: Rules, scoping: Scoping, entry: Entry, place: Place, members: set[Anchor], attributes: Attributes
) -> Answer:
    """What rules say of one entry."""
    rule = rules.rule_for(entry.type)
    if rule is None:
        return Answer(reason="no rule")
    try:
        reason = scoping.out_because(entry, place, members, rule, attributes)
        if reason is not None:
            return Answer(reason=reason, deletes=rule.deletes)
        applied = rule.applied(attributes)
        if replaced(entry, applied) == ONLY_JOINED:
            return Answer(reason=ONLY_JOINED, deletes=rule.deletes)
        return Answer(
            applied.map(attributes),
            applied.target_type,
            create_only=applied.create_only,
            targets=applied.targets,
            creates=applied.creates,
            deletes=applied.deletes,
            withheld=applied.withheld,
        )
    except MappingFailed as failure:
        return Answer(problem=failure.problem)


def _refusal(type_: str, values: Desired, flows: Mapping[str, str]) -> Problem | None:
    """Why the directory would not take these values; one that is chosen of several is not known yet."""
    try:
        normalised(type_, {name: value for name, value in values.items() if flows.get(name) != Mode.UNIQUE})
    except Invalid as invalid:
        return invalid.problem("")
    return None


def _guessed(rule: TypeRule | None, missing: set[str]) -> frozenset[str]:
    """Target attributes whose flows read what the job has not read yet; `scope` where the decision itself does."""
    if rule is None:
        return frozenset()
    unknown = missing | FOREST if CATEGORY in missing else missing
    names = {flow.target.name for flow in rule.flows if flow.reads & unknown}
    names |= {target for source, target in rule.references.items() if source in missing}
    return frozenset(names | ({"scope"} if rule.scope_reads & unknown else set()))


def _name(desired: Desired, secret: Set[str]) -> Any:
    name = next((name for name in ("userPrincipalName", "mail", "displayName") if desired.get(name)), "")
    return covered(desired.get(name)) if name in secret else desired.get(name)


def _readable(value: Any) -> Any:
    """A value that JSON can hold."""
    if isinstance(value, list):
        return [_readable(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
    return f"({len(value)} bytes)" if isinstance(value, bytes) else value
