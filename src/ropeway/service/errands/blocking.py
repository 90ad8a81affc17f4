"""An errand as a call that returns, for whoever may block its thread meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class ByErrand:
    """Calls of Control by method, arguments and who asks, done by a worker; its RopewayError is raised here.

    Whoever asks puts it on record.
    """

    parts: Parts
    watch: Watch

    def __call__(self, method: str, arguments: Mapping[str, Any], asked_by: str, /) -> Any:
        """The answer, waited for."""
        number = self.begin(method, arguments, Asker(asked_by))
        news: SimpleQueue[Seen | None] = SimpleQueue()
        self.watch.join(number, news.put)
        try:
            while (seen := news.get()) is not None and seen.state != "done":
                pass
        finally:
            self.watch.leave(number, news.put)
        with trouble(), self.parts.database.read() as c:
            body = errands.result(c, number)
        result = Answer(None, None).take(pieces(body)) if body else None
        if result is None:
            raise RopewayError(Problem("errand-unknown", value=str(number)))
        return decoded(result, shape(method).result)

    def begin(self, method: str, arguments: Mapping[str, Any], asker: Asker, /) -> int:
        """The number of the errand, which somebody may follow."""
        return ask(self.parts.database, self.parts.tenant, method, arguments, asker, clock=self.parts.clock)


def by_errand(parts: Parts, watch: Watch) -> ByErrand:
    """What does long calls in a service that has workers."""
    return ByErrand(parts, watch)
