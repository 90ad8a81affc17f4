"""Agents that wait for calls: each has one channel, by WebSocket or by one long poll after the other."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import defaultdict, deque
from collections.abc import Sequence
from contextlib import suppress

from ropeway.model.wire.calls import Message
from ropeway.service.gateway.sessions import Caller
from ropeway.store.calls import WATCH, CallRow

SPARED_FOR = 10.0
"""Seconds for which an agent that could not reach its domain is asked after all others."""
LEFT_FOR = 2.0
"""Seconds for which what an agent gave back is left to others, which may be at other processes of the service."""
POLL_GAP = 10.0
"""Seconds for which an agent that polls is remembered between two polls."""


class Channel:
    """The way down to one agent."""

    def __init__(self, caller: Caller, room: int, loop: asyncio.AbstractEventLoop, *, polls: bool = False) -> None:
        self.caller = caller
        self.polls = polls
        self.room = room
        """Calls that the agent does side by side; watches come on top."""
        self.is_waiting = False
        self.left = 0.0
        """When a long poll last ended, by the loop's clock."""
        self._failed: float | None = None
        self._loop = loop
        self._waiting: deque[Message] = deque()
        self._came = asyncio.Event()

    def send(self, message: Message) -> None:
        """Put a message on its way; from any thread."""
        self._waiting.append(message)
        with suppress(RuntimeError):  # the loop is closed: so is the channel
            self._loop.call_soon_threadsafe(self._came.set)

    async def receive(self, seconds: float) -> Sequence[Message]:
        """What is to be sent, as soon as there is something; nothing when the time is over."""
        self.is_waiting = True
        try:
            async with asyncio.timeout(seconds):
                await self._came.wait()
        except TimeoutError:
            pass
        finally:
            self.is_waiting = False
            self.left = self._loop.time()
        return self.take()

    def take(self) -> Sequence[Message]:
        """What is to be sent now."""
        self._came.clear()
        messages: list[Message] = []
        while self._waiting:
            messages.append(self._waiting.popleft())
        return messages

    def failed(self) -> None:
        """The agent could not do what it was given."""
        self._failed = time.monotonic()

    @property
    def is_spared(self) -> bool:
        """Whether it just failed: others come first."""
        return self._failed_within(SPARED_FOR)

    def leaves(self, row: CallRow) -> bool:
        """Whether a call is for others now, since this agent just gave it back."""
        return row.agent == self.caller.id and self._failed_within(LEFT_FOR)

    def _failed_within(self, seconds: float) -> bool:
        return self._failed is not None and time.monotonic() < self._failed + seconds

    def load(self, rows: Sequence[tuple[str, str]]) -> tuple[int, int]:
        """Calls and watches that the agent has, of (agent, method) of all calls in work."""
        mine = [method for agent, method in rows if agent == self.caller.id]
        watches = mine.count(WATCH)
        return len(mine) - watches, watches


class Channels:
    """The channels of this process, by agent."""

    def __init__(self) -> None:
        self._open: dict[str, Channel] = {}
        self._of_domain: defaultdict[str, dict[str, Channel]] = defaultdict(dict)
        self._lock = threading.Lock()

    def add(self, channel: Channel) -> Channel | None:
        """The agent's channel from now on; answers the one it had."""
        with self._lock:
            before = self._open.get(channel.caller.id)
            self._open[channel.caller.id] = channel
            self._of_domain[channel.caller.domain][channel.caller.id] = channel
        return before

    def drop(self, channel: Channel) -> None:
        """The channel is closed."""
        with self._lock:
            if self._open.get(channel.caller.id) is channel:
                del self._open[channel.caller.id]
                del self._of_domain[channel.caller.domain][channel.caller.id]

    def of(self, agent: str) -> Channel | None:
        """The agent's channel, if it has one here."""
        return self._open.get(agent)

    def waiting_for(self, domain: str) -> list[Channel]:
        """Those that could be given a call of this domain now."""
        with self._lock:
            return [channel for channel in self._of_domain[domain].values() if channel.is_waiting]

    def every(self) -> list[Channel]:
        """All of them."""
        with self._lock:
            return list(self._open.values())
