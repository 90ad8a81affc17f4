"""Everything: a full read, and the parts of one that fill in what a job newly wants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from ropeway.connectors.active_directory import controls, entries, marks
from ropeway.connectors.active_directory.connection import Entry
from ropeway.connectors.active_directory.failures import Refused
from ropeway.connectors.active_directory.marks import Mode
from ropeway.connectors.active_directory.paging import pages
from ropeway.connectors.active_directory.searching import (
    dirsync_in_parts,
    dirsync_now,
    dirsync_search,
    rest_of_range,
    whole_search,
)
from ropeway.connectors.active_directory.selection import Selection, select
from ropeway.connectors.active_directory.session import Session
from ropeway.connectors.active_directory.settings import Settings
from ropeway.model.anchors import Anchor
from ropeway.model.pages import Item, Page, Patch, Whole
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.watermark import Wanted, Watermark

LONG_ENTRIES = 100
"""Entries asked for at a time where each may bring thousands of links."""

PART, MOST_PARTS = 4_000, 25
"""USNs of a part of Samba's answer at least, and its parts at most."""


class FullRead:
    """One read of everything, which may have to begin again on another controller.

    The mark is taken once, before the first attempt, and is good on every controller of the domain: what any attempt
    delivered and somebody deleted afterwards is in the changes since that mark. Only marks of the uSNChanged method
    belong to one controller; then an interrupted read ends with `full-read-interrupted`, and the next one starts anew.
    """

    def __init__(
        self, settings: Settings, wanted: Wanted, seen: Watermark | None, begun: Watermark | None = None
    ) -> None:
        self._settings = settings
        self._wanted = wanted
        self._seen = seen
        self._begun = begun

    def pages(self, session: Session, selection: Selection) -> Iterator[Page]:
        """The pages of one attempt, the mark with the last one."""
        if self._begun is not None and self._begun.method == "usn" and self._begun.controller != session.invocation:
            raise RopewayError(Problem("full-read-interrupted", object=self._settings.domain))
        mark = self._begun or self.begin(session)
        mode = marks.mode_read_from(mark, session, self._settings)
        before = [known for known in (self._seen, mark) if known is not None]
        complete = session.moment().synchronized and all(map(session.covers, before))
        items = everything(session, selection, selection.types, mode, self._settings)
        yield from pages(chain(items, [mark]), complete=complete)

    def begin(self, session: Session) -> Watermark:
        """Take the mark."""
        moment = session.moment()
        mode, cookie = negotiated(session, self._settings)
        self._begun = marks.make(session, mode, moment, self._wanted, cookie)
        return self._begun


def negotiated(session: Session, settings: Settings) -> tuple[Mode, bytes]:
    """The best mode that rights and server allow, and the cookie that stands for now (empty for uSNChanged)."""
    refused: Problem | None = None
    for mode in marks.allowed(settings):
        if mode.method == "usn":
            return mode, b""
        try:
            return mode, dirsync_now(session.connection, session.base, ["name"], object_security=mode.object_security)
        except Refused as error:
            refused = error.problem
    details = refused.details if refused else {}
    raise RopewayError(Problem("replication-rights-missing", object=settings.domain, details=details))


def everything(
    session: Session, selection: Selection, types: Iterable[str], mode: Mode, settings: Settings
) -> Iterator[Item]:
    """Every object of these types: most in one streamed DirSync answer, those with long links in ordinary pages.

    DirSync from the beginning costs the server half of what a paged search costs, but brings all members of a group in
    one message; an ordinary search brings them range by range.
    """
    chosen = set(types)
    ordinary = {t for t in chosen if mode.method == "usn" or selection.needs_ordinary_search(t)}
    if streamed := chosen - ordinary:
        yield from _streamed(session, selection, streamed, mode)
    for part in (ordinary - (long := _long(selection, ordinary)), long):
        if part:
            size = min(LONG_ENTRIES, settings.page_size) if part is long else settings.page_size
            filter_ = selection.filter(part)
            yield from ordinary_items(session, selection, filter_, selection.attributes(part, ranges=True), size)


