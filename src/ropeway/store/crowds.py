"""How many links an owner may still get: counted once, then told by what is added.

To count the members of a group of 250,000 takes as long as to read them; one more member must not cost that. So a group
is counted when this process first sees it change, and again only when the open additions seen since then would fill
what was left. An addition may be seen twice, and removals are not: room is never overrated.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, select, true

from ropeway.store.statements import among
from ropeway.store.tables import PENDING, link

REMEMBERED = 50_000
"""Owners, at most; beyond that everybody is counted anew."""


class Crowds:
    """What is remembered of the owners of one job, for as long as its lease is held."""

    def __init__(self) -> None:
        self._room: dict[tuple[int, str, int], int] = {}
        """By owner, attribute and limit."""

    def over(self, c: Connection, numbers: Sequence[int], attribute: str, most: int) -> set[int]:
        """Which of these owners have more present links than that in an attribute."""
        if len(self._room) > REMEMBERED:
            self._room.clear()
        known = [n for n in numbers if (n, attribute, most) in self._room]
        added = _additions(c, known, attribute) if known else {}
        for number in known:
            self._room[number, attribute, most] -= added.get(number, 0)
        doubtful = [n for n in numbers if self._room.get((n, attribute, most), -1) < 0]
        counted = _counts(c, doubtful, attribute) if doubtful else {}
        for number in doubtful:
            self._room[number, attribute, most] = most - counted.get(number, 0)
        return {n for n in doubtful if self._room[n, attribute, most] < 0}


def _additions(c: Connection, numbers: Sequence[int], attribute: str) -> dict[int, int]:
    """Links that are there and not exported yet, by owner."""
    open_ = (among(c, link.c.owner, numbers), PENDING, link.c.attribute == attribute, link.c.present == true())
    rows = c.execute(select(link.c.owner, func.count()).where(*open_).group_by(link.c.owner))
    return dict(rows.all())


def _counts(c: Connection, numbers: Sequence[int], attribute: str) -> dict[int, int]:
    """All links that are there, by owner."""
    there = (among(c, link.c.owner, numbers), link.c.attribute == attribute, link.c.present == true())
    rows = c.execute(select(link.c.owner, func.count()).where(*there).group_by(link.c.owner))
    return dict(rows.all())
