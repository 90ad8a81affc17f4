"""What two jobs would make of the same objects: the picture that each has in mind, object by object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from ropeway.engine.planning import exported_after
from ropeway.engine.records import Entry, Planned
from ropeway.model.anchors import Anchor
from ropeway.model.changes import Kind
from ropeway.model.values import unpack

ORDER = (Kind.CREATE, Kind.ADOPT, Kind.RESTORE, Kind.UPDATE, Kind.EMPTY, Kind.DISABLE, Kind.LINKS, Kind.DELETE)
"""In which changes of one object build upon each other."""

End = tuple[str, Anchor]
"""Attribute and other end."""


class Pictured(msgspec.Struct):
    """One source object as a job wants its target object: what was exported, with what is planned and held."""

    entry: Entry
    planned: list[Planned]
    links: list[End] | None = None
    """Present links, as far as they were read with it; None where they are too many for that."""

    def wanted(self) -> dict[str, Any] | None:
        """Attributes of the target object; None where there shall be none."""
        entry = self.entry
        for row in sorted(self.planned, key=lambda row: ORDER.index(row.kind)):
            entry = msgspec.structs.replace(entry, exported=exported_after(entry, row))
        if entry.exported is None:
            return None
        return {name: value for name, value in unpack(entry.exported).items() if not name.startswith("@")}


class Pair(msgspec.Struct, frozen=True):
    """The same object at both jobs; one side may not know it."""

    here: Pictured | None
    there: Pictured | None


def paired(here: Iterable[Pictured], there: Iterable[Pictured]) -> Iterator[Pair]:
    """Both streams in the order of anchors, as pairs."""
    left, right = iter(here), iter(there)
    a, b = next(left, None), next(right, None)
    while a is not None or b is not None:
        if b is None or (a is not None and a.entry.anchor < b.entry.anchor):
            yield Pair(a, None)
            a = next(left, None)
        elif a is None or b.entry.anchor < a.entry.anchor:
            yield Pair(None, b)
            b = next(right, None)
        else:
            yield Pair(a, b)
            a, b = next(left, None), next(right, None)


def attribute_differences(here: dict[str, Any], there: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Attributes that differ: (here, there)."""
    names = [*here, *(name for name in there if name not in here)]
    return {name: (here.get(name), there.get(name)) for name in names if here.get(name) != there.get(name)}


class LinkDifference(msgspec.Struct):
    """Other ends of one attribute that one side alone has; names are cut, numbers are not."""

    only_here: int = 0
    only_there: int = 0
    names_here: list[Anchor] = []
    names_there: list[Anchor] = []


SHOWN = 10
"""Other ends that are named."""


def link_differences(here: Sequence[End] | Iterator[End], there: Iterable[End]) -> dict[str, LinkDifference]:
    """Both streams of links in order, by attribute: what one side alone has."""
    found: dict[str, LinkDifference] = {}
    left, right = iter(here), iter(there)
    a, b = next(left, None), next(right, None)
    while a is not None or b is not None:
        if a == b:
            a, b = next(left, None), next(right, None)
        elif b is None or (a is not None and a < b):
            _note(found, a, here=True)
            a = next(left, None)
        else:
            _note(found, b, here=False)
            b = next(right, None)
    return found


def _note(found: dict[str, LinkDifference], end: End | None, *, here: bool) -> None:
    if end is None:
        return
    one = found.setdefault(end[0], LinkDifference())
    names = one.names_here if here else one.names_there
    if len(names) < SHOWN:
        names.append(end[1])
    if here:
        one.only_here += 1
    else:
        one.only_there += 1
