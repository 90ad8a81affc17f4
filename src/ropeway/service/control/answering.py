"""A request becomes a call of Control that is made here, or an errand whose answer is streamed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ropeway.control.calls import BASE, FOLLOWED, Call
from ropeway.control.running import trouble
from ropeway.control.wire.receiving import Received, arguments, unfit
from ropeway.directory.definition import ADMINISTRATORS_ONLY
from ropeway.directory.reading import meant
from ropeway.model.permissions import GLOBAL, Access, rule_of
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.service.acts import about
from ropeway.service.errands import Watch, ask, follow
from ropeway.service.http.auditing import name_act, only_looked
from ropeway.service.http.errors import json_answer
from ropeway.service.identity.callers import Caller
from ropeway.service.parts import Parts
from ropeway.service.who import administrator, check_rank, is_global, not_allowed
from ropeway.store import errands, jobs
from ropeway.store.errands import Asker

PLAIN = {"Cache-Control": "no-store"}

LINES = PLAIN | {"X-Accel-Buffering": "no"}
"""Of a stream: proxies pass each line on as it comes."""


class Answering:
    """Answers the calls of the table."""

    def __init__(self, parts: Parts, watch: Watch) -> None:
        self._parts, self._watch = parts, watch

    async def call(self, call: Call, request: Request) -> Response:
        """One call, by whoever is an administrator, or has a directory role for it."""
        found = partial(administrator, rule=rule_of(call.route, call.verb), access=_access(call.verb))
        caller = await run_in_threadpool(found, self._parts, request)
        only_looked(request)  # an act is named when it is made; of an errand its worker tells, which has its outcome
        body = await _body(request, call.most)
        said = await run_in_threadpool(self._arguments, call, request, body)
        if caller.power is not None and _access(call.verb) == "write":
            await run_in_threadpool(self._check_rank, call, caller, said)
        if call.errand is None:
            return await run_in_threadpool(self._here, call, said, request)
        _refuse_password(said)
        asker = _asker(caller, request)
        asked = partial(ask, self._parts.database, self._parts.tenant, call.method, said, asker)
        return self._lines(await run_in_threadpool(partial(asked, clock=self._parts.clock)))

    async def once_more(self, request: Request) -> Response:
        """The answer of an errand, for a client whose connection was cut; parts up to `after` are known to it."""
        found = partial(administrator, rule=rule_of(f"{BASE}/{FOLLOWED}", "GET"), access="read")
        who = (await run_in_threadpool(found, self._parts, request)).row
        number = _number(request.path_params["number"])
        after = _number(request.query_params.get("after", "0"))
        if not await run_in_threadpool(self._is_of, number, who.subject):
            raise RopewayError(Problem("errand-unknown", value=str(number)))
        return self._lines(number, after)

    def _arguments(self, call: Call, request: Request, body: bytes) -> dict[str, Any]:
        query = request.query_params.multi_items()
        return arguments(call.method, Received(request.path_params, query, request.headers.get("if-match", ""), body))

    def _check_rank(self, call: Call, caller: Caller, said: Mapping[str, Any]) -> None:
        """What is done to a person who may do more than whoever does it, by whichever of their names."""
        named = said.get("user") or (said.get("identifier") if said.get("type_") == "users" else None)
        with trouble(), self._parts.database.read() as c:
            bins = (True,) if call.method == "restore_object" else (False, True) if said.get("for_good") else (False,)
            found = (meant(c, self._parts.tenant, "user", str(named), binned=binned) for binned in bins if named)
            people = [id_ for ids in found for id_ in ids]
        for id_ in people:
            check_rank(self._parts, caller, id_)
        if ADMINISTRATORS_ONLY.name in (said.get("properties") or ()) and not is_global(caller):
            raise not_allowed(f"Only a {GLOBAL} says who is an administrator: then no job takes them over.")

    def _here(self, call: Call, said: Mapping[str, Any], request: Request) -> Response:
        """A call made here; one that changes something is an act."""
        with trouble():
            if call.changes:
                with self._parts.database.read() as c:
                    name_act(request, call.method, *about(c, self._parts.tenant, said))
            result = getattr(self._parts.control, call.method)(**said)
            if call.due:
                self._ask_for_a_cycle(said["job"])
            if result is None:
                return Response(status_code=204, headers=PLAIN)
            revision: object = getattr(result, "revision", None)
            return json_answer(result, 200, PLAIN | ({"ETag": f'"{revision}"'} if revision is not None else {}))

    def _ask_for_a_cycle(self, job: str) -> None:
        with self._parts.database.read() as c:
            number = jobs.find(c, self._parts.tenant, job).number
        self._parts.queue.ask(number)

    def _lines(self, number: int, after: int = 0) -> Response:
        lines = follow(self._parts.database, self._watch, number, after=after)
        return StreamingResponse(lines, media_type="application/x-ndjson", headers=LINES)

    def _is_of(self, number: int, subject: str) -> bool:
        with trouble(), self._parts.database.read() as c:
            return errands.is_of(c, self._parts.tenant, number, subject)


def _access(verb: str) -> Access:
    return "read" if verb == "GET" else "write"


def _asker(caller: Caller, request: Request) -> Asker:
    """Whoever asks, as the audit trail has them."""
    address = request.client.host if request.client else ""
    return Asker(caller.row.subject, request.scope.get("ropeway.request", ""), caller.person, caller.row.id, address)


async def _body(request: Request, most: int) -> bytes:
    """What was sent, refused as soon as it is too much."""
    parts: list[bytes] = []
    left = most
    async for part in request.stream():
        left -= len(part)
        if left < 0:
            raise RopewayError(Problem("request-too-large", details={"most": f"{most:,}"}))
        parts.append(part)
    return b"".join(parts)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise unfit(f"This is no number of an errand: {shown(text)}")
    return int(text)


def _refuse_password(said: Mapping[str, Any]) -> None:
    """The only argument that might hold one is the address of another state."""
    state: object = said.get("state")
    if isinstance(state, str) and "://" in state and ":" in state.partition("://")[2].rpartition("@")[0]:
        raise RopewayError(Problem("state-with-password"))
