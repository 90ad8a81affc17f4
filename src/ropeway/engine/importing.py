"""Stage 1: pages from the source since the watermark, each stored with the work it makes."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field

import msgspec

from ropeway.engine import ownership
from ropeway.engine.ahead import ahead
from ropeway.engine.doubts import are_over, doubts
from ropeway.engine.early import Early
from ropeway.engine.intake import Intake, ask
from ropeway.engine.ports import Enumerates, FullReadNeeded
from ropeway.engine.records import CONTAINERS, Imported
from ropeway.engine.work import BATCH, Work
from ropeway.model.anchors import Anchor
from ropeway.model.pages import Page, Whole
from ropeway.model.problems import Problem
from ropeway.model.watermark import Watermark

COMPARE_EVERY = 7 * 86400.0
COMPARE_EVERY_WITHOUT_TOMBSTONES = 3600.0
COMPARE_AFTER_DOUBT = 3600.0
"""After a read whose absences prove nothing, because its controller was behind: until it has caught up."""


@dataclass(slots=True)
class Read:
    """What an import brought."""

    items: int = 0
    full: bool = False
    complete: bool = False
    live: int = 0
    """Objects that a full read brought, containers aside."""
    failed: int = 0
    """Objects that were there and could not be understood."""
    problems: list[Problem] = field(default_factory=list[Problem])


def run(work: Work, *, full: bool = False, early: Early | None = None) -> Read:
    """Read what changed since the watermark, or everything; then, where it is time, look for silent deletions.

    Where the cycle before had to stop because of the scope, and what it names can be read again, everything is read:
    what is below could not be read either, and counts as gone.
    """
    record = work.state.record()
    if record.watermark is not None and not (full or are_over(work, doubts(work))):
        try:
            read = _delta(work, record.watermark, record.generation)
        except FullReadNeeded:
            read = _full(work, None)
    else:
        read = _full(work, early)
    if not read.full:
        _ask_again(work, record.generation, read)
        _compare_when_due(work, read)
    return read


def _delta(work: Work, watermark: Watermark, generation: int) -> Read:
    read = Read()
    intake = Intake(work, generation, watermark)
    for page in work.source.read(watermark, work.wanted):
        _take(work, intake, page, read)
    return read


def _full(work: Work, early: Early | None) -> Read:
    """Everything, then what changed meanwhile, then what is gone: only a read that ended cleanly proves absence.

    Absence is part of what the watermark covers, so it is stored last: a read that was cut short begins again.
    """
    read = Read(full=True)
    generation = work.state.start_generation()
    intake = Intake(work, generation, everything=True)
    watermark: Watermark | None = None
    reading = work.source.read(None, work.wanted)
    with closing(ahead(reading, early.decide) if early else ahead(reading)) as pages:
        for page in pages:
            watermark = page.watermark or watermark
            _take(work, intake, without_watermark(page), read)
            if early:
                early.waiting += len(page.items)
            read.live += sum(isinstance(item, Whole) and item.type not in CONTAINERS for item in page.items)
            read.complete = page.complete
    intake.everything = False
    if read.complete and watermark is not None:
        try:
            for page in work.source.read(watermark, work.wanted):
                watermark = page.watermark or watermark
                _take(work, intake, without_watermark(page), read)
        except FullReadNeeded:
            read.complete = False
    if read.complete and not intake.nameless:
        _bury_unseen(work, generation)
        ownership.claim(work)
        work.state.set_compared(work.clock())
    else:
        work.state.set_compared(work.clock() - COMPARE_EVERY + COMPARE_AFTER_DOUBT)
    if watermark is not None:
        work.state.store(Imported(generation=generation, watermark=watermark))
    return read


def without_watermark(page: Page) -> Page:
    """The page alone: its watermark is stored later, with all that it covers."""
    return page if page.watermark is None else msgspec.structs.replace(page, watermark=None)


def _take(work: Work, intake: Intake, page: Page, read: Read) -> None:
    if page.items or (page.watermark is not None and intake.is_news(page.watermark)):
        with work.span("page", items=len(page.items)):
            work.state.store(intake.take(page))
            _note_failures(work, intake, read)
    read.items += len(page.items)
    read.problems += page.problems
    work.say("import", read.items, page.total)


def _note_failures(work: Work, intake: Intake, read: Read) -> None:
    if intake.failed:
        work.state.report(work.cycle(), intake.failed)
        read.failed += len(intake.failed)
        read.problems += [problem for anchor, _, _, problem, _ in intake.failed if not anchor]


def _bury_unseen(work: Work, generation: int) -> None:
    """Absence from a complete full read is a deletion."""
    while gone := work.state.unseen(generation, BATCH):
        bury(work, gone, generation)


def bury(work: Work, gone: Iterable[Anchor], generation: int) -> None:
    """Note deletions, and put the objects on the work list."""
    anchors = set(gone)
    due = dict.fromkeys(anchors, 1)
    work.state.store(Imported(generation=generation, gone=anchors, readable=anchors, due=due))


def _ask_again(work: Work, generation: int, read: Read) -> None:
    """Ask for the objects that could not be understood, when their time has come: nobody may touch them for months."""
    while anchors := work.state.to_be_asked(work.clock(), BATCH):
        _ask(work, anchors, generation, read)


def _compare_when_due(work: Work, read: Read) -> None:
    """Compare anchors alone: hourly where the account sees no tombstones, weekly everywhere."""
    if not isinstance(work.source, Enumerates):
        return
    every = COMPARE_EVERY if work.source.reports_deletions() else COMPARE_EVERY_WITHOUT_TOMBSTONES
    last = work.state.record().last_comparison
    if last is None or work.clock() - last >= every:
        complete = _compare(work, work.source, read)
        work.state.set_compared(work.clock() if complete else work.clock() - every + COMPARE_AFTER_DOUBT)


def _compare(work: Work, source: Enumerates, read: Read) -> bool:
    """Whether the source could say of everybody whether they are there; if not, absence proves nothing."""
    generation = work.state.start_comparison()
    complete = False
    for page in source.anchors(work.wanted):
        known = work.state.known_digests(page.anchors)
        work.state.stamp(known, generation)
        missing = [a for a in page.anchors if not known.get(a, (b"", False))[1]]
        escrows = work.state.escrowed(missing).items() if missing else ()
        aside = {anchor for anchor, escrow in escrows if escrow.stage == "import"}  # they have times of their own
        _ask(work, [a for a in missing if a not in aside], generation, read)
        complete = page.complete
    while complete and (unseen := work.state.unseen(generation, BATCH)):
        _ask(work, unseen, generation, read)
    if complete:
        ownership.claim(work)
    return complete


def _ask(work: Work, anchors: list[Anchor], generation: int, read: Read) -> None:
    """Ask for objects one by one: what is there is stored, what is not is gone."""
    intake = Intake(work, generation)
    gone: list[Anchor] = []
    for anchor in anchors:
        whole = ask(work, anchor)
        if whole is None:
            gone.append(anchor)
        else:
            work.state.store(intake.take_one(whole))
            _note_failures(work, intake, read)
            read.items += 1
    if gone:
        bury(work, gone, generation)