def filled_in(session: Session, selection: Selection, fresh: Wanted, settings: Settings) -> Iterator[Item]:
    """Attributes that a job newly wants of types it has read before, of every object that has them."""
    asked = select(selection.schema, session.domain, fresh)
    attributes = [asked.schema.attribute(a) for named in fresh.types.values() for a in named]
    searchable = [a for a in attributes if a is not None and a.is_replicated]
    filter_ = asked.filter(fresh.types)
    if len(searchable) == len(attributes):
        filter_ = f"(&{filter_}(|{''.join(f'({a.name}=*)' for a in searchable)}))"
    wanted = asked.attributes([t for t in fresh.types if t in asked.types], ranges=True)
    for item in ordinary_items(session, asked, filter_, wanted, min(LONG_ENTRIES, settings.page_size)):
        if not isinstance(item, Whole):
            yield item
            continue
        if item.attributes:
            yield Patch(item.anchor, item.type, item.dn, item.parent, item.attributes)
        for attribute, links in item.links.items():
            yield from entries.replaced(item.anchor, attribute, links)


def ordinary_items(
    session: Session, selection: Selection, filter_: str, attributes: list[str], size: int
) -> Iterator[Item]:
    """The objects of an ordinary paged search, long references range by range."""
    extra = (controls.extended_dn(),)
    for entry in whole_search(session.connection, session.base, filter_, attributes, extra, size=size):
        item = entries.whole(entry, selection, session.names.anchor)
        if isinstance(item, Whole):
            yield from entries.split(item, remaining(session, entry, item.anchor))
        elif item is not None:
            yield item


def remaining(session: Session, entry: Entry, anchor: Anchor) -> dict[str, Iterator[Anchor]]:
    """By attribute the links that did not fit into the entry, read when they are asked for."""
    return {name: _rest(session, anchor, name, last) for name, last in entries.unfinished(entry).items()}


def _rest(session: Session, anchor: Anchor, attribute: str, last: int) -> Iterator[Anchor]:
    name, extra = f"<GUID={anchor}>", (controls.extended_dn(),)
    for values in rest_of_range(session.connection, name, attribute, last, extra):
        yield from entries.anchors(values, session.names.anchor)


def _streamed(session: Session, selection: Selection, types: set[str], mode: Mode) -> Iterator[Item]:
    filter_, attributes, secure = selection.filter(types), selection.attributes(types), mode.object_security
    found: Iterator[Entry | bytes]
    if session.is_samba and not secure:
        filters = in_parts(filter_, session.moment().usn)
        found = dirsync_in_parts(session.connection, session.base, filters, attributes, object_security=False)
    else:
        found = dirsync_search(session.connection, session.base, filter_, attributes, b"", object_security=secure)
    for entry in found:
        if isinstance(entry, bytes):
            continue
        item = entries.whole(entry, selection, session.names.anchor)
        if isinstance(item, Whole):
            yield from entries.split(item)
        elif item is not None:
            yield item


def in_parts(filter_: str, highest: int) -> list[str]:
    """The filter as several, each for objects created at other USNs, which a controller never changes.

    Samba sends nothing before it has collected the whole answer: in parts, one is worked on while it collects the next.
    What it sends of one fits into the buffers between, so that it need not wait for whoever reads. To pass over the
    objects of the other parts costs it little: a hundredth of what it takes to answer with all of them.
    """
    number = max(1, min(MOST_PARTS, highest // PART))
    bounds = [highest * part // number for part in range(1, number)]
    since = ["", *(f"(uSNCreated>={bound})" for bound in bounds)]
    before = [*(f"(!(uSNCreated>={bound}))" for bound in bounds), ""]
    return [f"(&{a}{b}{filter_})" if a or b else filter_ for a, b in zip(since, before, strict=True)]


def _long(selection: Selection, types: set[str]) -> set[str]:
    return {t for t in types if any(a.multivalued for a in selection.types[t].references.values())}
