"""Answers on their way from agents: parts, room for more, news of a domain, calls that are given back."""

from __future__ import annotations

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ropeway.model.watermark import Watermark
from ropeway.model.wire.parts import MOST_PACKED
from ropeway.model.wire.sessions import Taken
from ropeway.service.gateway.bodies import bounded, number
from ropeway.service.gateway.callers import Callers
from ropeway.service.gateway.dispatcher import Dispatcher
from ropeway.service.gateway.downwards import seconds
from ropeway.service.http.errors import json_answer
from ropeway.service.parts import Parts
from ropeway.store import agents, calls, jobs
from ropeway.store.calls import WATCH, CallRow, Lease, Part
from ropeway.telemetry.correlation import note


class Upwards:
    """What agents bring."""

    def __init__(self, parts: Parts, dispatcher: Dispatcher, callers: Callers) -> None:
        self._parts, self._dispatcher, self._callers = parts, dispatcher, callers

    async def put(self, request: Request) -> Response:
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

    async def room(self, request: Request) -> Response:
        lease = await self._lease(request)
        row = await run_in_threadpool(self._held, lease)
        return await self._held_back(lease, row.acknowledged, number(request.path_params["seq"]), request)

    async def _held_back(self, lease: Lease, acknowledged: int, seq: int, request: Request) -> Response:
        """The answer, when there is room for another part: this is what slows an agent down."""
        row = CallRow(lease.number, "", 0, "", "taken", lease.agent, lease.attempt, acknowledged)
        return json_answer(Taken(await self._dispatcher.rooms.wait(row, seq, seconds(request))))

    async def changed(self, request: Request) -> Response:
        lease = await self._lease(request)
        row = await run_in_threadpool(self._held, lease)
        await run_in_threadpool(self._parts.queue.ask, row.job)
        return json_answer(Taken(0))

    async def mark(self, request: Request) -> Response:
        """How far the call's job has read by now."""
        mark = await run_in_threadpool(self._read_so_far, await self._lease(request))
        return Response(msgspec.msgpack.encode(mark), media_type="application/msgpack")

    def _read_so_far(self, lease: Lease) -> Watermark | None:
        with self._parts.database.read() as c:
            return jobs.watermark(c, calls.require(c, lease).job)

    async def back(self, request: Request) -> Response:
        """The agent cannot do it; another may. The job of a watch is run at once, so that what is wrong is said.

        The process that has the agent's channel, which need not be this one, sees that it failed at its next look.
        """
        lease = await self._lease(request)
        if job := await run_in_threadpool(self._give_back, lease):
            await run_in_threadpool(self._parts.queue.ask, job)
        return json_answer(Taken(0))

    def _give_back(self, lease: Lease) -> int | None:
        """The job that was watched, where no trouble of it is known yet: one that is is not hurried."""
        now = self._parts.clock()
        with self._parts.database.write() as c:
            held = calls.is_held(c, lease)
            has_others = held and agents.standing(c, self._parts.tenant, held.domain, now).active > 1
            calls.give_back(c, lease, by=lease.agent if has_others else "")
            row = jobs.load_if_there(c, held.job) if held and held.method == WATCH else None
        return row.number if row is not None and row.standing.stopped is None else None

    def _held(self, lease: Lease) -> CallRow:
        with self._parts.database.read() as c:
            return calls.require(c, lease)

    async def _lease(self, request: Request) -> Lease:
        who = await self._callers.caller(request)
        lease = Lease(number(request.path_params["number"]), number(request.path_params["attempt"]), who.id)
        note(call=lease.number)
        return lease
