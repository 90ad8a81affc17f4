"""A call, seen by whoever wants its answer: asked, waited for, checked, withdrawn."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field

import msgspec

from ropeway.control.views import iso
from ropeway.engine.ports import FullReadNeeded
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.model.wire.calls import Arguments, Method
from ropeway.model.wire.frames import DoneFrame, FailedFrame, Frame, FullReadFrame
from ropeway.model.wire.parts import Part as Unpacked
from ropeway.model.wire.parts import TooLarge, unpacked
from ropeway.model.wire.sessions import HEARTBEAT, PULSE
from ropeway.model.wire.versions import SPOKEN, Spoken
from ropeway.store import agents, calls
from ropeway.store.bell import Bell, Bells
from ropeway.store.calls import Answers, CallRow, Order, Part
from ropeway.store.database import Database
from ropeway.telemetry import tracing

SLACK = 5.0
"""Seconds by which a heartbeat may be late."""

MOST_DETAILS, LONGEST_DETAIL = 20, 600
"""Of a problem that an agent tells: enough for every sentence of the catalogue."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a reader waits, in seconds."""

    answer: float = 600.0
    """For the next part of an answer (TimeOut)."""
    nobody: float = 20.0
    """For an agent of the domain to come back, when none is active."""
    word: float = 5.0
    """Until it is said that no agent answers."""
    look: float = 2.0
    """Between two looks whether there are agents."""
    renew: float = 20.0
    """Between two signs that the answer is still wanted."""


@dataclass(slots=True)
class Reader:
    """Asks calls of one job, one after the other."""

    database: Database
    tenant: int
    domain: str
    job: int
    bells: Bells
    patience: Patience = field(default_factory=Patience)
    clock: Callable[[], float] = time.time
    spoken: Spoken = SPOKEN
    guid: str | None = None
    """Of the domain that the job belongs to: what every part must name; None until it is known."""
    bell: Bell | None = None
    tell: Callable[[Problem], None] = field(default=lambda _problem: None)
    """Told what is waited for, once it has lasted (`agent-awaited`)."""

    def frames(self, method: Method, arguments: Arguments) -> Generator[Frame, None, None]:
        """The pieces of the answer, the last one Done; RopewayError and FullReadNeeded as the source raised them.

        Where an agent is lost in the middle, another begins anew, and pieces come twice.
        """
        self._require_agents()
        body = msgspec.msgpack.encode(arguments)
        waiting = _Waiting(self, Order(self.tenant, self.domain, self.job, method, body, tracing.carry()))
        last: Frame | None = None
        try:
            for row, part in waiting.parts():
                for last in self._checked(row, part):
                    yield last
                if part.last and not isinstance(last, DoneFrame):
                    raise RopewayError(Problem("agent-answer-incomplete", object=row.agent))
        finally:
            waiting.close()

    def close(self) -> None:
        """Give back the bell."""
        bell, self.bell = self.bell, None
        if bell is not None:
            self.bells.take_back(bell)

    def standing(self) -> agents.Standing:
        """How many agents the domain has, and how many have not missed a heartbeat."""
        with self.database.read() as c:
            return agents.standing(c, self.tenant, self.domain, self.clock(), HEARTBEAT + SLACK)

    def heard(self) -> str:
        """When each of them was heard of."""
        with self.database.read() as c:
            return agents.heard(c, self.tenant, self.domain, self.clock())

    def is_silent(self, agent: str) -> bool:
        """Whether an agent that has a call, and says so every few seconds, was not heard of for longer."""
        with self.database.read() as c:
            seen = agents.find(c, self.tenant, agent).seen
        return self.clock() - seen > PULSE + SLACK

    def _require_agents(self) -> None:
        if not self.standing().registered:
            raise RopewayError(Problem("agents-none-assigned", object=self.domain))

    def _checked(self, row: CallRow, part: Part) -> Iterator[Frame]:
        found = self._unpacked(row, part)
        for frame in found.frames:
            match frame:
                case FailedFrame(problem):
                    raise RopewayError(bounded(problem))
                case FullReadFrame(reason):
                    raise FullReadNeeded(reason[:LONGEST_DETAIL])
                case _:
                    self._require_domain(row, found.domain)
                    yield frame

    def _unpacked(self, row: CallRow, part: Part) -> Unpacked:
        try:
            found = unpacked(part.body)
        except TooLarge as error:
            raise _bad(row, "agent-answer-too-large", reason=str(error)) from None
        except ValueError as error:
            raise _bad(row, "agent-answer-unreadable", reason=shown(str(error))) from None
        if not self.spoken.oldest <= found.version <= self.spoken.newest:
            ours = {"oldest": str(self.spoken.oldest), "newest": str(self.spoken.newest)}
            raise _bad(row, "agent-of-newer-version", found=str(found.version), **ours)
        return found

    def _require_domain(self, row: CallRow, found: str) -> None:
        if self.guid is None:
            self.guid = found
        if found != self.guid:
            raise _bad(row, "agent-of-another-domain", expected=self.guid, found=shown(found))


