"""Calls in work, side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field

from ropeway.agent.answering import answer, failed, sized
from ropeway.agent.domains import Domains
from ropeway.agent.outgoing import Outgoing
from ropeway.agent.sessions import Line
from ropeway.agent.trace import log
from ropeway.agent.watching import watch
from ropeway.engine.ports import Restarts, Source
from ropeway.model.problems import RopewayError
from ropeway.model.wire.calls import Arguments, Call, arguments_from
from ropeway.model.wire.frames import FailedFrame, Frame, PageFrame
from ropeway.model.wire.sessions import Held
from ropeway.telemetry import tracing
from ropeway.telemetry.correlation import bound

MOST_CALLS = 200

ELSEWHERE = frozenset(
    {
        *("certificate-not-trusted", "controller-lost", "controller-unreachable", "controllers-not-found"),
        *("agent-domain-unset", "agent-file-unreadable", "credential-file-open", "credential-file-unreadable"),
        *("kerberos-not-installed", "password-file-empty"),
    }
)
"""Problems of this machine, or on its way to the domain: another agent may have none.

A domain that refuses the account is told at once: another agent's attempt might be the one that locks it."""


@dataclass(slots=True)
class Work:
    """One call in the hands of this agent."""

    call: Call
    stopped: threading.Event = field(default_factory=threading.Event)


class Serving:
    """Does what the service asks, a few calls at a time."""

    def __init__(self, line: Line, domains: Domains, at_once: int) -> None:
        self._line, self._domains = line, domains
        self._work: dict[tuple[int, int], Work] = {}
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(at_once)

    def begin(self, call: Call) -> None:
        """Start on a call."""
        work = Work(call)
        with self._lock:
            if len(self._work) >= MOST_CALLS:
                return  # not renewed, it is open again for another agent
            self._work[call.number, call.attempt] = work
        log.debug("call %d (attempt %d): %s of %s", call.number, call.attempt, call.method, call.domain)
        how = self._watch if call.method == "watch" else self._answer
        threading.Thread(target=self._do, args=(work, how), name=f"call {call.number}", daemon=True).start()

    def stop(self, number: int, attempt: int) -> None:
        """Nobody wants a call any more."""
        with self._lock:
            work = self._work.get((number, attempt))
        if work is not None:
            work.stopped.set()

    def held(self) -> tuple[Held, ...]:
        """The calls in work, whose leases the heartbeat renews."""
        with self._lock:
            return tuple(Held(*key) for key in self._work)

    def close(self) -> None:
        """Give back what is in work, so that another agent goes on at once."""
        for one in self.held():
            self.stop(one.number, one.attempt)
        with suppress(RopewayError):
            self._line.send("POST", "/leave")
        self._domains.close()

    def _do(self, work: Work, how: Callable[[Work, Arguments], None]) -> None:
        call = work.call
        with tracing.within(call.carried), bound(call=call.number), tracing.span("call", method=call.method):
            try:
                how(work, arguments_from(call.arguments))
            except RopewayError as error:
                log.warning("call %d: %s", call.number, error)
            except Exception:  # noqa: BLE001 - a defect must not end the agent in silence
                log.exception("call %d", call.number)
            finally:
                with self._lock:
                    self._work.pop((call.number, call.attempt), None)

    def _watch(self, work: Work, arguments: Arguments) -> None:
        with closing(self._domains.open(work.call.domain, arguments.settings)) as source:
            watch(source, self._line, work.call, work.stopped)

    def _answer(self, work: Work, arguments: Arguments) -> None:
        call = work.call
        outgoing = Outgoing(self._line, call, work.stopped)
        try:
            with self._turns, self._domains.lent(call.domain, arguments.settings) as source:
                self._send_answer(source, outgoing, work, arguments)
        except _Ended:
            pass
        except RopewayError as error:
            tracing.describe(items=0, problem=error.problem.code)
            if call.attempt > 1 or error.problem.code not in ELSEWHERE or not self._give_back(outgoing, call):
                self._finish(outgoing, FailedFrame(error.problem))
        except Exception as error:  # noqa: BLE001 - whatever it was, the service must not wait for ten minutes
            self._finish(outgoing, failed(error))

    def _send_answer(self, source: Source, outgoing: Outgoing, work: Work, arguments: Arguments) -> None:
        """Frame by frame; a source that raised is not used again."""
        frame: Frame | None = None
        items = 0
        for number, frame in enumerate(answer(source, work.call.method, arguments)):
            if isinstance(frame, FailedFrame) and number == 0:
                raise RopewayError(frame.problem)
            domain = source.identity() if isinstance(source, Restarts) and not isinstance(frame, FailedFrame) else ""
            items += len(frame.page.items) if isinstance(frame, PageFrame) else 0
            for raw in sized(frame):
                outgoing.add(raw, domain)
            if work.stopped.is_set():
                outgoing.drop()
                raise _Ended
        outgoing.end()
        if work.call.method == "read" and not items:
            tracing.forget()
        tracing.describe(items=items, problem=frame.problem.code if isinstance(frame, FailedFrame) else "")
        if isinstance(frame, FailedFrame):
            raise _Ended

    def _give_back(self, outgoing: Outgoing, call: Call) -> bool:
        """Have another agent try, which may be this one again; whether the service took it."""
        log.info("call %d is given back: it cannot be done from here", call.number)
        try:
            self._line.send("POST", f"/calls/{call.number}/{call.attempt}/back")
        except RopewayError:
            return False
        outgoing.drop()
        return True

    def _finish(self, outgoing: Outgoing, frame: Frame) -> None:
        for raw in sized(frame):
            outgoing.add(raw, "")
        outgoing.end()


class _Ended(Exception):  # noqa: N818 - not an error: the source is not to be used again
    pass
