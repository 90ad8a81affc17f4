"""An answer on its way up: frames gathered into parts, parts sent one after the other by a thread of their own."""

from __future__ import annotations

import queue
import threading
import time

import msgspec

from ropeway.agent.patience import Patience
from ropeway.agent.sessions import Line
from ropeway.agent.trace import log
from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.wire.calls import Call
from ropeway.model.wire.parts import ENOUGH, MOST_BYTES, MOST_PACKED, packed
from ropeway.model.wire.sessions import Taken
from ropeway.telemetry.correlation import in_this_context

SOON = 0.2
"""Seconds after which a part is sent, however little is in it."""
HOLD = 20.0
"""Seconds for which the service may hold an answer back at most; less where lines are cut when idle."""
GIVE_UP = 60.0
"""Seconds of trouble after which somebody else has the call for long."""
AHEAD = 2
"""Parts that wait here to be sent."""
WINDOW = 8
"""Parts that may be with the service and not read yet."""

ENDS = frozenset({"call-gone", "agent-out-of-step", "agent-removed", "agent-unknown", "request-too-large"})
"""Problems after which nothing more is sent."""


class Outgoing:
    """The answer to one call. `stopped` is set when nobody wants it any more."""

    def __init__(self, line: Line, call: Call, stopped: threading.Event) -> None:
        self.stopped = stopped
        self._line, self._call = line, call
        self._version = line.session().wire
        self._frames: list[bytes] = []
        self._size, self._since, self._domain = 0, 0.0, ""
        self._parts: queue.Queue[tuple[bytes, bool]] = queue.Queue(AHEAD)
        self._thread = threading.Thread(
            target=in_this_context(self._send_all), name=f"call {call.number} up", daemon=True
        )
        self._thread.start()

    def add(self, frame: bytes, domain: str) -> None:
        """One frame more, said by a source that is connected to that domain."""
        if domain != self._domain:
            self._flush()
            self._domain = domain
        if not self._frames:
            self._since = time.monotonic()
        self._frames.append(frame)
        self._size += len(frame)
        if self._size >= ENOUGH or time.monotonic() - self._since > SOON:
            self._flush()

    def end(self) -> None:
        """The last frame was added: wait until all is up, or nobody wants it."""
        self._flush(last=True)
        self._thread.join()

    def drop(self) -> None:
        """Nobody wants it."""
        self.stopped.set()
        self._thread.join()

    def _flush(self, *, last: bool = False) -> None:
        frames, size = self._frames, self._size
        self._frames, self._size = [], 0
        if not frames and not last:
            return
        part = packed(self._version, self._domain, frames)
        if size > MOST_BYTES - ENOUGH or len(part) > MOST_PACKED:
            details = {"bytes": f"{size:,}", "most": f"{MOST_PACKED:,}"}
            raise RopewayError(Problem("object-too-large-to-send", object=self._call.method, details=details))
        self._offer(part, last)

    def _offer(self, part: bytes, last: bool) -> None:
        while not self.stopped.is_set():
            try:
                self._parts.put((part, last), timeout=0.2)
                return
            except queue.Full:
                continue

    def _send_all(self) -> None:
        seq = 0
        while not self.stopped.is_set():
            try:
                part, last = self._parts.get(timeout=0.2)
            except queue.Empty:
                continue
            seq += 1
            taken = self._sent("POST", f"parts/{seq}", part, {"last": "true"} if last else {})
            while taken is not None and not last and seq >= taken + WINDOW:
                taken = self._sent("GET", f"room/{seq}", b"", {})
            if taken is None or last:
                return

    def _sent(self, method: str, path: str, body: bytes, query: dict[str, str]) -> int | None:
        """What is acknowledged; None when nobody wants the rest. Sending again after trouble is harmless."""
        patience, began = Patience(longest=5.0), time.monotonic()
        place = f"/calls/{self._call.number}/{self._call.attempt}/{path}"
        while not self.stopped.is_set():
            hold = int(min(HOLD, self._line.idleness.seconds))
            try:
                raw = self._line.send(method, place, body, {**query, "wait": str(hold)}, hold=hold)
                return msgspec.json.decode(raw, type=prepared(Taken)).acknowledged
            except RopewayError as error:
                log.info("call %d: %s", self._call.number, error.problem.code)
                if error.problem.code in ENDS or time.monotonic() - began > GIVE_UP:
                    self.stopped.set()
                else:
                    self.stopped.wait(patience.wait())
        return None
