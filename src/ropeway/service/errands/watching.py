"""One thread of the API that looks after all errands somebody waits for.

It tells what became other, gives up what no worker takes, and withdraws what nobody waits for any more.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from ropeway.model.problems import Problem
from ropeway.service.errands.losing import LOST_AFTER, Patience, end, settle
from ropeway.service.errands.pace import paced
from ropeway.store import errands
from ropeway.store.bell import Bell
from ropeway.store.database import Database
from ropeway.store.errands import Seen
from ropeway.store.trouble import said
from ropeway.telemetry.seldom import Seldom

SELDOM = Seldom(logging.getLogger(__name__))

WAIT = 0.5
"""Seconds between two looks where no bell rings."""

IDLE = 30.0
"""Seconds for which the thread stays although nobody waits."""

Tell = Callable[[Seen | None], None]
"""Takes how an errand is; None where it is gone."""


class Watch:
    """Whoever waits joins, is told at once and at every change, and leaves."""

    def __init__(
        self, database: Database, open_bell: Callable[[], Bell], lost_after: float = LOST_AFTER, *, tenant: int = 1
    ) -> None:
        self._db, self._open_bell, self._tenant = database, open_bell, tenant
        self._patience = Patience(after=lost_after)
        self._not_taken = Problem("errand-not-taken", details={"seconds": f"{lost_after:.0f}"})
        self._lock = threading.Lock()
        self._waiting: dict[int, set[Tell]] = {}
        self._told: dict[int, Seen | None] = {}
        self._left: set[int] = set()
        self._thread: threading.Thread | None = None

    def join(self, number: int, tell: Tell) -> None:
        """From now on `tell` is called, in a thread of its own."""
        with self._lock:
            self._waiting.setdefault(number, set()).add(tell)
            self._told.pop(number, None)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="errands", daemon=True)
                self._thread.start()

    def leave(self, number: int, tell: Tell) -> None:
        """Not any more; an errand that nobody waits for is withdrawn, if it has not begun."""
        with self._lock:
            others = self._waiting.get(number, set())
            others.discard(tell)
            if not others:
                self._waiting.pop(number, None)
                told = self._told.pop(number, None)
                if told is None or told.state == "open":
                    self._left.add(number)

    def _run(self) -> None:
        bell, idle_since = self._open(), time.monotonic()
        for _ in paced(lambda: bell.wait(WAIT)):
            with self._lock:
                numbers, left = list(self._waiting), list(self._left)
                if numbers or left:
                    idle_since = time.monotonic()
                elif time.monotonic() - idle_since > IDLE:
                    self._thread = None
                    break
            with suppress(SQLAlchemyError):  # the database is away for a moment, and everybody waits on
                self._withdraw(left)
                self._look(numbers)
        bell.close()

    def _open(self) -> Bell:
        while True:
            try:
                return self._open_bell()
            except Exception as error:  # noqa: BLE001 - of whatever driver: somebody waits, so it is tried again
                SELDOM.warning("Errands wait for the database: %s", said(error))
                time.sleep(WAIT)

    def _withdraw(self, left: list[int]) -> None:
        for number in left:
            with self._db.write() as c:
                errands.withdraw(c, number)
            self._left.discard(number)

    def _look(self, numbers: list[int]) -> None:
        if not numbers:
            return
        with self._db.read() as c:
            found = {seen.number: seen for seen in errands.seen(c, numbers)}
        silent = self._patience.silent(seen for seen in found.values() if seen.state != "done")
        for seen in silent:
            with self._db.write() as c:
                if seen.state == "taken":
                    settle(c, self._tenant, seen, time.time())
                else:
                    end(c, self._tenant, seen, self._not_taken, time.time())
        with self._lock:
            for number in numbers:
                self._tell(number, found.get(number))

    def _tell(self, number: int, seen: Seen | None) -> None:
        if number in self._told and self._told[number] == seen:
            return
        self._told[number] = seen
        for tell in self._waiting.get(number, ()):
            tell(seen)
