"""Tells which jobs are due, as soon as they are: one narrow query for all of them, at each ring and in time."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from ropeway.control.holder import is_dead
from ropeway.model.problems import Problem, describe
from ropeway.store import agenda
from ropeway.store.bell import Bell, open_bell
from ropeway.store.database import Database
from ropeway.store.trouble import state_problem

LOG = logging.getLogger(__name__)

AWAY = (SQLAlchemyError, sqlite3.Error, OSError)
"""What is said by a database that is not there."""

LOOK_EVERY = 2.0
"""Seconds between two looks where no bell rings and no time comes: for a clock that jumped, and a lost ring."""

STOP_EVERY = 0.2
"""Seconds within which a wish to end is heard."""

AT_MOST_EVERY = 0.06
"""Seconds between two looks where the bell rings all the time: with every transaction of a file, most about no job."""

PUT_RIGHT_EVERY = 300.0
"""Seconds between two looks at all jobs for a time that is not the one that should be theirs."""

FIRST_WAIT, LONGEST_WAIT = 0.5, 10.0
"""Seconds between attempts where the database is away: twice as many each time."""

Tell = Callable[[Problem | None], None]
"""Takes what is wrong with the database, once, and None when it is back."""


def say(problem: Problem | None) -> None:
    """To the log."""
    if problem is None:
        LOG.warning("The database is back.")
    else:
        LOG.error("%s", describe(problem))


class Clock:
    """The jobs of one tenant, or of all (None), seen by one process."""

    def __init__(
        self, database: Database, tenant: int | None, *, tell: Tell = say, clock: Callable[[], float] = time.time
    ) -> None:
        self._db = database
        self._tenant = tenant
        self._tell = tell
        self._clock = clock
        self._put_right_at = 0.0

    def due(self, stop: Callable[[], bool]) -> Iterator[list[int]]:
        """At every look, until `stop`: jobs that are due and that nobody runs; the longest due first."""
        patience, bell = FIRST_WAIT, None
        try:
            while not stop():
                try:
                    bell = bell or open_bell(self._db)
                    self._put_right()
                    found, until = self._look()
                except AWAY as error:
                    if patience == FIRST_WAIT:
                        self._tell(state_problem(error, "database-trouble"))
                    pause(patience, stop)
                    patience = min(patience * 2, LONGEST_WAIT)
                    continue
                if patience != FIRST_WAIT:
                    self._tell(None)
                    patience = FIRST_WAIT
                yield found
                with suppress(*AWAY):  # the next look tells
                    _wait(bell, until, stop)
        finally:
            if bell is not None:
                bell.close()

    def _look(self) -> tuple[list[int], float]:
        """What is due now, and for how many seconds nothing else will be."""
        now = self._clock()
        with self._db.read() as c:
            found = agenda.look(c, self._tenant, now)
            after = agenda.next_after(c, self._tenant, now)
        free = [one.number for one in found if not one.holder or is_dead(one.holder)]
        return free, LOOK_EVERY if after is None else min(after - now, LOOK_EVERY)

    def _put_right(self) -> None:
        if time.monotonic() < self._put_right_at:
            return
        for wrong in self._wrong():
            with self._db.write() as c:
                for number, due in wrong.items():
                    agenda.note(c, number, due)
        self._put_right_at = time.monotonic() + PUT_RIGHT_EVERY

    def _wrong(self) -> Generator[dict[int, float | None], None, None]:
        after = 0
        while True:
            with self._db.read() as c:
                found, after = agenda.wrong(c, self._tenant, self._clock(), after)
            if found:
                yield found
            if not after:
                return


def _wait(bell: Bell, seconds: float, stop: Callable[[], bool]) -> None:
    """Until the bell rings, the time is over, or `stop`."""
    until = time.monotonic() + seconds
    time.sleep(min(AT_MOST_EVERY, max(seconds, 0.0)))
    while (left := until - time.monotonic()) > 0 and not stop():
        if bell.wait(min(left, STOP_EVERY)):
            return


def pause(seconds: float, stop: Callable[[], bool]) -> None:
    """Wait, or until `stop`."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and not stop():
        time.sleep(min(left, STOP_EVERY))
