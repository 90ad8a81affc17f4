"""What changed since a watermark: by DirSync, or by uSNChanged where DirSync is not to be had."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ropeway.connectors.active_directory import controls, entries, marks
from ropeway.connectors.active_directory.failures import Refused
from ropeway.connectors.active_directory.full import everything, filled_in, remaining
from ropeway.connectors.active_directory.marks import Mode, Opaque
from ropeway.connectors.active_directory.one import read_one
from ropeway.connectors.active_directory.paging import pages
from ropeway.connectors.active_directory.searching import dirsync_search, whole_search
from ropeway.connectors.active_directory.selection import Selection
from ropeway.connectors.active_directory.session import Moment, Session
from ropeway.connectors.active_directory.settings import Settings
from ropeway.engine.ports import FullReadNeeded
from ropeway.model.anchors import guid_from_bytes
from ropeway.model.pages import Gone, Item, Page, Whole
from ropeway.model.problems import RopewayError
from ropeway.model.watermark import Wanted, Watermark

REFRESH = 3600
"""Seconds after which a mark is renewed even where nothing changed, so that it does not grow old."""


WAS_DELETED = "lastKnownParent"
"""What a tombstone gets and a reanimated object keeps: perhaps it was gone and came back between two reads."""


def changes(
    session: Session, selection: Selection, mark: Watermark, wanted: Wanted, settings: Settings
) -> Iterator[Page]:
    """Every change since the mark, its successor with the last page; nothing at all where nothing happened."""
    moment = session.moment()
    opaque = marks.trusted(mark, session, moment, settings)
    mode = marks.mode_of(mark, opaque)
    for page in pages(_stream(session, selection, mark, opaque, mode, moment, wanted, settings)):
        if page.watermark is None:
            yield msgspec.structs.replace(page, seen=marks.make(session, mode, session.moment(), wanted, b""))
        elif page.items or _worth_storing(page.watermark, mark, wanted):
            yield page


def _worth_storing(new: Watermark | None, old: Watermark, wanted: Wanted) -> bool:
    if new is None:
        return False
    moved = (new.controller, new.usn) != (old.controller, old.usn)
    return moved or old.wanted != wanted.digest or new.time - old.time > REFRESH


def _stream(
    session: Session,
    selection: Selection,
    mark: Watermark,
    opaque: Opaque,
    mode: Mode,
    moment: Moment,
    wanted: Wanted,
    settings: Settings,
) -> Iterator[Item | Watermark]:
    if mark.wanted != wanted.digest:
        yield from _newly_wanted(session, selection, opaque, mode, wanted, settings)
    if mode.method == "usn":
        yield from _by_usn(session, selection, mark.usn, settings)
        yield marks.make(session, mode, moment, wanted, b"")
        return
    news = False
    try:
        for found in _by_dirsync(session, selection, opaque.cookie, mode):
            if isinstance(found, bytes):
                now = session.moment() if news else moment  # another controller must have all of what was just told
                yield marks.make(session, mode, now, wanted, found)
            else:
                news = True
                yield found
    except Refused as refused:
        if refused.problem.code == "rights-missing":
            raise FullReadNeeded(
                "The account may no longer read changes as it did when the watermark was made."
            ) from None
        raise FullReadNeeded("The controller does not accept the watermark's cookie.") from None
    except RopewayError as error:
        if error.problem.code != "operation-refused":
            raise
        raise FullReadNeeded("The controller does not accept the watermark's cookie.") from None


def _by_dirsync(session: Session, selection: Selection, cookie: bytes, mode: Mode) -> Iterator[Item | bytes]:
    types = selection.types
    found = dirsync_search(
        session.connection, session.base, selection.filter(types), selection.attributes(types), cookie,
        object_security=mode.object_security,
    )  # fmt: skip
    for entry in found:
        if isinstance(entry, bytes):
            yield entry
        elif entries.is_reanimated(entry) and (anchor := entries.anchor_of(entry)) is not None:
            # That it was gone is told, too: it has lost every link to it, even if no page ever showed it deleted.
            yield Gone(anchor)
            whole = read_one(session, selection, f"<GUID={anchor}>", back_links=False)
            if whole is not None:
                yield from entries.split(whole)
        else:
            yield from entries.change(entry, selection, session.names.anchor)


def _by_usn(session: Session, selection: Selection, usn: int, settings: Settings) -> Iterator[Item]:
    """Whole objects and visible tombstones whose uSNChanged is newer; a group's members bring it here too."""
    filter_ = f"(&(uSNChanged>={usn + 1}){selection.filter(selection.types)})"
    attributes = [*selection.attributes(selection.types, ranges=True), WAS_DELETED]
    extra = (controls.extended_dn(), controls.show_deleted())
    size = min(100, settings.page_size)
    for entry in whole_search(session.connection, session.base, filter_, attributes, extra, size=size):
        if entries.is_deleted(entry):
            values = entry[1].get("objectGUID")
            yield from (Gone(guid_from_bytes(raw)) for raw in values or ())
            continue
        item = entries.whole(entry, selection, session.names.anchor)
        if isinstance(item, Whole):
            if entry[1].get(WAS_DELETED):
                yield Gone(item.anchor)
            yield from entries.split(item, remaining(session, entry, item.anchor))
        elif item is not None:
            yield item


def _newly_wanted(
    session: Session, selection: Selection, opaque: Opaque, mode: Mode, wanted: Wanted, settings: Settings
) -> Iterator[Item]:
    new_types = [t for t in selection.types if t in wanted.types and t not in opaque.types]
    if new_types:
        yield from everything(session, selection, new_types, mode, settings)
    fresh = {t: tuple(set(a) - set(opaque.types[t])) for t, a in wanted.types.items() if t in opaque.types}
    if fresh := {t: a for t, a in fresh.items() if a}:
        yield from filled_in(session, selection, Wanted(fresh), settings)