class _Waiting:
    """One call, until its last part has come."""

    def __init__(self, reader: Reader, order: Order) -> None:
        self._reader, self._order = reader, order
        self._number = self._asked()
        self._heard = self._renewed = self._looked = time.monotonic()
        self._deserted: float | None = None
        """Since when there is no active agent."""
        self._told = False

    def parts(self) -> Iterator[tuple[CallRow, Part]]:
        """All of them, as they come."""
        while True:
            found = self._answers()
            if found is None:
                self._number = self._asked()  # this process stood still for longer than a call waits for its reader
                continue
            for part in found.parts:
                yield found.row, part
                if part.last:
                    return
            if not found.parts:
                self._wait(found.row)

    def close(self) -> None:
        """Nobody waits any more."""
        with self._reader.database.write() as c:
            calls.withdraw(c, self._number)

    def _asked(self) -> int:
        with self._reader.database.write() as c:
            return calls.ask(c, self._order, self._reader.clock())

    def _answers(self) -> Answers | None:
        """The next parts, acknowledged: whoever sends may go on while they are used."""
        with self._reader.database.read() as c:
            found = calls.answers(c, self._number)
        if found is not None and found.parts:
            self._heard, self._deserted, self._told = time.monotonic(), None, False
            if not found.parts[-1].last:
                with self._reader.database.write() as c:
                    calls.acknowledge(c, found.row, found.parts[-1].seq)
        return found

    def _wait(self, row: CallRow) -> None:
        patience, now = self._reader.patience, time.monotonic()
        if now - self._heard > patience.answer:
            details = {"seconds": f"{patience.answer:.0f}"}
            raise RopewayError(Problem("agent-timeout", object=row.agent or self._order.domain, details=details))
        if now - self._looked > patience.look:
            self._looked = now
            if row.state == "open":
                self._require_somebody(now)
            self._tell(row, now)
        if now - self._renewed > patience.renew:
            self._renewed = now
            with self._reader.database.write() as c:
                calls.still_wanted(c, self._number, self._reader.clock())
        if self._reader.bell is None:
            self._reader.bell = self._reader.bells.lend()
            return  # what was written before the bell was there, it does not tell
        self._reader.bell.wait(min(patience.look, patience.answer))

    def _tell(self, row: CallRow, now: float) -> None:
        reader, waited = self._reader, now - self._heard
        if self._told or waited <= reader.patience.word or (row.state != "open" and not reader.is_silent(row.agent)):
            return
        self._told = True
        details = {"since": iso(reader.clock() - waited) or "", "agents": reader.heard()}
        reader.tell(Problem("agent-awaited", object=self._order.domain, details=details))

    def _require_somebody(self, now: float) -> None:
        standing = self._reader.standing()
        if not standing.registered:
            raise RopewayError(Problem("agents-none-assigned", object=self._order.domain))
        if standing.active:
            self._deserted = None
            return
        self._deserted = now if self._deserted is None else self._deserted
        if now - self._deserted >= self._reader.patience.nobody:
            details = {"count": str(standing.registered), "agents": self._reader.heard()}
            raise RopewayError(Problem("agents-none-active", object=self._order.domain, details=details))


def bounded(problem: Problem) -> Problem:
    """What an agent says is wrong, cut to what can be shown."""
    details = {k[:40]: v[:LONGEST_DETAIL] for k, v in [*problem.details.items()][:MOST_DETAILS]}
    return Problem(
        problem.code[:60], problem.object[:LONGEST_DETAIL], problem.attribute[:100], shown(problem.value), details
    )


def _bad(row: CallRow, code: str, **details: str) -> RopewayError:
    return RopewayError(Problem(code, object=row.agent, details=details))
