"""The job itself: its generations and cycles, its standing, what is forgotten of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import update

from ropeway.engine.lifecycle.quarantine import Tally
from ropeway.engine.lifecycle.standing import Standing
from ropeway.model.problems import Problem
from ropeway.store import importing, jobs, lifecycle, looking
from ropeway.store.state.leased import Leased
from ropeway.store.tables import job


class Course(Leased):
    """A job's life, from cycle to cycle."""

    def start_generation(self) -> int:
        with self._write() as c:
            return jobs.start_generation(c, self._key["job"])

    def start_comparison(self) -> int:
        with self._write() as c:
            return jobs.start_comparison(c, self._key["job"])

    def set_decided_by(self, text: str) -> None:
        with self._write() as c:
            c.execute(update(job).where(job.c.number == self._key["job"]).values(decided_by=text))

    def set_compared(self, when: float) -> None:
        with self._write() as c:
            c.execute(update(job).where(job.c.number == self._key["job"]).values(last_comparison=when))

    def start_cycle(self, kind: str, began: float) -> int:
        with self._write() as c:
            return jobs.start_cycle(c, self._key, kind, began)

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
