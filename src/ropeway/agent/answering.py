"""A call becomes a method of a Source; what that brings becomes frames, the last of them always an end."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ropeway.agent.trace import log
from ropeway.engine.ports import Enumerates, FullReadNeeded, Remembers, Resolves, Restarts, Source
from ropeway.model.pages import Page, Unreadable
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.wire.calls import Arguments, Method
from ropeway.model.wire.frames import (
    AnchorsFrame,
    BegunFrame,
    DefinitionFrame,
    DoneFrame,
    FailedFrame,
    Frame,
    FullReadFrame,
    PageFrame,
    WholeFrame,
)
from ropeway.model.wire.parts import LARGEST_FRAME, encoded


def answer(source: Source, method: Method, arguments: Arguments) -> Iterator[Frame]:
    """The method's whole answer; whatever it raises is its last frame."""
    try:
        if isinstance(source, Remembers):
            source.remember(arguments.seen)
        yield from _asked(source, method, arguments)
        yield DoneFrame(_reports_deletions(source) if method in ("read", "reports_deletions") else None)
    except RopewayError as error:
        log.warning("%s: %s", method, error)
        yield FailedFrame(error.problem)
    except FullReadNeeded as needed:
        yield FullReadFrame(str(needed))


def failed(error: Exception) -> Frame:
    """A failure that nobody foresaw; its words may hold anything and stay here."""
    log.exception("a call failed")
    return FailedFrame(Problem("agent-failed", details={"error": type(error).__name__}))


def _asked(source: Source, method: Method, arguments: Arguments) -> Iterator[Frame]:
    wanted = arguments.wanted
    match method:
        case "describe":
            yield DefinitionFrame(source.describe())
        case "begin":
            yield BegunFrame(source.begin(wanted) if isinstance(source, Restarts) else None)
        case "read":
            yield from map(PageFrame, _pages(source, arguments))
        case "read_one":
            yield WholeFrame(source.read_one(arguments.anchor, wanted) if arguments.anchor else None)
        case "resolve":
            yield WholeFrame(source.resolve(arguments.dn, wanted) if isinstance(source, Resolves) else None)
        case "anchors":
            if isinstance(source, Enumerates):
                yield from map(AnchorsFrame, source.anchors(wanted))
        case "reports_deletions" | "watch":
            return


def _pages(source: Source, arguments: Arguments) -> Iterator[Page]:
    if arguments.watermark is None and arguments.begun is not None and isinstance(source, Restarts):
        return source.read_everything(arguments.begun, arguments.wanted)
    return source.read(arguments.watermark, arguments.wanted)


def _reports_deletions(source: Source) -> bool:
    return isinstance(source, Enumerates) and source.reports_deletions()


def sized(frame: Frame, most: int = LARGEST_FRAME) -> Iterator[bytes]:
    """A frame, encoded; a page that is too large in several, an object that is too large as one that cannot be read."""
    raw = encoded(frame)
    if len(raw) <= most or not isinstance(frame, PageFrame) or not frame.page.items:
        yield raw
    elif len(frame.page.items) > 1:
        for half in _halves(frame.page):
            yield from sized(PageFrame(half), most)
    else:
        yield encoded(PageFrame(_without_its_object(frame.page, len(raw), most)))


def _halves(page: Page) -> tuple[Page, Page]:
    """What counts for the whole page stays with its end."""
    middle = len(page.items) // 2
    first = msgspec.structs.replace(
        page, items=page.items[:middle], watermark=None, complete=False, problems=(), seen=page.known
    )  # fmt: skip
    return first, msgspec.structs.replace(page, items=page.items[middle:])


def _without_its_object(page: Page, size: int, most: int) -> Page:
    item = page.items[0]
    details = {"bytes": f"{size:,}", "most": f"{most:,}"}
    dn = getattr(item, "dn", "")
    problem = Problem("object-too-large-to-send", object=dn, details=details)
    return msgspec.structs.replace(page, items=(Unreadable(item.anchor, dn, problem),))
