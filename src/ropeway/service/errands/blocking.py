"""An errand as a call that returns, for whoever may block its thread meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from queue import SimpleQueue
from typing import Any

from ropeway.control.running import trouble
from ropeway.control.wire.lines import Answer, decoded
from ropeway.control.wire.shape import shape
from ropeway.model.problems import Problem, RopewayError
from ropeway.service.errands.asking import ask
from ropeway.service.errands.lines import pieces
from ropeway.service.errands.watching import Watch
from ropeway.service.parts import Parts
from ropeway.store import errands
from ropeway.store.errands import Asker, Seen


def by_errand(parts: Parts, watch: Watch) -> Callable[[str, Mapping[str, Any], str], Any]:
    """Calls of Control by method, arguments and who asks, done by a worker; its RopewayError is raised here.

    Whoever asks puts it on record.
    """

    def call(method: str, arguments: Mapping[str, Any], asked_by: str) -> Any:
        number = ask(parts.database, parts.tenant, method, arguments, Asker(asked_by), clock=parts.clock)
        news: SimpleQueue[Seen | None] = SimpleQueue()
        watch.join(number, news.put)
        try:
            while (seen := news.get()) is not None and seen.state != "done":
                pass
        finally:
            watch.leave(number, news.put)
        with trouble(), parts.database.read() as c:
            body = errands.result(c, number)
        result = Answer(None, None).take(pieces(body)) if body else None
        if result is None:
            raise RopewayError(Problem("errand-unknown", value=str(number)))
        return decoded(result, shape(method).result)

    return call
