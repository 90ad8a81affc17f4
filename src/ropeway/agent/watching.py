"""The call that stays: it asks the domain all the time, and says "changed"."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

import msgspec

from ropeway.agent.patience import Patience
from ropeway.agent.sessions import Line
from ropeway.agent.trace import log
from ropeway.engine.ports import Restarts, Source, Watches
from ropeway.model.prepared import prepared
from ropeway.model.problems import RopewayError
from ropeway.model.watermark import Watermark
from ropeway.model.wire.calls import Call

ASK_FOR = 1.0
"""Seconds for which a source is left to wait by itself."""
AT_MOST_EVERY = 0.4
"""Seconds between two times that a change is told: one cycle reads all that happened in between."""


def watch(source: Source, line: Line, call: Call, stopped: threading.Event) -> None:
    """Until nobody wants it, or the domain cannot be reached from here: then it is given back, for another agent.

    What happened before it began may be unknown: so it says "changed" first.
    """
    if not isinstance(source, Watches):
        return
    watching, patience, news = _Watching(source, line, call, stopped), Patience(longest=30.0), True
    source.wait(0)  # from here on it compares: what happens while "changed" is told is told again
    while not stopped.is_set():
        try:
            if isinstance(source, Restarts):
                source.identity()
        except RopewayError as error:
            log.info("watch of %s is given back: %s", call.domain, error)
            watching.give_back()
            return
        try:
            news = watching.turn(news=news)
            patience.restore()
        except RopewayError as error:
            if error.problem.code == "call-gone":
                return
            log.info("watch of %s: %s", call.domain, error)
            stopped.wait(patience.wait())
            news = True


class _Watching:
    """Tells that something changed, and whether it was read: by a controller that did not have it yet, it was not."""

    def __init__(self, source: Watches, line: Line, call: Call, stopped: threading.Event) -> None:
        self._source, self._line, self._stopped = source, line, stopped
        self._path = f"/calls/{call.number}/{call.attempt}"
        self._patience = Patience(first=1.0, longest=30.0)
        self._doubtful: float | None = None
        """When it is to be seen next whether everything was read; None where it was."""

    def turn(self, *, news: bool) -> bool:
        """Tell the news, and wait; whether there are others then."""
        if news:
            self._line.send("POST", f"{self._path}/changed")
            self._stopped.wait(AT_MOST_EVERY)
        if self._source.wait(ASK_FOR):
            self._patience.restore()
            self._doubtful = time.monotonic()
            return True
        if news and self._doubtful is None:
            self._doubtful = time.monotonic()
        return self._is_missing()

    def _is_missing(self) -> bool:
        """Whether something is here that the job, as far as it has read by now, does not have."""
        if self._doubtful is None or time.monotonic() < self._doubtful:
            return False
        mark = msgspec.msgpack.decode(self._line.send("GET", f"{self._path}/mark"), type=prepared(Watermark | None))
        missing = mark is not None and self._source.brings(mark)
        if missing or mark is None:
            self._doubtful = time.monotonic() + self._patience.wait()
        else:
            self._doubtful = None
            self._patience.restore()
        return missing

    def give_back(self) -> None:
        """Another agent may reach the domain; where this cannot be told, the lease ends by itself."""
        with suppress(RopewayError):
            self._line.send("POST", f"{self._path}/back")
