"""Work in portions that keep queries and transactions short."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from ropeway.model.changes import Change, Kind

T = TypeVar("T")

AT_ONCE = 500
"""Values of one IN query, and objects of one transaction."""

LINKS_AT_ONCE = 1000
"""Links of one transaction."""


def slices(values: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """The values in lists of at most `size`."""
    rest = iter(values)
    while part := list(islice(rest, size)):
        yield part


def transactions(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Changes in portions of one transaction each; within one, only links may follow on the same object."""
    part: list[Change] = []
    anchors = set[str]()
    closed = set[str]()
    links = 0
    for change in changes:
        names = {change.anchor, change.target} if change.target else {change.anchor}
        again = change.anchor in closed if change.kind is Kind.LINKS else not names.isdisjoint(anchors)
        if part and (again or len(part) == AT_ONCE or links >= LINKS_AT_ONCE):
            yield part
            part, anchors, closed, links = [], set[str](), set[str](), 0
        part.append(change)
        anchors.update(names)
        if change.kind is Kind.DELETE:
            closed.add(change.anchor)
        links += sum(map(len, change.added.values())) + sum(map(len, change.removed.values()))
    if part:
        yield part
