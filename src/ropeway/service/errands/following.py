"""The answer of an errand, line by line as it comes about (NDJSON)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager, suppress

from starlette.concurrency import run_in_threadpool

from ropeway.control.running import trouble
from ropeway.model.problems import Problem, RopewayError
from ropeway.service.errands.lines import pieces, problem_line
from ropeway.service.errands.watching import Watch
from ropeway.store import errands
from ropeway.store.database import Database
from ropeway.store.errands import Seen

ALIVE_EVERY = 10.0
"""Seconds of silence after which a line says that nothing is wrong: proxies cut connections on which nothing moves."""

PARTS = 4
"""Parts that are read at once."""


async def follow(
    database: Database, watch: Watch, number: int, *, after: int = 0, alive_every: float = ALIVE_EVERY
) -> AsyncGenerator[bytes, None]:
    """Its number, then progress, parts after the one given, and signs of life; at last a result or a problem."""
    yield b'{"errand":%d}\n' % number
    told: bytes | None = None
    with _news(watch, number) as news:
        while True:
            try:
                seen = await asyncio.wait_for(news.get(), alive_every)
            except TimeoutError:
                yield b'{"alive":true}\n'
                continue
            if seen is None:
                yield problem_line(Problem("errand-unknown", value=str(number)))
                return
            if seen.progress is not None and seen.progress != told:
                told = seen.progress
                yield b'{"progress":%b}\n' % told
            try:
                while after < seen.parts:
                    for part, body in await run_in_threadpool(_parts, database, number, after):
                        for piece in pieces(body):
                            yield piece
                        after = part
                if seen.state == "done":
                    for piece in pieces(await run_in_threadpool(_result, database, number)):
                        yield piece
                    return
            except RopewayError as error:
                yield problem_line(error.problem)
                return


class _News:
    """The latest state of an errand, for a coroutine, from another thread."""

    def __init__(self) -> None:
        self._loop, self._came = asyncio.get_running_loop(), asyncio.Event()
        self._latest: Seen | None = None

    def put(self, seen: Seen | None) -> None:
        with suppress(RuntimeError):  # the loop ended while nobody waited any more
            self._loop.call_soon_threadsafe(self._take, seen)

    def _take(self, seen: Seen | None) -> None:
        self._latest = seen
        self._came.set()

    async def get(self) -> Seen | None:
        await self._came.wait()
        self._came.clear()
        return self._latest


@contextmanager
def _news(watch: Watch, number: int) -> Generator[_News, None, None]:
    news = _News()
    watch.join(number, news.put)
    try:
        yield news
    finally:
        watch.leave(number, news.put)


def _parts(database: Database, number: int, after: int) -> list[tuple[int, bytes]]:
    with trouble(), database.read() as c:
        found = errands.parts(c, number, after, PARTS)
    if not found:
        raise RopewayError(Problem("errand-unknown", value=str(number)))
    return found


def _result(database: Database, number: int) -> bytes:
    with trouble(), database.read() as c:
        found = errands.result(c, number)
    if found is None:
        raise RopewayError(Problem("errand-unknown", value=str(number)))
    return found
