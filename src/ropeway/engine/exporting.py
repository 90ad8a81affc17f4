"""Stage 7: changes in order, in batches, the outcome of each recorded. Sending one twice is the same as once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Future
from functools import partial
from itertools import groupby

import msgspec

from ropeway.engine.beside import Beside
from ropeway.engine.decisions import decision, staying
from ropeway.engine.planning import REPLACED, carries_links, exported_after, joined_only
from ropeway.engine.ports import Prepares
from ropeway.engine.records import Confirmed, Entry, Escrow, Imported, PendingLink, Planned, Sendable
from ropeway.engine.redaction import hidden, redacted, without_secret
from ropeway.engine.references import links_change
from ropeway.engine.work import Work, failed_again
from ropeway.model.anchors import Anchor, TargetId
from ropeway.model.changes import BEFORE, FLOWS, LINK, Change, Kind, Outcome, Then
from ropeway.model.problems import RopewayError
from ropeway.model.values import pack, unpack
from ropeway.rules import TypeRule

REFERENCES = "references"
"""The stage at which objects are set aside that are in step but for some of their links."""

ARRIVALS = frozenset({Kind.CREATE, Kind.ADOPT, Kind.RESTORE})

ARRIVING, LINKS_PHASE = (2, 3), 4
LINKS = 900
"""Links sent together: about 30 ms in each transaction."""

AT_ONCE = 500
"""Rows sent together: as many objects as the directory takes in one transaction."""

BEGIN = (0, "", "")
"""Before every link."""

LOST = "contribution-missing"
"""The target says that it has nothing of this object from this job: it is matched anew."""

CARRIED = 100
"""Links for each of a batch of new objects, at most: they have a manager or an owner, not members."""


class Exporting:
    """Sends what is planned and not kept back."""

    def __init__(self, work: Work, total: int | None = None) -> None:
        self._work = work
        self._total = total
        self._secret = work.rules.redacted
        self.exported: Counter[str] = Counter()
        self.failed = 0
        self.waiting = 0

    def run(self, *, only_sent: bool = False) -> None:
        """Everything that can be sent, in the order of its phases; or only what was sent and never answered."""
        with Beside() as beside:
            for phase in range(LINKS_PHASE + 1):
                self._run_phase(phase, beside, only_sent=only_sent)
                beside.wait()

    def _run_phase(self, phase: int, beside: Beside, *, only_sent: bool) -> None:
        """One phase, batch by batch.

        Of new objects a batch is read while the one before is written, and prepared while that is confirmed. That is
        safe where each entry has one row: nothing of a batch depends on what the one before came to.
        """
        state, after = self._work.state, 0
        written: Future[Sequence[Outcome]] | None = None
        while rows := state.sendable(phase, after, AT_ONCE, sent=only_sent):
            after, seqs = rows[-1].planned.seq, [row.planned.seq for row in rows]
            with self._work.span("export batch", phase=phase, rows=len(rows)):
                if phase == LINKS_PHASE:
                    state.mark_sent(seqs)
                    self._send_links(rows)
                    continue
                changes = self._changes(rows)
                if written is not None:
                    written.result()
                beside.do(partial(state.mark_sent, seqs))
                write = self._prepared(changes)
                beside.wait()
                written = beside.do(write)
                beside.do(partial(self._answered, rows, changes, written))
                if phase not in ARRIVING or len(rows) < AT_ONCE:
                    beside.wait()
            self._work.say("export", self.exported.total(), self._total)

    def only(self, row: Sendable) -> None:
        """One row, with all its links where it is one of links."""
        self._work.state.mark_sent([row.planned.seq])
        if row.planned.kind is Kind.LINKS:
            self._send_links([row])
        else:
            changes = self._changes([row])
            self._confirm([row], changes, self._prepared(changes)())

    def only_links(self, row: Sendable, others: Collection[Anchor]) -> int:
        """Of an owner's open link changes those with these other ends, one by one; answers how many are left."""
        after, left = BEGIN, 0
        while links := self._work.state.pending_links([row.entry.number], after, LINKS):
            for link in links:
                place = (link.owner, link.attribute, link.other)
                if link.other in others and row.entry.target is not None:
                    done = self._send_stretch({link.owner: row}, [link])
                    self._work.state.confirm_links(self._work.cycle(), done, after, link)
                    left += any(x.status != "success" for x in done)
                else:
                    left += 1
                after = place
        if not left:
            self._work.state.finish_links([row.planned.seq], [])
        return left

    def _changes(self, rows: Sequence[Sendable]) -> list[Change]:
        links = self._carried_links(rows)
        return [self._change(row, links.get(row.entry.number)) for row in rows]

    def _prepared(self, changes: Sequence[Change]) -> Callable[[], Sequence[Outcome]]:
        target = self._work.target
        return target.prepare(changes) if isinstance(target, Prepares) else partial(target.write, changes)

    def _answered(
        self, rows: Sequence[Sendable], changes: Sequence[Change], written: Future[Sequence[Outcome]]
    ) -> None:
        self._confirm(rows, changes, written.result())

    def _confirm(self, rows: Sequence[Sendable], changes: Sequence[Change], outcomes: Sequence[Outcome]) -> None:
        done = self._judged(rows, outcomes)
        for x, change in zip(done, changes, strict=True):
            x.carried = change.added
        escrows = self._set_aside([x for x in done if x.status == "failure"])
        self._work.state.confirm(self._work.cycle(), done, escrows)
        self._decide_anew(done)
        self._stop_if_told(outcomes)

    def _decide_anew(self, done: Iterable[Confirmed]) -> None:
        """Whoever gave up a target object only to have another one, or lost it, is decided by the next cycle."""
        lost: dict[Anchor, int] = {}
        due: dict[Anchor, int] = {}
        for x in done:
            if x.problem is not None and x.problem.code == LOST:
                lost[x.entry.anchor] = x.entry.number
            elif x.entry.reason in REPLACED and x.entry.target is None:
                due[x.entry.anchor] = 1
        if lost:
            self._work.state.forget_targets_of(list(lost.values()))
        if due or lost:
            due |= dict.fromkeys(lost, 1)
            self._work.state.store(Imported(generation=self._work.state.record().generation, due=due))

    def _carried_links(self, rows: Sequence[Sendable]) -> dict[int, list[PendingLink]]:
        """The links of new objects that have so few that they are created with them."""
        new = [row.entry.number for row in rows if carries_links(row.planned)]
        if not new:
            return {}
        links = self._work.state.pending_links(new, BEGIN, CARRIED * AT_ONCE)
        return {owner: list(part) for owner, part in groupby(links, lambda link: link.owner)}

    def _change(self, row: Sendable, links: Sequence[PendingLink] | None) -> Change:
        change = change_of(row)
        if not links:
            return change
        with_links = links_change(row.entry, self._work.rules.rule_for(row.entry.type), links)
        return msgspec.structs.replace(change, added=with_links.added)

    def _set_aside(self, failed: Sequence[Confirmed], stage: str = "export") -> list[Escrow]:
        if not failed:
            return []
        now = self._work.clock()
        before = self._work.state.escrowed([x.entry.anchor for x in failed])
        return [
            Escrow(x.entry.anchor, stage, x.problem, *failed_again(before.get(x.entry.anchor), now), now)
            for x in failed
            if x.problem is not None
        ]

    def _judged(self, rows: Sequence[Sendable], outcomes: Sequence[Outcome]) -> list[Confirmed]:
        """The answers to a batch; several rows of one object build upon each other."""
        latest: dict[int, Entry] = {}
        done: list[Confirmed] = []
        for row, outcome in zip(rows, outcomes, strict=True):
            entry = latest.get(row.entry.number, row.entry)
            done.append(self._judge(Sendable(row.planned, entry), outcome))
            latest[entry.number] = done[-1].entry
        return done

    def _judge(self, row: Sendable, outcome: Outcome) -> Confirmed:
        """What an answer means for a row and its entry."""
        planned, entry = row.planned, row.entry
        shown, problem = self._shown(planned, entry), without_secret(outcome.problem, self._secret)
        match outcome.then:
            case Then.DONE:
                self.exported[planned.kind.value] += 1
                now = confirmed_entry(entry, planned, outcome.target)
                return Confirmed(planned, now, "warning" if problem else "success", shown, problem=problem)
            case Then.SET_ASIDE:
                self.failed += 1
                return Confirmed(planned, entry, "failure", shown, problem=problem)
            case Then.WAIT | Then.STOP:
                self.waiting += 1
                return Confirmed(planned, entry, "waiting", shown, problem=problem, keep=True)

    def _shown(self, planned: Planned, entry: Entry) -> bytes:
        """The attributes of a change for its line of the log, with what they were before where the object was there."""
        shown = redacted(planned.attributes, self._secret)
        if entry.exported is None or planned.kind in ARRIVALS:
            return shown
        attributes, was = unpack(shown), unpack(entry.exported)
        before = {name: was[name] for name in attributes if name in was and not name.startswith("@")}
        return pack({**attributes, BEFORE: hidden(before, self._secret)}) if before else shown

    def _stop_if_told(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            if outcome.then is Then.STOP and outcome.problem is not None:
                raise RopewayError(outcome.problem)

    def _send_links(self, rows: Sequence[Sendable]) -> None:
        """The links of these owners, a stretch at a time in the order of owner, attribute, other end."""
        ready = {row.entry.number: row for row in rows if row.entry.target is not None}
        failed: dict[int, Confirmed] = {}
        after = BEGIN
        while owners := [number for number in ready if number not in failed]:
            links = self._work.state.pending_links(owners, after, LINKS)
            if not links:
                break
            done = self._send_stretch(ready, links)
            self._work.state.confirm_links(self._work.cycle(), done, after, links[-1])
            failed.update({x.entry.number: x for x in done if x.status == "failure"})
            after = (links[-1].owner, links[-1].attribute, links[-1].other)
            self._work.say("export", self.exported.total(), self._total)
        self._work.state.finish_links(
            [row.planned.seq for row in rows], self._set_aside(list(failed.values()), REFERENCES)
        )
        self._decide_anew(failed.values())

    def _send_stretch(self, ready: dict[int, Sendable], links: Sequence[PendingLink]) -> list[Confirmed]:
        owners = [(ready[number], list(part)) for number, part in groupby(links, lambda link: link.owner)]
        changes = [links_change(row.entry, self._work.rules.rule_for(row.entry.type), part) for row, part in owners]
        outcomes = self._work.target.write(changes)
        self._stop_if_told(outcomes)
        done: list[Confirmed] = []
        for (row, part), change, outcome in zip(owners, changes, outcomes, strict=True):
            x = self._judge(row, outcome)
            x.planned = _by_rules_of(x.planned, self._work.rules.rule_for(row.entry.type), change)
            x.modified = pack({**{f"+{k}": v for k, v in change.added.items()},
                               **{f"-{k}": v for k, v in change.removed.items()}})  # fmt: skip
            x.lost = sum(not link.present for link in part)
            x.approved = sum(not link.present and link.approved for link in part)
            done.append(x)
        return done


def _by_rules_of(planned: Planned, rule: TypeRule | None, change: Change) -> Planned:
    """A row of links, by the rules that map the attributes which it turned out to be about."""
    linking = rule.linking({*change.added, *change.removed}) if rule is not None else ()
    counted = decision(planned.decision).why
    names = [name for name in linking if name in counted]
    return msgspec.structs.replace(planned, decision=staying(" + ".join(names))) if names else planned


def change_of(row: Sendable) -> Change:
    """A planned row as a target is told."""
    planned, entry = row.planned, row.entry
    target = entry.target
    if planned.kind in (Kind.ADOPT, Kind.RESTORE):
        target = TargetId(decision(planned.decision).target)
    attributes = unpack(planned.attributes)
    return Change(
        kind=planned.kind,
        type=planned.type,
        anchor=entry.anchor,
        source_anchor=entry.source_anchor,
        target=target,
        flows=(attributes.pop(FLOWS) or {}) if FLOWS in attributes else None,
        link=(attributes.pop(LINK) or "") if LINK in attributes else None,
        attributes=attributes,
    )


def confirmed_entry(entry: Entry, planned: Planned, target: TargetId | None) -> Entry:
    """An entry after its change was confirmed."""
    gone = planned.kind is Kind.DELETE
    return msgspec.structs.replace(
        entry,
        target=None if gone else (target or entry.target),
        exported=exported_after(entry, planned),
        in_scope=entry.in_scope if gone else (True if entry.live else entry.in_scope),
        target_type=None if gone and entry.target is not None and joined_only(entry) else planned.type,
    )
