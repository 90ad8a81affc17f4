"""What agents call: /agent/v1/…"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from ropeway.model.problems import RopewayError
from ropeway.model.watermark import Watermark
from ropeway.model.wire import calls as wire
from ropeway.model.wire.parts import MOST_PACKED
from ropeway.model.wire.sessions import (
    PATH,
    Asking,
    Heartbeat,
    Proof,
    Pulse,
    Registration,
    Renewal,
    Taken,
)
from ropeway.service.gateway.authority import NoAuthority
from ropeway.service.gateway.bodies import bounded, number, understood
from ropeway.service.gateway.channels import POLL_GAP, Channel
from ropeway.service.gateway.dispatcher import Dispatcher
from ropeway.service.gateway.registering import Registrar, named
from ropeway.service.gateway.sessions import Caller, caller, challenge, open_session, retire
from ropeway.service.http.auditing import claim_act, name_act
from ropeway.service.http.errors import json_answer, refusal
from ropeway.service.http.remembered import Remembered
from ropeway.service.parts import Parts
from ropeway.store import calls, jobs
from ropeway.store.agents import Seen
from ropeway.store.calls import CallRow, Lease, Part

LONGEST_HOLD = 60.0
"""Seconds for which an answer is held back at most."""
MOST_ROOM = 64
MOST_CALLS = 256
"""Calls of a heartbeat that are looked at."""


def routes(parts: Parts) -> list[BaseRoute]:
    """The gateway's routes; its dispatcher begins with the first agent."""
    return Gateway(parts).routes()


