"""The call that stays: it asks the domain all the time, and says "changed"."""

from __future__ import annotations

import threading

from ropeway.agent.patience import Patience
from ropeway.agent.sessions import Line
from ropeway.agent.trace import log
from ropeway.engine.ports import Restarts, Source, Watches
from ropeway.model.problems import RopewayError
from ropeway.model.wire.calls import Call

ASK_FOR = 1.0
"""Seconds for which a source is left to wait by itself."""
AT_MOST_EVERY = 0.4
"""Seconds between two times that a change is told: one cycle reads all that happened in between."""


def watch(source: Source, line: Line, call: Call, stopped: threading.Event) -> None:
    """Until nobody wants it. What happened before it began may be unknown: so it says "changed" first."""
    if not isinstance(source, Watches):
        return
    patience, news = Patience(longest=30.0), True
    source.wait(0)  # from here on it compares: what happens while "changed" is told is told again
    while not stopped.is_set():
        try:
            if isinstance(source, Restarts):
                source.identity()  # a domain that cannot be reached is told by the job's own read
            if news:
                line.send("POST", f"/calls/{call.number}/{call.attempt}/changed")
                stopped.wait(AT_MOST_EVERY)
            news = source.wait(ASK_FOR)
            patience.restore()
        except RopewayError as error:
            if error.problem.code == "call-gone":
                return
            log.info("watch of %s: %s", call.domain, error)
            stopped.wait(patience.wait())
            news = True
