"""What a worker writes to its log: each cycle that did something, and trouble once."""

from __future__ import annotations

import logging
import threading
import time

from ropeway.control.protocol import CycleView
from ropeway.model.problems import Problem, describe

LOG = logging.getLogger(__name__)

OF_THE_STATE = frozenset({"database-trouble", "state-disk-full", "directory-unavailable"})
"""Problem codes of a database that is away or full: not each job is to say so."""

AGAIN_AFTER = 600.0
"""Seconds after which trouble of the state that lasts is told again."""

STRAGGLERS = 5.0
"""Seconds for which jobs may still tell of trouble that is over."""


class Telling:
    """Takes cycles as they end, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._quiet_until = 0.0

    def cycle(self, view: CycleView) -> None:
        """One line for a cycle, and one for each problem."""
        if view.result == "stopped" and view.problems and view.problems[0].code in OF_THE_STATE:
            self.state(view.problems[0])
            return
        written = ", ".join(f"{number} {kind}" for kind, number in view.exported.items() if number) or "nothing"
        level = logging.INFO if view.result in ("success", "nothing-to-do") else logging.WARNING
        if view.result != "stopped":
            LOG.log(level, "%s: %s, %s read, written: %s", view.job, view.result, view.read, written)
        for problem in view.problems:
            LOG.warning("%s: %s", view.job, describe(problem))

    def state(self, problem: Problem | None) -> None:
        """The database is away or full; None: it is back."""
        with self._lock:
            now = time.monotonic()
            if problem is None:
                self._quiet_until = now + STRAGGLERS
                LOG.warning("The database is back.")
            elif now > self._quiet_until:
                self._quiet_until = now + AGAIN_AFTER
                LOG.error("%s", describe(problem))
