"""A worker's side of errands: takes them, has them done side by side, and tells how far they are."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from ropeway.control.calls import CALLS
from ropeway.control.holder import a_run
from ropeway.control.protocol import Control, Progress
from ropeway.service.errands.doing import Doing, Whose
from ropeway.service.errands.losing import Patience, settle
from ropeway.service.errands.pace import paced
from ropeway.store import errands, tenants
from ropeway.store.bell import Bell
from ropeway.store.database import Database
from ropeway.store.trouble import said
from ropeway.telemetry.seldom import Seldom

SELDOM = Seldom(logging.getLogger(__name__))

LONG, ALL = 4, 8
"""How many are done at once: those that may take minutes, and all together."""

TELL_EVERY, RENEW_EVERY, LOOK_EVERY, SWEEP_EVERY = 0.5, 4.0, 5.0, 60.0
"""Seconds between writes of progress, signs of life, looks for errands of the dead, and for answers nobody wants."""

WAIT = 0.25
"""Seconds between two looks where no bell rings."""


def serve(
    control_of: Callable[[int], Control], database: Database, open_bell: Callable[[], Bell], stop: Callable[[], bool]
) -> None:
    """Do errands of all tenants, each with Control of its own, until `stop`; those that run then are finished.

    Trouble with the database is waited out.
    """
    with a_run() as worker:
        desk = Desk(control_of, database, worker)
        bell = open_bell()
        try:
            for _ in paced(lambda: bell.wait(WAIT)):
                ending = stop()
                if ending and not desk.is_busy():
                    return
                desk.look(take=not ending)
        finally:
            bell.close()


class Desk:
    """Where one worker keeps its errands."""

    def __init__(self, control_of: Callable[[int], Control], database: Database, worker: str) -> None:
        self._control_of, self._db, self._worker = control_of, database, worker
        self._hands: dict[threading.Thread, Doing] = {}
        self._told: dict[int, Progress] = {}
        self._done_at: dict[str, float] = {}
        self._patience = Patience()

    def is_busy(self) -> bool:
        """Whether anything is being done."""
        return any(thread.is_alive() for thread in self._hands)

    def look(self, *, take: bool = True) -> None:
        """Everything that is to be done by now."""
        self._hands = {thread: doing for thread, doing in self._hands.items() if thread.is_alive()}
        try:
            if take:
                self._take()
            if self._is_time("tell", TELL_EVERY):
                self._tell()
            if self._is_time("renew", RENEW_EVERY):
                self._renew()
            if take and self._is_time("look", LOOK_EVERY):
                self._look_for_the_lost()
            if take and self._is_time("sweep", SWEEP_EVERY):
                with self._db.write() as c:
                    errands.sweep(c, time.time())
        except SQLAlchemyError as error:
            SELDOM.warning("Errands wait for the database: %s", said(error))
            time.sleep(TELL_EVERY)

    def _is_time(self, what: str, every: float) -> bool:
        now = time.monotonic()
        if now - self._done_at.get(what, -every) < every:
            return False
        self._done_at[what] = now
        return True

    def _take(self) -> None:
        with self._db.read() as c:
            found = errands.waiting(c, None, 100)
        for number, method in found:
            if not self._has_a_hand_for(method):
                continue
            with self._db.write() as c:
                errand = errands.take(c, number, self._worker, time.time())
                of = tenants.name_of(c, errand.tenant) if errand is not None else ""
            if errand is not None:
                doing = Doing(self._control_of(errand.tenant), self._db, errand, Whose(self._worker, of))
                thread = threading.Thread(target=doing, name=f"errand {number}", daemon=True)
                self._hands[thread] = doing
                thread.start()

    def _has_a_hand_for(self, method: str) -> bool:
        long = sum(_is_long(doing.errand.method) for doing in self._hands.values())
        return len(self._hands) < ALL and (long < LONG or not _is_long(method))

    def _tell(self) -> None:
        for doing in self._hands.values():
            number, now = doing.errand.number, doing.progress
            if now is not None and now is not self._told.get(number):
                self._told[number] = now
                with self._db.write() as c:
                    errands.tell(c, number, self._worker, msgspec.json.encode(now))
        self._told = {d.errand.number: self._told[d.errand.number] for d in self._hands.values()
                      if d.errand.number in self._told}  # fmt: skip

    def _renew(self) -> None:
        with self._db.read() as c:
            waits = bool(self._hands) or bool(errands.waiting(c, None, 1))
        if waits:
            with self._db.write() as c:
                errands.renew(c, self._worker, time.time())

    def _look_for_the_lost(self) -> None:
        with self._db.read() as c:
            others = [seen for seen in errands.taken(c, None) if seen.worker != self._worker]
        for lost in self._patience.silent(others):
            with self._db.write() as c:
                settle(c, lost.tenant, lost, time.time())


def _is_long(method: str) -> bool:
    call = CALLS.get(method)
    return call is not None and call.errand is not None and call.errand.long
