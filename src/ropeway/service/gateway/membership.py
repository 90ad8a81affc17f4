"""Becoming an agent, staying one, and ending: registration, sessions, certificates, signs of life."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ropeway.model.wire import calls as wire
from ropeway.model.wire.sessions import Asking, Heartbeat, Proof, Pulse, Registration, Renewal, Taken
from ropeway.service.gateway.bodies import understood
from ropeway.service.gateway.callers import Callers, address_of
from ropeway.service.gateway.dispatcher import Dispatcher
from ropeway.service.gateway.registering import Registrar, named
from ropeway.service.gateway.sessions import challenge, open_session, retire
from ropeway.service.http.auditing import claim_act, name_act
from ropeway.service.http.errors import json_answer
from ropeway.service.parts import Parts
from ropeway.store import calls
from ropeway.store.agents import Seen
from ropeway.store.calls import Lease

MOST_CALLS = 256
"""Calls of a heartbeat that are looked at."""


class Membership:
    """What agents say of themselves."""

    def __init__(self, parts: Parts, registrar: Registrar, dispatcher: Dispatcher, callers: Callers) -> None:
        self._parts, self._registrar, self._dispatcher, self._callers = parts, registrar, dispatcher, callers

    async def register(self, request: Request) -> Response:
        asked = await understood(request, Registration)
        details = await run_in_threadpool(self._registrar.claim, asked)
        claim_act(request, "register_agent", details["machine"], details, f"agent {details['machine']}")
        made = await run_in_threadpool(self._registrar.register, asked, address_of(request))
        name_act(request, "register_agent", made.agent)
        return json_answer(made, 201)

    async def challenge(self, request: Request) -> Response:
        asked = await understood(request, Asking)
        return json_answer(await run_in_threadpool(challenge, self._parts, asked.fingerprint))

    async def open_session(self, request: Request) -> Response:
        proof = await understood(request, Proof)
        self._dispatcher.start()
        return json_answer(await run_in_threadpool(open_session, self._registrar, proof, address_of(request)), 201)

    async def retire(self, request: Request) -> Response:
        proof = await understood(request, Proof)
        return json_answer(await run_in_threadpool(retire, self._parts, proof, address_of(request)))

    async def renew(self, request: Request) -> Response:
        who = await self._callers.caller(request)
        asked = await understood(request, Renewal)
        return json_answer(await run_in_threadpool(self._registrar.renew, who.id, asked.csr))

    async def heartbeat(self, request: Request) -> Response:
        who = self._callers.familiar(request) or await self._callers.caller(request)
        told = await understood(request, Heartbeat)
        leases = [Lease(held.number, held.attempt, who.id) for held in told.calls[:MOST_CALLS]]
        seen = Seen(who.id, self._parts.clock(), named(told.version), address_of(request))
        self._dispatcher.heartbeats.note(seen, leases)
        doubtful = [lease for lease in leases if not self._dispatcher.holds(*lease)]
        gone = await run_in_threadpool(self._gone, doubtful) if doubtful else []
        brief = self._dispatcher.known.get(who.id) or await run_in_threadpool(self._dispatcher.brief, who.id)
        mine = tuple(held for held in told.calls if (held.number, held.attempt) in gone)
        return json_answer(Pulse(brief.trace, self._registrar.renew_in(brief.expires), mine))

    def _gone(self, doubtful: list[Lease]) -> list[tuple[int, int]]:
        """The look was a moment ago: a call given by another process may be younger."""
        with self._parts.database.read() as c:
            return [(one.number, one.attempt) for one in doubtful if calls.is_held(c, one) is None]

    async def leave(self, request: Request) -> Response:
        """The agent ends: what it has is for another at once, and it is given no more."""
        who = await self._callers.caller(request)
        if channel := self._dispatcher.channels.of(who.id):
            self._dispatcher.channels.drop(channel)
            channel.send(wire.Ended("The agent leaves."))
        await run_in_threadpool(self._give_all, who.id)
        return json_answer(Taken(0))

    def _give_all(self, agent: str) -> None:
        with self._parts.database.write() as c:
            calls.give_back_all(c, agent)
