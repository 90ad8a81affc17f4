"""Agents that are as far ahead of their reader as they may be, and wait for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from typing import NamedTuple

from ropeway.store.calls import WINDOW, CallRow


class _Waiting(NamedTuple):
    number: int
    attempt: int
    seq: int
    loop: asyncio.AbstractEventLoop
    event: asyncio.Event


class Rooms:
    """Who waits for which call to be read on."""

    def __init__(self) -> None:
        self._waiting: set[_Waiting] = set()
        self._rows: Mapping[int, CallRow] = {}
        self._lock = threading.Lock()

    def tell(self, rows: Mapping[int, CallRow]) -> None:
        """How all calls are now; from any thread."""
        with self._lock:
            self._rows = rows
            free = [one for one in self._waiting if has_room(rows.get(one.number), one.attempt, one.seq)]
        for one in free:
            one.loop.call_soon_threadsafe(one.event.set)

    async def wait(self, row: CallRow, seq: int, seconds: float) -> int:
        """Until there is room for the part after `seq`, the call is gone, or the time is over; what is acknowledged."""
        one = _Waiting(row.number, row.attempt, seq, asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._waiting.add(one)
            if has_room(self._rows.get(one.number, row), one.attempt, seq):
                one.event.set()
        try:
            async with asyncio.timeout(seconds):
                await one.event.wait()
        except TimeoutError:
            pass
        finally:
            with self._lock:
                self._waiting.discard(one)
        now = self._rows.get(row.number, row)
        return max(now.acknowledged, row.acknowledged) if now.attempt == row.attempt else row.acknowledged


def has_room(row: CallRow | None, attempt: int, seq: int) -> bool:
    """Whether the part after `seq` may be sent, or nobody wants it any more."""
    return row is None or row.attempt != attempt or seq < row.acknowledged + WINDOW
