"""The state of one job in SQL: the engine's `State`, each writing method one short transaction under the lease."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, func, select, update

from ropeway.engine.lifecycle.quarantine import Tally
from ropeway.engine.lifecycle.standing import Standing
from ropeway.engine.records import (
    Confirmed,
    Decided,
    Due,
    Entry,
    Escrow,
    Imported,
    LinkKey,
    PendingLink,
    Planned,
    Sendable,
)
from ropeway.engine.state import What
from ropeway.model.anchors import Anchor, TargetId
from ropeway.model.problems import Problem
from ropeway.store import (
    deciding,
    everything,
    exporting,
    guarding,
    importing,
    jobs,
    leases,
    lifecycle,
    looking,
    remapping,
    worklist,
)
from ropeway.store.crowds import Crowds
from ropeway.store.database import Database
from ropeway.store.rows import Key, problem_text
from ropeway.store.tables import change, entry, job, provisioning_event


class SqlState:
    """One job's state in a database; `acquire` comes before the first writing call."""

    def __init__(self, database: Database, tenant: int, number: int, clock: Callable[[], float] = time.time) -> None:
        self._db = database
        self._key = Key(tenant=tenant, job=number)
        self._clock = clock
        self._epoch = 0
        self._crowds = Crowds()

    @contextmanager
    def _write(self) -> Generator[Connection, None, None]:
        with self._db.write() as c:
            leases.check(c, self._key, self._epoch, self._clock())
            yield c

    # the job itself

    def record(self) -> jobs.JobRow:
        with self._db.read() as c:
            return jobs.load(c, self._key["job"])

    def acquire(self, holder: str, dead: Sequence[str]) -> None:
        with self._db.write() as c:
            self._epoch = leases.acquire(c, self._db, self._key, holder, dead, self._clock())
        self._crowds = Crowds()

    def renew(self) -> None:
        with self._write():
            pass

    def fence(self, connection: Connection) -> None:
        """In a transaction of somebody else's on this database: RopewayError `lease-lost` unless the job is ours."""
        leases.check(connection, self._key, self._epoch, self._clock())

    def release(self) -> None:
        with self._db.write() as c:
            leases.release(c, self._key, self._epoch)

    def start_generation(self) -> int:
        with self._write() as c:
            return jobs.start_generation(c, self._key["job"])

    def start_comparison(self) -> int:
        with self._write() as c:
            return jobs.start_comparison(c, self._key["job"])

    def set_decided_by(self, text: str) -> None:
        with self._write() as c:
            c.execute(update(job).where(job.c.number == self._key["job"]).values(decided_by=text))

    def remap_links(self, type_: str, attribute: str, former: str | None, again: str | None) -> None:
        after: remapping.Place | None = remapping.FIRST
        while after is not None:
            with self._write() as c:
                after = remapping.remap_after(c, self._key, (type_, attribute), former, after)
        left = remapping.CHUNK if again else 0
        while again and left == remapping.CHUNK:
            with self._write() as c:
                left = remapping.keep(c, self._key, (type_, attribute), again)

    def set_compared(self, when: float) -> None:
        with self._write() as c:
            c.execute(update(job).where(job.c.number == self._key["job"]).values(last_comparison=when))

    def start_cycle(self, kind: str) -> int:
        with self._write() as c:
            return jobs.start_cycle(c, self._key, kind, self._clock())

    def end_cycle(self, cycle: int, outcome: bytes, *, success: bool, problems: Sequence[Problem] | None) -> None:
        now = self._clock()
        with self._write() as c:
            jobs.end_cycle(c, cycle, outcome, now)
            if problems is not None:
                jobs.note_problems(c, self._key["job"], problems)
            if success:
                c.execute(update(job).where(job.c.number == self._key["job"]).values(last_success=now))

    def stopped_before(self) -> bool:
        with self._db.read() as c:
            return jobs.stopped_before(c, self._key["job"])

    def forget(self, log_before: float, cycles_before: float, *, tombstones: bool) -> None:
        with self._write() as c:
            looking.forget(c, self._key, log_before, cycles_before)
            if not tombstones:
                return
            importing.bury_final(c, self._key, jobs.load(c, self._key["job"]).generation)

    # its life

    def stand(self, change: Callable[[Standing], Standing]) -> None:
        with self._write() as c:
            lifecycle.change_standing(c, self._key["job"], change, self._clock())

    def tally(self) -> Tally:
        with self._db.read() as c:
            return lifecycle.tally(c, self._key)

    def newest_hold(self) -> int:
        with self._db.read() as c:
            return lifecycle.newest_hold(c, self._key)

    def causes_of_holds(self) -> set[str]:
        with self._db.read() as c:
            return lifecycle.causes_of_holds(c, self._key)

    def forget_watermark(self) -> None:
        with self._write() as c:
            jobs.set_watermark(c, self._key["job"], None)

    def forget_escrows(self) -> None:
        forgotten = lifecycle.CHUNK
        while forgotten == lifecycle.CHUNK:
            with self._write() as c:
                forgotten = lifecycle.forget_escrows(c, self._key)

    def forget_targets(self) -> None:
        while numbers := self._with_targets():
            self.forget_targets_of(numbers)

    def forget_targets_of(self, numbers: Sequence[int]) -> None:
        self.forget_exported_links(numbers)
        with self._write() as c:
            lifecycle.forget_targets(c, numbers)

    def _with_targets(self) -> list[int]:
        with self._db.read() as c:
            return lifecycle.with_targets(c, self._key)

    # 1 import

    def known(self, anchors: Iterable[Anchor]) -> dict[Anchor, Entry]:
        with self._db.read() as c:
            return importing.known(c, self._key, anchors)

    def known_digests(self, anchors: Iterable[Anchor]) -> dict[Anchor, tuple[bytes, bool]]:
        with self._db.read() as c:
            return importing.known_digests(c, self._key, anchors)

    def links_of(self, anchors: Iterable[Anchor]) -> set[LinkKey]:
        with self._db.read() as c:
            return importing.links_of(c, self._key, anchors)

    def store(self, page: Imported) -> None:
        with self._write() as c:
            importing.store_page(c, self._key, page)
            if page.watermark is not None:
                jobs.set_watermark(c, self._key["job"], page.watermark)

    def unseen(self, generation: int, limit: int) -> list[Anchor]:
        with self._db.read() as c:
            return importing.unseen(c, self._key, generation, limit)

    def stamp(self, anchors: Iterable[Anchor], generation: int) -> None:
        with self._write() as c:
            importing.stamp(c, self._key, anchors, generation)

    def to_be_asked(self, now: float, limit: int) -> list[Anchor]:
        with self._db.read() as c:
            return worklist.to_be_asked(c, self._key, now, limit)

    def adopt(self, owned: Sequence[tuple[Anchor, str, TargetId, bytes | None]]) -> None:
        with self._write() as c:
            for anchor, type_, target, exported in owned:
                c.execute(
                    update(entry)
                    .where(entry.c.job == self._key["job"], entry.c.anchor == anchor)
                    .values(target_type=type_, target=target, exported=exported)
                )

    def recall(self, links: Sequence[LinkKey]) -> None:
        with self._write() as c:
            importing.recall(c, self._key, links)

    def foreign_principals(self) -> dict[str, Anchor]:
        with self._db.read() as c:
            return importing.foreign_principals(c, self._key)

    # 2 to 6 decide

    def due(self, now: float, limit: int) -> list[Due]:
        with self._db.read() as c:
            found = worklist.next_due(c, self._key, limit)
            come = found or worklist.any_later(c, self._key, now)
        if found or not come:
            return found
        with self._write() as c:
            worklist.bring_due(c, self._key, now)
            return worklist.next_due(c, self._key, limit)

    def line_of(self, anchor: Anchor) -> Due | None:
        with self._db.read() as c:
            return worklist.line_of(c, self._key, anchor)

    def _due_chunks(self, query: Callable[[int], worklist.Found]) -> None:
        """Add what a query finds in the order of numbers, chunk by chunk, each in its own transaction."""
        last = 0
        while True:
            with self._write() as c:
                found = c.execute(query(last).limit(worklist.CHUNK)).all()
                worklist.add_due(c, self._key, {number: worklist.rank_of(type_) for number, type_ in found})
            if len(found) < worklist.CHUNK:
                return
            last = found[-1][0]

    def all_due(self) -> None:
        self._due_chunks(lambda last: everything.roots_after(self._key, last))
        self._due_chunks(lambda last: everything.parents_after(self._key, last))
        last: everything.Under | None = everything.FIRST
        while last is not None:
            with self._write() as c:
                last = everything.add_leaves_after(c, self._key, last)

    def children_due(self, parent: Anchor) -> None:
        self._due_chunks(lambda last: worklist.children_after(self._key, parent, last))

    def owners_due(self, other: Anchor, *, resend: bool = False) -> None:
        if resend:
            with self._write() as c:
                worklist.resend_to(c, self._key, other)
        self._due_chunks(lambda last: worklist.owners_after(self._key, other, last))

    def members_due(self, groups: Iterable[Anchor]) -> None:
        names = list(groups)
        self._due_chunks(lambda last: worklist.below_after(self._key, names, last))

    def in_groups(self, anchors: Iterable[Anchor], groups: Sequence[Anchor]) -> set[Anchor]:
        with self._db.read() as c:
            return deciding.in_groups(c, self._key, list(anchors), groups)

    def group_closure(self, groups: Sequence[Anchor]) -> set[Anchor]:
        with self._db.read() as c:
            return deciding.group_closure(c, self._key, groups)

    def with_pending_links(self, numbers: Sequence[int]) -> set[int]:
        with self._db.read() as c:
            return deciding.with_pending_links(c, numbers)

    def leaving_groups(self, limit: int) -> Sequence[Anchor]:
        with self._db.read() as c:
            return deciding.leaving_groups(c, self._key, limit)

    def crowded(self, numbers: Sequence[int], attribute: str, most: int) -> set[int]:
        with self._db.read() as c:
            return self._crowds.over(c, numbers, attribute, most)

    def decide(self, batch: Decided) -> None:
        with self._write() as c:
            deciding.store_decided(c, self._key, batch)

    def escrowed(self, anchors: Iterable[Anchor]) -> dict[Anchor, Escrow]:
        with self._db.read() as c:
            return {e.anchor: e for e in worklist.escrowed(c, self._key, anchors)}

    # 6 guards

    def endangered(self, what: What) -> dict[str, int]:
        with self._db.read() as c:
            return guarding.endangered(c, self._key, what)

    def emptied(self, after: int, limit: int) -> list[tuple[int, str, bytes]]:
        with self._db.read() as c:
            return guarding.emptied(c, self._key, after, limit)

    def emptied_since(self, since: float) -> list[tuple[str, bytes]]:
        with self._db.read() as c:
            return guarding.emptied_since(c, self._key, since)

    def losing_members(self, at_least: int, since: float) -> list[tuple[Anchor, str, int]]:
        with self._db.read() as c:
            return guarding.losing_members(c, self._key, at_least, since)

    def losing_all(self) -> list[tuple[str, str, int]]:
        with self._db.read() as c:
            return guarding.losing_all(c, self._key)

    def linked(self, type_: str) -> int:
        with self._db.read() as c:
            return guarding.linked(c, self._key, type_)

    def exported_links(self, anchor: Anchor, attribute: str) -> int:
        with self._db.read() as c:
            return guarding.exported_links(c, self._key, anchor, attribute)

    def done_since(self, action: str, type_: str, since: float) -> int:
        with self._db.read() as c:
            return guarding.done_since(c, self._key, action, type_, since)

    def keep_back(self, what: What, type_: str, subject: str, cause: Problem, seqs: Sequence[int] | None) -> int:
        with self._write() as c:
            return guarding.keep_back(c, self._key, (what, type_, subject), cause, seqs, self._clock())

    def keep_links_back(self, type_: str, attribute: str, cause: Problem) -> int:
        with self._write() as c:
            return guarding.keep_links_back(c, self._key, type_, attribute, cause, self._clock())

    def recount_holds(self) -> int:
        with self._write() as c:
            return guarding.recount_all(c, self._key)

    def held(self) -> int:
        with self._db.read() as c:
            return guarding.held(c, self._key)

    # 7 export

    def sendable(self, phase: int | None, after: int, limit: int, *, sent: bool = False) -> list[Sendable]:
        with self._db.read() as c:
            return exporting.sendable(c, self._key, phase, after, limit, sent=sent)

    def sendable_of(self, number: int) -> list[Sendable]:
        with self._db.read() as c:
            return exporting.sendable_of(c, self._key, number)

    def mark_sent(self, seqs: Sequence[int]) -> None:
        with self._write() as c:
            exporting.mark_sent(c, seqs)

    def pending_links(self, owners: Sequence[int], after: tuple[int, str, str], limit: int) -> list[PendingLink]:
        with self._db.read() as c:
            return exporting.pending_links(c, self._key, owners, after, limit)

    def forget_exported_links(self, owners: Sequence[int]) -> None:
        forgotten = worklist.CHUNK
        while forgotten == worklist.CHUNK:
            with self._write() as c:
                forgotten = exporting.forget_exported_links(c, owners, worklist.CHUNK)

    def confirm(self, cycle: int, changes: Sequence[Confirmed], escrows: Sequence[Escrow]) -> None:
        with self._write() as c:
            exporting.confirm(c, self._key, cycle, self._clock(), changes)
            worklist.put_escrows(c, self._key, escrows)
            worklist.later_again(c, self._key, escrows)

    def confirm_links(
        self, cycle: int, changes: Sequence[Confirmed], after: tuple[int, str, str], last: PendingLink
    ) -> None:
        with self._write() as c:
            exporting.confirm_links(c, self._key, (cycle, self._clock()), changes, after, last)

    def finish_links(self, seqs: Sequence[int], escrows: Sequence[Escrow]) -> None:
        with self._write() as c:
            exporting.finish_links(c, self._key, seqs)
            worklist.put_escrows(c, self._key, escrows)
            worklist.later_again(c, self._key, escrows)

    # reading for people

    def plan_rows(self, limit: int) -> list[Sendable]:
        with self._db.read() as c:
            return exporting.sendable(c, self._key, None, 0, limit, sent=False, held=True)

    def plan_counts(self) -> dict[str, int]:
        with self._db.read() as c:
            return looking.plan_counts(c, self._key)

    def pending_count(self) -> int:
        with self._db.read() as c:
            return c.scalar(select(func.count()).select_from(change).where(change.c.job == self._key["job"])) or 0

    def any_sendable(self) -> bool:
        with self._db.read() as c:
            return guarding.any_free(c, self._key)

    def planned_of(self, number: int) -> list[Planned]:
        with self._db.read() as c:
            return deciding.planned_of(c, [number])

    def report(self, cycle: int, failed: Sequence[tuple[Anchor, str, str, Problem, str]]) -> None:
        """Log lines (anchor, DN, type, problem, stage) for objects that failed before anything was planned."""
        now = self._clock()
        rows = [
            {**self._key, "cycle": cycle, "time": now, "action": "other", "status": "failure", "type": type_,
             "entry": 0, "anchor": anchor, "object": dn, "target": None, "modified": b"\x80",
             "decision": stage, "lost": 0, "approved": False, "problem": problem_text(problem)}
            for anchor, dn, type_, problem, stage in failed
        ]  # fmt: skip
        if rows:
            with self._write() as c:
                c.execute(provisioning_event.insert(), rows)
