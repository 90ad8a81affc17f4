"""Which jobs are to run a cycle: asked for by anybody, worked off by as many workers as there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Asks(Protocol):
    """The side of whoever wants a cycle: the API, an agent that saw a change, the clock."""

    def ask(self, job: int) -> None:
        """A cycle of this job (its number) as soon as one may run. Asked twice before it began is asked once;
        asked while one runs, another follows."""
        ...


class Queue(Asks, Protocol):
    """One running cycle per job over all workers; jobs of a worker that died are taken over."""

    def work(self, run: Callable[[int], None], stop: Callable[[], bool]) -> None:
        """Run what is asked for, several jobs side by side, until `stop`; what is running then is finished."""
        ...
