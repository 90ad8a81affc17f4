"""One thing at a time that is done beside whoever wants it done."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from types import TracebackType
from typing import Self


class Beside:
    """A thread for as long as the block lasts, which leaves nothing undone; what it raises is raised by `wait`."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="beside")
        self._doing: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._thread.shutdown()
        if kind is None:
            self.wait()

    def do(self, work: Callable[[], None]) -> None:
        """Begin it, when what was begun before has ended."""
        self.wait()
        self._doing = self._thread.submit(copy_context().run, work)

    def wait(self) -> None:
        """Until it has ended."""
        doing, self._doing = self._doing, None
        if doing is not None:
            doing.result()
