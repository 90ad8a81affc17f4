"""Mail servers and webhooks as they answer: one that does not costs messages to others no time."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

from ropeway.control.notifying.sending import Away, Unsent

AT_ONCE = 2
"""Messages on their way to one place."""
DOUBT = 5.0
"""Seconds for which a message waits for those before it, and after which a place without an answer is doubted."""
REST = 20.0
"""Seconds for which a place that did not answer is not asked again."""


class Places:
    """What is on its way where, and which places are left alone for a while; safe for several threads."""

    def __init__(self) -> None:
        self._room = threading.Condition()
        self._since: dict[str, list[float]] = {}
        self._doubted: dict[str, tuple[float, Unsent]] = {}

    @contextmanager
    def visit(self, place: str) -> Generator[None]:
        """Within, somebody is on the way there; Unsent at once, or soon, where nobody has an answer from there."""
        began = self._enter(place)
        try:
            yield
        except Away as reason:
            self._leave(place, began, reason)
            raise
        except BaseException:
            self._leave(place, began, None)
            raise
        else:
            self._leave(place, began, None)

    def _enter(self, place: str) -> float:
        waits_until = time.monotonic() + DOUBT
        with self._room:
            while True:
                now, there = time.monotonic(), self._since.setdefault(place, [])
                until, reason = self._doubted.get(place, (0.0, None))
                if reason is not None and until > now:
                    raise Unsent(str(reason))
                if (there and there[0] < now - DOUBT) or (len(there) >= AT_ONCE and now >= waits_until):
                    raise Unsent(f"{place} has not answered for {DOUBT:.0f} seconds")
                if len(there) < AT_ONCE:
                    there.append(now)
                    return now
                self._room.wait(waits_until - now)

    def _leave(self, place: str, began: float, reason: Unsent | None) -> None:
        with self._room:
            self._since[place].remove(began)
            if not self._since[place]:
                del self._since[place]
            if reason is None:
                self._doubted.pop(place, None)
            else:
                self._doubted[place] = time.monotonic() + REST, reason
            self._room.notify_all()