class Gateway:
    """What agents talk to, on one service process."""

    def __init__(self, parts: Parts, registrar: Registrar | None = None) -> None:
        self._parts = parts
        self._registrar = registrar or Registrar(parts, parts.agents or NoAuthority())
        self._dispatcher = Dispatcher(parts)
        self._sessions = Remembered[Caller]()

    def routes(self) -> list[BaseRoute]:
        """One mount."""
        call = "/calls/{number}/{attempt}"
        return [
            Mount(
                PATH,
                routes=[
                    Route("/register", self._register, methods=["POST"]),
                    Route("/challenge", self._challenge, methods=["POST"]),
                    Route("/sessions", self._open_session, methods=["POST"]),
                    Route("/retirement", self._retire, methods=["POST"]),
                    Route("/heartbeat", self._heartbeat, methods=["POST"]),
                    Route("/certificate", self._renew, methods=["POST"]),
                    Route("/leave", self._leave, methods=["POST"]),
                    Route("/poll", self._poll, methods=["GET"]),
                    WebSocketRoute("/channel", self._channel),
                    Route(call + "/parts/{seq}", self._put, methods=["POST"]),
                    Route(call + "/room/{seq}", self._room, methods=["GET"]),
                    Route(call + "/changed", self._changed, methods=["POST"]),
                    Route(call + "/mark", self._mark, methods=["GET"]),
                    Route(call + "/back", self._back, methods=["POST"]),
                ],
            )
        ]

    def waits(self, agent: str) -> bool:
        """Whether an agent waits for calls here."""
        return self._dispatcher.channels.of(agent) is not None

    def close(self) -> None:
        """Let go of all agents; they look for another process."""
        self._dispatcher.stop()

    # who is an agent

    async def _register(self, request: Request) -> Response:
        asked = await understood(request, Registration)
        details = await run_in_threadpool(self._registrar.claim, asked)
        claim_act(request, "register_agent", details["machine"], details, f"agent {details['machine']}")
        made = await run_in_threadpool(self._registrar.register, asked, address_of(request))
        name_act(request, "register_agent", made.agent)
        return json_answer(made, 201)

    async def _challenge(self, request: Request) -> Response:
        asked = await understood(request, Asking)
        return json_answer(await run_in_threadpool(challenge, self._parts, asked.fingerprint))

    async def _open_session(self, request: Request) -> Response:
        proof = await understood(request, Proof)
        self._dispatcher.start()
        return json_answer(await run_in_threadpool(open_session, self._registrar, proof, address_of(request)), 201)

    async def _retire(self, request: Request) -> Response:
        proof = await understood(request, Proof)
        return json_answer(await run_in_threadpool(retire, self._parts, proof, address_of(request)))

    async def _renew(self, request: Request) -> Response:
        who = await self._caller(request)
        asked = await understood(request, Renewal)
        return json_answer(await run_in_threadpool(self._registrar.renew, who.id, asked.csr))

    async def _heartbeat(self, request: Request) -> Response:
        who = self._familiar(request) or await self._caller(request)
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

    async def _caller(self, request: HTTPConnection) -> Caller:
        who = await run_in_threadpool(caller, self._parts, request)
        self._dispatcher.start()
        self._sessions.remember(request.headers["authorization"], who)
        return who

    def _familiar(self, request: HTTPConnection) -> Caller | None:
        """Who was looked up before, and is no removed agent: enough for a sign of life, of which there are many."""
        who = self._sessions.of(request.headers.get("authorization", ""))
        good = who is not None and who.until > self._parts.clock() and who.id in self._dispatcher.known
        return who if good else None

    async def _leave(self, request: Request) -> Response:
        """The agent ends: what it has is for another at once, and it is given no more."""
        who = await self._caller(request)
        if channel := self._dispatcher.channels.of(who.id):
            self._dispatcher.channels.drop(channel)
            channel.send(wire.Ended("The agent leaves."))
        await run_in_threadpool(self._give_all, who.id)
        return json_answer(Taken(0))

    def _give_all(self, agent: str) -> None:
        with self._parts.database.write() as c:
            calls.give_back_all(c, agent)

    # downwards

    async def _channel(self, websocket: WebSocket) -> None:
        try:
            who = await self._caller(websocket)
        except RopewayError as error:
            await websocket.send_denial_response(refusal(Request(dict(websocket.scope, type="http")), error.problem))
            return
        await websocket.accept()
        channel = self._opened(who, _room(websocket), polls=False)
        sending = asyncio.create_task(self._send_down(websocket, channel))
        try:
            while (await websocket.receive())["type"] != "websocket.disconnect":
                pass  # nothing comes up this way
        finally:
            self._dispatcher.channels.drop(channel)
            sending.cancel()
            await self._take_back(channel, channel.take())

    def _opened(self, who: Caller, room: int, *, polls: bool) -> Channel:
        channel = Channel(who, room, asyncio.get_running_loop(), polls=polls)
        before = self._dispatcher.channels.add(channel)
        if before is not None:
            before.send(wire.Ended("The agent has another channel."))
        return channel

    async def _send_down(self, websocket: WebSocket, channel: Channel) -> None:
        while True:
            messages = await self._received(channel, LONGEST_HOLD)
            try:
                if messages:
                    await websocket.send_bytes(wire.to_bytes(messages))
                if any(isinstance(message, wire.Ended) for message in messages):
                    await websocket.close(1001)
                    return
            except (WebSocketDisconnect, RuntimeError):
                await self._take_back(channel, messages)
                return

    async def _poll(self, request: Request) -> Response:
        who = await self._caller(request)
        channel = self._dispatcher.channels.of(who.id)
        if channel is None or not channel.polls:
            channel = self._opened(who, _room(request), polls=True)
        messages = await self._received(channel, _seconds(request))
        asyncio.get_running_loop().call_later(POLL_GAP, self._forget, channel, channel.left)
        return Response(wire.to_bytes(messages), media_type="application/msgpack")

    async def _received(self, channel: Channel, seconds: float) -> Sequence[wire.Message]:
        """What is for the agent; while it waits, it can be given something."""
        receiving = asyncio.create_task(channel.receive(seconds))
        await asyncio.sleep(0)
        if self._dispatcher.has_open(channel.caller.domain):
            await run_in_threadpool(self._dispatcher.hand_out)
        return await receiving

    async def _take_back(self, channel: Channel, messages: Sequence[wire.Message]) -> None:
        """Calls that did not reach the agent are for another."""
        for message in messages:
            if isinstance(message, wire.Call):
                await run_in_threadpool(self._give, Lease(message.number, message.attempt, channel.caller.id))

    def _forget(self, channel: Channel, left: float) -> None:
        if channel.left == left and not channel.is_waiting:
            self._dispatcher.channels.drop(channel)

    # upwards

    async def _put(self, request: Request) -> Response:
        lease = await self._lease(request)
        seq, last = number(request.path_params["seq"]), request.query_params.get("last") == "true"
        body = await bounded(request, MOST_PACKED)
        acknowledged = await run_in_threadpool(self._keep, lease, Part(seq, last, body))
        if last:
            return json_answer(Taken(acknowledged))
        return await self._held_back(lease, acknowledged, seq, request)

    def _keep(self, lease: Lease, part: Part) -> int:
        with self._parts.database.write() as c:
            return calls.put(c, lease, part, self._parts.clock())

    async def _room(self, request: Request) -> Response:
        lease = await self._lease(request)
        row = await run_in_threadpool(self._held, lease)
        return await self._held_back(lease, row.acknowledged, number(request.path_params["seq"]), request)

    async def _held_back(self, lease: Lease, acknowledged: int, seq: int, request: Request) -> Response:
        """The answer, when there is room for another part: this is what slows an agent down."""
        row = CallRow(lease.number, "", 0, "", "taken", lease.agent, lease.attempt, acknowledged)
        return json_answer(Taken(await self._dispatcher.rooms.wait(row, seq, _seconds(request))))

    async def _changed(self, request: Request) -> Response:
        lease = await self._lease(request)
        row = await run_in_threadpool(self._held, lease)
        await run_in_threadpool(self._parts.queue.ask, row.job)
        return json_answer(Taken(0))

    async def _mark(self, request: Request) -> Response:
        """How far the call's job has read by now."""
        mark = await run_in_threadpool(self._read_so_far, await self._lease(request))
        return Response(msgspec.msgpack.encode(mark), media_type="application/msgpack")

    def _read_so_far(self, lease: Lease) -> Watermark | None:
        with self._parts.database.read() as c:
            return jobs.watermark(c, calls.require(c, lease).job)

    async def _back(self, request: Request) -> Response:
        """The agent cannot do it; another may. The job is run at once, so that what is wrong is said."""
        lease = await self._lease(request)
        if channel := self._dispatcher.channels.of(lease.agent):
            channel.failed()
        if job := await run_in_threadpool(self._give_back, lease):
            await run_in_threadpool(self._parts.queue.ask, job)
        return json_answer(Taken(0))

    def _give_back(self, lease: Lease) -> int | None:
        """The job that the call was for, where no trouble of it is known yet: one that is is not hurried."""
        with self._parts.database.write() as c:
            held = calls.is_held(c, lease)
            calls.give_back(c, lease)
            row = jobs.load_if_there(c, held.job) if held else None
        return row.number if row is not None and row.standing.stopped is None else None

    def _give(self, lease: Lease) -> None:
        with self._parts.database.write() as c:
            calls.give_back(c, lease)

    def _held(self, lease: Lease) -> CallRow:
        with self._parts.database.read() as c:
            return calls.require(c, lease)

    async def _lease(self, request: Request) -> Lease:
        who = await self._caller(request)
        return Lease(number(request.path_params["number"]), number(request.path_params["attempt"]), who.id)


def address_of(request: HTTPConnection) -> str:
    """Where an agent calls from, or the proxy before it."""
    return request.client.host if request.client else ""


def _room(request: HTTPConnection) -> int:
    return max(1, min(MOST_ROOM, number(request.query_params.get("room", "4"))))


def _seconds(request: HTTPConnection) -> float:
    """For how long the agent is willing to wait."""
    return float(max(1, min(int(LONGEST_HOLD), number(request.query_params.get("wait", "20")))))
