"""One route for each row of the table of calls."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from ropeway.control.calls import BASE, FOLLOWED, OWN, Call
from ropeway.service.control.answering import Answering
from ropeway.service.control.matching import Endpoint, ExactRoute
from ropeway.service.errands import Watch
from ropeway.service.parts import Parts
from ropeway.store.bell import open_bell


def routes(parts: Parts, watch: Watch | None = None) -> list[BaseRoute]:
    """Control over HTTP; `watch` looks after errands, and is made where none is given."""
    answering = Answering(
        parts, watch or Watch(parts.database, partial(open_bell, parts.database), tenant=parts.tenant)
    )
    made = [ExactRoute(call.route, _endpoint(answering, call), call.verb) for call in OWN]
    return [*made, ExactRoute(f"{BASE}/{FOLLOWED}", answering.once_more, "GET")]


def _endpoint(answering: Answering, call: Call) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return await answering.call(call, request)

    return endpoint
