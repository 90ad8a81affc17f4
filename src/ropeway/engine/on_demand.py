"""One object brought into step now, through the same stages: Graph's provisionOnDemand."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

import msgspec

from ropeway.engine import importing
from ropeway.engine.deciding import Deciding
from ropeway.engine.exporting import Exporting
from ropeway.engine.guards import Guards
from ropeway.engine.importing import Read
from ropeway.engine.intake import Intake, ask
from ropeway.engine.ports import Remembers
from ropeway.engine.records import Entry, Outcome, Planned
from ropeway.engine.remapping import remapped
from ropeway.engine.scoping import missing_bases
from ropeway.engine.work import Work
from ropeway.model.anchors import Anchor
from ropeway.model.changes import Kind
from ropeway.model.problems import Problem, RopewayError

MOST_MEMBERS = 5
"""Of a group in one request (cloud-sync/how-to-on-demand-provision)."""


class Why(StrEnum):
    """Why nothing was written, by Graph's SkipReason where there is one."""

    IN_STEP = "RedundantExport"
    OUT_OF_SCOPE = "NotEffectivelyEntitled"
    HELD = "StagedDelete"
    STAGING = "StagingMode"
    SET_ASIDE = "SetAside"
    WAITING = "Waiting"


class Provisioned(msgspec.Struct):
    """What became of the object; what was written is in the log, under the cycle's number."""

    before: Entry | None
    entry: Entry
    planned: list[Planned]
    """What was to be written."""
    cycle: int = 0
    """0: nothing was to be written or to be said."""
    why: Why | None = None
    waiting: int = 0
    """Links of it that the next cycle writes."""


def provision(work: Work, anchor: Anchor, members: Collection[Anchor] = ()) -> Provisioned:
    """Read one object, decide and export it alone; of a group only these members.

    Scope and guards count as in every cycle. RopewayError `object-unknown` where neither source nor state has it.
    """
    watermark = work.state.record().watermark
    if watermark is None:
        raise RopewayError(Problem("provision-too-early"))
    if isinstance(work.source, Remembers):
        work.source.remember(watermark)
    if doubts := missing_bases(work.state, work.settings.scope, work.rules):
        raise RopewayError(doubts[0])
    before = work.state.known([anchor]).get(anchor)
    if before and any(p.state == "sent" for p in work.state.planned_of(before.number)):
        Exporting(work).run(only_sent=True)
    _import(work, anchor, before)
    line = work.state.line_of(anchor)
    if line is None:
        raise RopewayError(Problem("object-unknown", object=anchor))
    _remap(work, line.entry)
    Deciding(work, everything=False).only(line)
    Guards(work, Read(), rules_changed=False).run()
    planned = work.state.planned_of(line.entry.number)
    done = Provisioned(before, line.entry, planned)
    if not work.settings.staging:
        _export(work, done, members)
    done.entry = work.state.known([anchor])[anchor]
    done.why = _why(work, done)
    done.cycle = work.numbered
    if done.cycle:
        outcome = Outcome(kind="on-demand", result="completed-with-errors" if done.why is Why.SET_ASIDE else "success")
        work.state.end_cycle(done.cycle, msgspec.json.encode(outcome), success=False, problems=None)
    return done


def _import(work: Work, anchor: Anchor, before: Entry | None) -> None:
    generation = work.state.record().generation
    whole = ask(work, anchor)
    if whole is not None:
        intake = Intake(work, generation)
        work.state.store(intake.take_one(whole))
        if intake.failed:
            work.state.report(work.cycle(), intake.failed)
    elif before is not None and before.live:
        importing.bury(work, [anchor], generation)


def _remap(work: Work, entry: Entry) -> None:
    """Where the rules changed since the last cycle: what was told by others is taken back under the names of then."""
    for one in remapped(work.state.record().decided_by, work.rules):
        if one.type == entry.type and one.attribute not in entry.withheld.split():
            work.state.remap_links_of([entry.number], one.attribute, one.former)


def _export(work: Work, done: Provisioned, members: Collection[Anchor]) -> None:
    exporting = Exporting(work)
    tried: set[int] = set()
    while row := next((r for r in work.state.sendable_of(done.entry.number) if r.planned.seq not in tried), None):
        tried.add(row.planned.seq)
        if row.planned.kind is Kind.LINKS and row.planned.type == "group":
            done.waiting = exporting.only_links(row, members)
        else:
            exporting.only(row)


def _why(work: Work, done: Provisioned) -> Why | None:
    if work.state.escrowed([done.entry.anchor]):
        return Why.SET_ASIDE
    left = [p for p in work.state.planned_of(done.entry.number) if p.kind is not Kind.LINKS]
    if left and work.settings.staging:
        return Why.STAGING
    if left:
        return Why.HELD if any(p.hold for p in left) else Why.WAITING
    if work.numbered:
        return None
    is_mapped = work.rules.rule_for(done.entry.type) is not None  # of containers in_scope is about what lies below them
    return Why.IN_STEP if is_mapped and done.entry.in_scope else Why.OUT_OF_SCOPE
