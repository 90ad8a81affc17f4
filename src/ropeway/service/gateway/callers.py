"""Who calls: an agent with a session, looked up once and remembered for its signs of life."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from ropeway.service.gateway.dispatcher import Dispatcher
from ropeway.service.gateway.sessions import Caller, caller
from ropeway.service.http.remembered import Remembered
from ropeway.service.parts import Parts
from ropeway.telemetry.correlation import note


class Callers:
    """The agents that call this service process."""

    def __init__(self, parts: Parts, dispatcher: Dispatcher) -> None:
        self._parts, self._dispatcher = parts, dispatcher
        self._sessions = Remembered[Caller]()

    async def caller(self, request: HTTPConnection) -> Caller:
        """Who it is, looked up; RopewayError for nobody."""
        who = await run_in_threadpool(caller, self._parts, request)
        self._dispatcher.start()
        self._sessions.remember(request.headers["authorization"], who)
        note(agent=who.id)
        return who

    def familiar(self, request: HTTPConnection) -> Caller | None:
        """Who was looked up before, and is no removed agent: enough for a sign of life, of which there are many."""
        who = self._sessions.of(request.headers.get("authorization", ""))
        good = who is not None and who.until > self._parts.clock() and who.id in self._dispatcher.known
        return who if good else None


def address_of(request: HTTPConnection) -> str:
    """Where an agent calls from, or the proxy before it."""
    return request.client.host if request.client else ""
