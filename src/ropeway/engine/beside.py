"""What is done beside whoever wants it done, one thing after the other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextvars import copy_context
from types import TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")


class Beside:
    """A thread for as long as the block lasts, which leaves nothing undone; what it raises is raised by `wait`."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="beside")
        self._doing: list[Future[Any]] = []
        self._failed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._thread.shutdown()
        if kind is None:
            self.wait()

    def do(self, work: Callable[[], T]) -> Future[T]:
        """Have it done after whatever was to be done before, unless that fails."""
        doing = self._thread.submit(copy_context().run, self._begun, work)
        self._doing.append(doing)
        return doing

    def wait(self) -> None:
        """Until all is done."""
        doing, self._doing = self._doing, []
        for one in doing:
            one.result()

    def _begun(self, work: Callable[[], T]) -> T:
        if self._failed:
            raise CancelledError
        try:
            return work()
        except BaseException:
            self._failed = True
            raise
