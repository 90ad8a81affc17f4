"""One cycle of one job, as its stages: import, scope, match, map, references, plan, export."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager

import msgspec

from ropeway.engine import importing
from ropeway.engine.deciding import Deciding
from ropeway.engine.doubts import doubts
from ropeway.engine.early import Early, may_decide_early
from ropeway.engine.exporting import Exporting
from ropeway.engine.guards import Guards
from ropeway.engine.records import Outcome
from ropeway.engine.remapping import decided_by, remapped
from ropeway.engine.work import Work
from ropeway.model.problems import RopewayError, Severity, known

DAY = 86400.0


class Cycle:
    """What happens between taking the job's lease and giving it back."""

    def __init__(self, work: Work, *, full: bool = False, export: bool = True) -> None:
        self._work = work
        self._full = full
        self._export = export and not work.settings.staging
        self._outcome = Outcome(kind="delta")
        self._read_everything = False

    def run(self) -> Outcome:
        """Recover what was sent and never answered, read, decide, guard, export."""
        work, outcome = self._work, self._outcome
        work.kind = outcome.kind = "initial" if self._full or work.state.record().watermark is None else "delta"
        try:
            self._stages()
        except RopewayError as error:
            outcome.result = "stopped"
            outcome.problems.append(error.problem)
            self._close()
            raise
        self._close()
        return outcome

    def _stages(self) -> None:
        work, outcome = self._work, self._outcome
        if self._export and work.state.any_sendable():
            self._send(only_sent=True)
        early = self._early()
        with self._timed("import"):
            read = importing.run(work, full=self._full, early=early)
        outcome.read = read.items
        self._read_everything = read.full
        outcome.problems += read.problems
        with self._timed("decide"):
            first = not work.state.record().decided_by
            rules_changed = self._decide_anew_where_rules_changed()
            deciding = early.deciding if early else Deciding(work, everything=first or rules_changed)
            deciding.run()
        outcome.decided, outcome.failed = deciding.decided, read.failed + deciding.failed
        if doubted := doubts(work):
            raise RopewayError(doubted[0])
        if not deciding.decided and not work.state.any_sendable():
            outcome.held = work.state.held()
            return
        with self._timed("guard"):
            outcome.held = Guards(work, read, rules_changed=rules_changed).run()
        if self._export:
            self._send()

    def _early(self) -> Early | None:
        """Who decides while a job reads for the first time, if that may be."""
        record = self._work.state.record()
        if record.watermark is not None or record.decided_by or not may_decide_early(self._work):
            return None
        self._work.state.set_decided_by(decided_by(self._work.rules, self._work.settings.scope))
        return Early(self._work)

    def _decide_anew_where_rules_changed(self) -> bool:
        """Other rules or another scope make every decision stale."""
        work = self._work
        now = decided_by(work.rules, work.settings.scope)
        before = work.state.record().decided_by
        if before == now:
            return False
        if before:
            for one in remapped(before, work.rules):
                work.state.remap_links(*one)
            work.state.all_due()
        work.state.set_decided_by(now)
        return bool(before)

    def _send(self, *, only_sent: bool = False) -> None:
        with self._timed("export"):
            exporting = Exporting(self._work, None if only_sent else self._work.state.pending_count())
            try:
                exporting.run(only_sent=only_sent)
            finally:
                for kind, count in exporting.exported.items():
                    self._outcome.exported[kind] = self._outcome.exported.get(kind, 0) + count
                self._outcome.failed += exporting.failed
                self._outcome.waiting += exporting.waiting

    @contextmanager
    def _timed(self, stage: str) -> Generator[None, None, None]:
        began = time.perf_counter()
        try:
            with self._work.span(stage):
                yield
        finally:
            seconds = self._outcome.seconds
            seconds[stage] = seconds.get(stage, 0.0) + time.perf_counter() - began

    def _close(self) -> None:
        """Say what the cycle came to, and keep it where it did anything."""
        work, outcome = self._work, self._outcome
        busy = outcome.read or outcome.decided or outcome.exported or work.numbered
        if not busy and outcome.result != "stopped":
            busy = work.state.record().last_success is None or work.state.stopped_before()
        if outcome.result != "stopped":
            outcome.result = _result(outcome, busy=bool(busy))
        if busy or outcome.problems or outcome.kind == "initial":
            try:
                work.state.end_cycle(
                    work.cycle(),
                    msgspec.json.encode(outcome),
                    success=outcome.result in ("success", "completed-with-errors", "held"),
                    problems=outcome.problems,
                )
                kept, now = work.settings.retention, work.clock()
                work.state.forget(now - kept.log * DAY, now - kept.cycles * DAY, tombstones=self._read_everything)
            except RopewayError:
                if outcome.result != "stopped":
                    raise


def _result(outcome: Outcome, *, busy: bool) -> str:
    if outcome.failed or any(known(p.code).severity in (Severity.ERROR, Severity.FATAL) for p in outcome.problems):
        return "completed-with-errors"
    if outcome.held:
        return "held"
    return "success" if busy else "nothing-to-do"
