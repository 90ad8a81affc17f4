"""Pages read ahead: the source is asked for the next page while this one is stored."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextvars import copy_context
from queue import Empty, Full, Queue

from ropeway.model.pages import Page

PAGES = 4
"""Read ahead at most: memory stays constant, and neither side waits for long."""


def _nothing() -> bool:
    return False


def ahead(pages: Iterator[Page], meanwhile: Callable[[], bool] = _nothing) -> Generator[Page, None, None]:
    """The same pages in the same order, from a thread of their own; what it raises is raised here, in its place.

    The source belongs to that thread until the last page: nothing else may be asked of it meanwhile. For as long as no
    page is there, `meanwhile` is called; it says whether it had anything to do.
    """
    queue: Queue[Page | BaseException | None] = Queue(PAGES)
    stop = threading.Event()
    known = copy_context()  # what the log and a trace say of this cycle they say of its reading, too
    reader = threading.Thread(target=known.run, args=(_read, pages, queue, stop), name="reading ahead", daemon=True)
    reader.start()
    try:
        while (item := _next(queue, meanwhile)) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        while reader.is_alive():
            _drain(queue)
            reader.join(0.05)


def _next(queue: Queue[Page | BaseException | None], meanwhile: Callable[[], bool]) -> Page | BaseException | None:
    while queue.empty() and meanwhile():
        pass
    return queue.get()


def _read(pages: Iterator[Page], queue: Queue[Page | BaseException | None], stop: threading.Event) -> None:
    last: BaseException | None = None
    try:
        for page in pages:
            if not _hand_over(queue, page, stop):
                return
    except BaseException as error:  # noqa: BLE001 - raised again where the pages are wanted
        last = error
    finally:
        _hand_over(queue, last, stop)


def _hand_over(
    queue: Queue[Page | BaseException | None], item: Page | BaseException | None, stop: threading.Event
) -> bool:
    while not stop.is_set():
        try:
            queue.put(item, timeout=0.2)
        except Full:
            continue
        return True
    return False


def _drain(queue: Queue[Page | BaseException | None]) -> None:
    try:
        while True:
            queue.get_nowait()
    except Empty:
        return
