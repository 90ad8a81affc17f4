"""Control of every tenant, opened when it has its first work, and the work of all of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

from ropeway.control.in_process import InProcess
from ropeway.control.keeping import Keeping, Works, work_off
from ropeway.control.notifying.courier import Courier
from ropeway.control.protocol import CycleView
from ropeway.control.running import Running, trouble
from ropeway.control.tenants import Tenants
from ropeway.model.problems import RopewayError
from ropeway.store import tenants
from ropeway.store.database import Database
from ropeway.store.jobs import JobRow

LOOK_EVERY = 60.0
"""Seconds between two looks at which tenants there are."""


class Everybody:
    """The tenants of a state, as a worker has them. May be used by several threads."""

    def __init__(self, database: Database, open_: Callable[[int], InProcess]) -> None:
        self._db, self._open = database, open_
        self._controls: dict[int, InProcess] = {}
        self._lock = threading.Lock()

    def of(self, tenant: int) -> InProcess:
        """Control of one of them."""
        with self._lock:
            if tenant not in self._controls:
                self._controls[tenant] = self._open(tenant)
            return self._controls[tenant]

    def work_off(self, queue: Works, *, stop: Callable[[], bool], cycle: Callable[[CycleView], None]) -> None:
        """Run cycles of all tenants as a queue gives them, deliver their messages and keep their houses."""
        courier = Courier(self._db, None, time.time)
        with courier.delivering(), self._houses_kept(), Keeping(self._db, self._running, cycle) as keeping:
            work_off(queue, keeping, stop)

    def _running(self, row: JobRow) -> Running:
        return self.of(row.tenant).running(row)

    @contextmanager
    def _houses_kept(self) -> Generator[None]:
        """Within, old things go, in the house of each, in a thread of its own; so do tenants half removed."""
        ending = threading.Event()

        def keep() -> None:
            self._keep_houses()
            while not ending.wait(LOOK_EVERY):
                self._keep_houses()

        thread = threading.Thread(target=keep, name="houses")
        thread.start()
        try:
            yield
        finally:
            ending.set()
            thread.join()

    def _keep_houses(self) -> None:
        with suppress(RopewayError), trouble():
            with self._db.read() as c:
                there = [row.number for row in tenants.every(c)]
            with self._lock:
                self._controls = {number: one for number, one in self._controls.items() if number in there}
            for number in there:
                self.of(number).keep_house()
            Tenants(self._db).go_on()
