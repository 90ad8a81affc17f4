"""Calls on their way to agents: by WebSocket, or by long poll where none passes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from ropeway.model.problems import RopewayError
from ropeway.model.wire import calls as wire
from ropeway.service.gateway.bodies import number
from ropeway.service.gateway.callers import Callers
from ropeway.service.gateway.channels import POLL_GAP, Channel
from ropeway.service.gateway.dispatcher import Dispatcher
from ropeway.service.gateway.sessions import Caller
from ropeway.service.http.errors import refusal
from ropeway.service.parts import Parts
from ropeway.store import calls
from ropeway.store.calls import Lease

MOST_ROOM = 64
LONGEST_HOLD = 60.0
"""Seconds for which an answer is held back at most."""


class Downwards:
    """Channels of agents."""

    def __init__(self, parts: Parts, dispatcher: Dispatcher, callers: Callers) -> None:
        self._parts, self._dispatcher, self._callers = parts, dispatcher, callers

    async def channel(self, websocket: WebSocket) -> None:
        try:
            who = await self._callers.caller(websocket)
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

    async def poll(self, request: Request) -> Response:
        who = await self._callers.caller(request)
        channel = self._dispatcher.channels.of(who.id)
        if channel is None or not channel.polls:
            channel = self._opened(who, _room(request), polls=True)
        messages = await self._received(channel, seconds(request))
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

    def _give(self, lease: Lease) -> None:
        with self._parts.database.write() as c:
            calls.give_back(c, lease)


def _room(request: HTTPConnection) -> int:
    return max(1, min(MOST_ROOM, number(request.query_params.get("room", "4"))))


def seconds(request: HTTPConnection) -> float:
    """For how long the agent is willing to wait."""
    return float(max(1, min(int(LONGEST_HOLD), number(request.query_params.get("wait", "20")))))
