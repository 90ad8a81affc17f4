"""Ids that every line of the log has while something is being done: request, job, cycle, errand, call, agent.

They follow the context: into functions and tasks by themselves, into threads by `in_this_context`, into other
processes by `tracing.carry`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_ids: ContextVar[Mapping[str, str | int]] = ContextVar("ids", default={})  # noqa: B039 - never changed, only replaced


def ids() -> Mapping[str, str | int]:
    """What is being done here and now, by the names of the ids."""
    return _ids.get()


@contextmanager
def bound(**more: str | int) -> Generator[None, None, None]:
    """Within, these ids are known too."""
    token = _ids.set({**_ids.get(), **more})
    try:
        yield
    finally:
        _ids.reset(token)


def note(**more: str | int) -> None:
    """From now on these ids are known too, until the surrounding `bound` ends; without one, nothing is known."""
    if _ids.get():
        _ids.set({**_ids.get(), **more})


def in_this_context(do: Callable[P, R]) -> Callable[P, R]:
    """The function, for a thread: it knows the ids, and the span, that are known where this was called."""
    context = copy_context()

    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        return context.run(do, *args, **kwargs)

    return run
