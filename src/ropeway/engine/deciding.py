"""Stages 2 to 6: the work list consumed batch by batch, each object by its present state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ropeway.engine import planning, withholding
from ropeway.engine.mapping import Setting, source_attributes
from ropeway.engine.ownership import recall_links
from ropeway.engine.records import CONTAINERS, Decided, Due, Entry, Escrow, Later
from ropeway.engine.scoping import Place, Places, Scoping
from ropeway.engine.work import BATCH, Work, failed_again, filetime, from_filetime, next_attempt
from ropeway.model.anchors import Anchor
from ropeway.model.changes import Desired, MatchKey, MatchResult
from ropeway.model.job import Departure
from ropeway.model.problems import Problem
from ropeway.model.values import Attributes
from ropeway.rules import MappingFailed, ObjectRule, TypeRule
from ropeway.rules.schema import LinkType

_Staying = tuple[Entry, Place, ObjectRule, Desired, Attributes]
"""An object in scope: where it is, the rule that counts, what that makes of its source attributes."""


class Deciding:
    """One pass over the work list."""

    def __init__(self, work: Work, *, everything: bool) -> None:
        self._work = work
        self._everything = everything
        self._now = work.clock()
        self._setting = Setting(filetime(self._now), work.connector)
        self._places = Places(work.state, work.settings.scope, work.rules)
        self._scoping = Scoping(work.state, work.settings.scope, work.rules)
        self.decided = 0
        self.failed = 0

    def run(self) -> None:
        """Decide everything that is due now."""
        while self.some():
            self._work.say("decide", self.decided, None)

    def some(self) -> bool:
        """Decide the next batch of what is due; False where nothing is."""
        lines = self._work.state.due(self._now, BATCH)
        if lines:
            self._decide(lines)
            self.decided += len(lines)
        return bool(lines)

    def only(self, line: Due) -> None:
        """Decide one object, whether it is due or not."""
        self._decide([line])
        self.decided += 1

    def _decide(self, lines: Sequence[Due]) -> None:
        entries = [line.entry for line in lines]
        if any(entry.type in CONTAINERS for entry in entries):
            self._places.forget()
        self._batch = Decided(done=list(lines))
        self._failures: list[tuple[Entry, str, Problem]] = []
        self._silent: dict[str, list[int]] = {}
        members = self._scoping.members([entry.anchor for entry in entries])
        staying: list[_Staying] = []
        for entry in entries:
            place = self._places.of(entry)
            rule = self._work.rules.rule_for(entry.type)
            if entry.type in CONTAINERS:
                self._container(entry, place)
                continue
            if not self._everything and self._scoping.opens_or_closes(entry, members):
                self._work.state.members_due([entry.anchor])
            if rule is None:
                self._leave(entry, place, "no rule" if entry.live else "deleted")
            elif (mapped := self._scope_and_map(entry, place, rule, members)) is not None:
                staying.append((entry, place, *mapped))
        self._plan(self._without_crowded(staying))
        self._set_aside()
        self._work.state.decide(self._batch)
        for withheld, owners in self._silent.items():
            self._work.state.links_in_step(owners, withheld.split())

    def _container(self, entry: Entry, place: Place) -> None:
        """A container that came, moved or was renamed (undecided since), or is covered otherwise: all below it too."""
        same = entry.dn == place.dn and entry.in_scope == place.covered
        if not same and not self._everything:
            self._work.state.children_due(entry.anchor)
        self._note(entry, place, place.covered, None, None)

    def _note(
        self,
        entry: Entry,
        place: Place,
        in_scope: bool,
        reason: str | None,
        target_type: str | None,
        withheld: str = "",
    ) -> None:
        """Store what was decided, where it is news."""
        now = (place.dn, in_scope, reason, target_type, withheld)
        if (entry.dn, entry.in_scope, entry.reason, entry.target_type, entry.withheld) != now:
            entry.dn, entry.in_scope, entry.reason, entry.target_type, entry.withheld = now
            self._batch.entries.append(entry)

    def _scope_and_map(
        self, entry: Entry, place: Place, rule: TypeRule, members: set[Anchor]
    ) -> tuple[ObjectRule, Desired, Attributes] | None:
        """Of an object that stays: the rule that counts, and what it makes of which attributes. Others are planned."""
        attributes = source_attributes(entry, place.dn, self._setting)
        try:
            applied: ObjectRule | str = "deleted"
            if entry.live:
                applied = self._scoping.rule_or_reason(entry, place, members, rule, attributes)
            if not isinstance(applied, str):
                applied = planning.replaced(entry, applied) or applied
            if isinstance(applied, str):
                self._leave(entry, place, applied, deletes=rule.deletes)
                return None
            desired = applied.map(attributes)
        except MappingFailed as failure:
            self._failures.append((entry, "map", failure.problem))
            return None
        when = self._work.rules.next_decision_time(attributes)
        if when is not None:
            self._batch.later.append(Later(entry.anchor, from_filetime(when)))
        return applied, desired, attributes

    def _without_crowded(self, staying: Sequence[_Staying]) -> Sequence[_Staying]:
        """All but groups of more members than a cloud takes; a delta asks of those alone that are new, or change."""
        found = [e for e, _, rule, _, _ in staying if rule.target_type == "group" and "member" in rule.references]
        groups = [e.number for e in found]
        if self._work.kind != "initial" and groups:
            changed = self._work.state.open_references([e.number for e in found if e.exported])
            groups = [e.number for e in found if not e.exported or (e.number, "member") in changed]
        crowded = self._work.state.crowded(groups, "member", self._work.most_members) if groups else set[int]()
        for entry, place, _, _, _ in staying if crowded else ():
            if entry.number in crowded:
                details = {"most": f"{self._work.most_members:,}"}
                self._failures.append((entry, "map", Problem("group-too-large", place.dn, "member", details=details)))
        return [one for one in staying if one[0].number not in crowded] if crowded else staying

    def _leave(self, entry: Entry, place: Place, reason: str, *, deletes: bool = True) -> None:
        if entry.target is not None and deletes:
            policy = self._work.settings.departure.get(entry.target_type or "", Departure.DELETE)
            self._batch.planned += planning.departure(entry, policy, reason)
        self._batch.settled.append(entry.anchor)
        self._note(entry, place, False, reason, entry.target_type, entry.withheld)

    def _plan(self, staying: Sequence[_Staying]) -> None:
        new = [(e, rule, desired) for e, _, rule, desired, _ in staying if e.exported is None]
        matches = dict(zip([e.anchor for e, _, _ in new], match(self._work, new), strict=True))
        staying = self._matched(staying, matches)
        self._bring_links_in_step(staying, matches)
        told, self._silent = withholding.pending(self._work, [(e, rule) for e, _, rule, _, _ in staying])
        silent = {number for owners in self._silent.values() for number in owners}
        for entry, place, rule, desired, attributes in staying:
            found = matches.get(entry.anchor)
            arrives = None if found is None else planning.arrival(entry, rule, desired, attributes, found)
            if arrives is not None:
                self._batch.planned.append(arrives)
            elif found is None:
                self._batch.planned += planning.update(entry, rule, desired, attributes)
            elif rule.matching:
                self._batch.later.append(Later(entry.anchor, self._now + planning.LOOK_AGAIN))
            if entry.number in told and planning.sends_links(rule, arrives, arrived=found is None):
                self._batch.planned.append(planning.links(entry, rule))
            known = found is None or entry.in_scope is not None or entry.withheld
            if known or entry.dn != place.dn or entry.number in silent:
                self._note(entry, place, True, None, rule.target_type, rule.withheld)
            self._batch.settled.append(entry.anchor)

    def _matched(self, staying: Sequence[_Staying], matches: Mapping[Anchor, MatchResult]) -> Sequence[_Staying]:
        """All but those of whom nobody can say which target object they are."""
        found = ((entry, matches.get(entry.anchor)) for entry, _, _, _, _ in staying)
        failed = {entry.anchor: match.problem for entry, match in found if match and match.problem}
        self._failures += [(one[0], "match", failed[one[0].anchor]) for one in staying if one[0].anchor in failed]
        return [one for one in staying if one[0].anchor not in failed] if failed else staying

    def _bring_links_in_step(self, staying: Sequence[_Staying], matches: Mapping[Anchor, MatchResult]) -> None:
        """Whoever comes back has the links of before only where the target kept this very contribution."""
        known = {anchor for anchor, match in matches.items() if match.by == planning.CONTRIBUTION}
        back = [(e, rule) for e, _, rule, _, _ in staying if e.anchor in known]
        withholding.turn(self._work, [(e, r, e.withheld) for e, _, r, _, _ in staying if e.exported is not None])
        if back:
            withholding.turn(self._work, [(entry, rule, entry.withheld) for entry, rule in back])
            withholding.not_told(self._work, back)
            recall_links(self._work, [entry for entry, _ in back])
            withholding.turn(self._work, [(entry, rule, "") for entry, rule in back])
        anew = [e for e, _, _, _, _ in staying if e.anchor in matches and e.anchor not in known]
        if numbers := [entry.number for entry in anew if entry.in_scope is not None]:
            self._work.state.forget_exported_links(numbers)

    def _set_aside(self) -> None:
        """Failing is not vanishing: the object keeps its target as it is, and is tried again."""
        if not self._failures:
            return
        before = self._work.state.escrowed([e.anchor for e, _, _ in self._failures])
        for entry, stage, problem in self._failures:
            tried, first = failed_again(before.get(entry.anchor), self._now)
            self._batch.escrows.append(Escrow(entry.anchor, stage, problem, tried, first, self._now))
            again = next_attempt(tried, self._now, first)
            if again is not None:
                self._batch.later.append(Later(entry.anchor, again))
        self.failed += len(self._failures)
        self._work.state.report(
            self._work.cycle(), [(e.anchor, e.dn, e.type, problem, stage) for e, stage, problem in self._failures]
        )


def match(work: Work, new: Sequence[tuple[Entry, ObjectRule, Desired]]) -> Sequence[MatchResult]:
    """Stage 3: which target object each new object is."""
    if not new:
        return []
    return work.target.find([match_key(*one) for one in new])


def match_key(entry: Entry, rule: ObjectRule, desired: Desired) -> MatchKey:
    """What a new object may be recognised by."""
    candidates, joins = rule.match_candidates(desired), rule.link_type is not LinkType.PROVISION
    return MatchKey(entry.anchor, rule.target_type, entry.source_anchor, candidates, joins)
