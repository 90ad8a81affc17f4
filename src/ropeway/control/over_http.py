"""Control of a service, over HTTPS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

from ropeway.control.calls import CALLS
from ropeway.control.connection import Connection, Token
from ropeway.control.following import Following
from ropeway.control.over_graph.agents import AgentsOverGraph
from ropeway.control.over_graph.domains import DomainsOverGraph
from ropeway.control.over_graph.graph import Graph
from ropeway.control.over_graph.jobs import JobsOverGraph
from ropeway.control.over_graph.logs import LogsOverGraph
from ropeway.control.over_graph.schemas import SchemasOverGraph
from ropeway.control.over_graph.switches import SwitchesOverGraph
from ropeway.control.protocol import Control, CycleView
from ropeway.control.wire.lines import Answer
from ropeway.control.wire.sending import request
from ropeway.control.wire.shape import shape
from ropeway.model.problems import Problem, RopewayError


def connect(url: str, token: Token, ca: str | None, tenant: str = "") -> Control:
    """Control of the service at `url`; `ca` is the authority that its certificate must come from, in PEM.

    `tenant` is the id of the one that is signed in to, where it is known.
    """
    return cast("Control", OverHttp(Connection(url, token, ca), tenant))


class OverHttp(JobsOverGraph, LogsOverGraph, SchemasOverGraph, AgentsOverGraph, SwitchesOverGraph, DomainsOverGraph):
    """Implements `Control`: each method that the table of calls has is a request, or a few.

    What Graph's API has is asked of that. The other methods are not written out: names, arguments and types are those
    of `Control` itself, so that the two cannot differ.
    """

    def __init__(self, connection: Connection, tenant: str = "") -> None:
        self._connection = connection
        self._graph = Graph(connection, tenant)
        self._errands = Following(connection)

    @property
    def unfinished(self) -> str:
        """The method that a worker goes on with, although nobody waits for it any more."""
        return self._errands.unfinished

    def __getattr__(self, method: str) -> Callable[..., Any]:
        if method not in CALLS or not CALLS[method].is_own:
            raise AttributeError(method)
        return partial(self._call, method)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def keep_in_step(
        self,
        jobs: Sequence[str],  # noqa: ARG002 - as Control has it
        *,
        stop: Callable[[], bool],  # noqa: ARG002
        cycle: Callable[[CycleView], None],  # noqa: ARG002
    ) -> None:
        """RopewayError `service-keeps-in-step`: nothing is left to be done from here."""
        raise RopewayError(Problem("service-keeps-in-step", object=self._connection.url))

    def _call(self, method: str, *args: Any, **named: Any) -> Any:
        asked = request(method, args, named)
        if CALLS[method].errand is not None:
            result = self._errands.result(method, asked, Answer(named.get("progress"), named.get("each")))
        else:
            with self._connection.asked(asked) as response:
                result = response.read() or b"null"
        return self._graph.decoded(result, shape(method).result)
