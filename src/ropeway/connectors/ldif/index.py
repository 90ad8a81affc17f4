"""Which anchor each DN of the file has: the one thing that is kept of every entry."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterator
from typing import NamedTuple

from ropeway.connectors.ldif.dn import dn_key, split_extended
from ropeway.model.anchors import Anchor, guid_from_bytes

SPILL_AT = 250_000
"""Entries beyond which the index goes to a temporary database: about 40 MB are kept in memory until then."""

_GUID = 36
_CREATE = "CREATE TABLE entry (key INTEGER PRIMARY KEY, anchor TEXT NOT NULL UNIQUE, at INTEGER NOT NULL)"
_INSERT = "INSERT INTO entry VALUES (?, ?, ?)"


class Place(NamedTuple):
    """An indexed entry: its anchor, and the offset of the block of records that it is in."""

    anchor: Anchor
    at: int


class Index:
    """DN to anchor, by a 64-bit hash of the DN's key: 150 bytes an entry, whatever the length of its DN.

    Two DNs of one directory of a million entries share a hash with a probability of 3 in 100 million.
    """

    def __init__(self, spill_at: int = SPILL_AT) -> None:
        self._spill_at = spill_at
        self._anchors: dict[int, Anchor] = {}
        self._offsets = array("Q")
        """In the order of `_anchors`."""
        self._ordinals: dict[Anchor, int] = {}
        """Only until `finish`."""
        self._database: sqlite3.Connection | None = None
        self.doubtful: set[int] = set()
        """Hashes of DNs whose entries are in the file but cannot be referred to."""

    def add(self, key: str, anchor: Anchor, at: int) -> tuple[Place | None, Place | None]:
        """Add an entry. Where its DN or its anchor is known already nothing is added; answers those two entries."""
        hashed = hash(key)
        if self._database:
            return self._add_spilled(self._database, hashed, anchor, at)
        same_dn = self._anchors.get(hashed)
        if same_dn is not None or anchor in self._ordinals:
            return self._place(same_dn), self._place(anchor)
        self._anchors[hashed] = anchor
        self._ordinals[anchor] = len(self._offsets)
        self._offsets.append(at)
        if len(self._offsets) >= self._spill_at:
            self._spill()
        return None, None

    def finish(self) -> None:
        """Nothing more will be added."""
        self._ordinals = {}
        if self._database:
            self._database.commit()

    def doubt(self, key: str) -> None:
        """A DN that must not be taken for absent, nor be resolved."""
        self.doubtful.add(hash(key))

    def find(self, dn: str) -> Anchor | None:
        """The anchor a reference means: by its own GUID where it brings one, else by its DN; None if not in the file.

        `ValueError` for what is no DN.
        """
        anchor = self._anchors.get(hash(dn.lower()))
        if anchor is not None and not self.doubtful:
            return anchor
        plain, guid = split_extended(dn)
        if guid is not None:
            return anchor_from_digits(guid)
        hashed = hash(dn_key(plain))
        if hashed in self.doubtful:
            return None
        if self._database:
            row = self._database.execute("SELECT anchor FROM entry WHERE key = ?", (hashed,)).fetchone()
            return Anchor(row[0]) if row else None
        return self._anchors.get(hashed)

    def doubts(self, dn: str) -> bool:
        """Whether an entry of that DN is in the file, though nobody can say which object it is."""
        return bool(self.doubtful) and hash(dn_key(split_extended(dn)[0])) in self.doubtful

    def offset_of(self, anchor: Anchor) -> int | None:
        """Where in the file the entry is found: a scan of the anchors in memory (5 ms for 100,000)."""
        if self._database:
            row = self._database.execute("SELECT at FROM entry WHERE anchor = ?", (anchor,)).fetchone()
            return row[0] if row else None
        return next((at for at, one in zip(self._offsets, self._anchors.values(), strict=True) if one == anchor), None)

    def anchors(self) -> Iterator[Anchor]:
        """Every anchor once, in no order that means anything."""
        if self._database:
            for row in self._database.execute("SELECT anchor FROM entry"):
                yield Anchor(row[0])
        else:
            yield from self._anchors.values()

    def close(self) -> None:
        """Let go of memory and temporary database."""
        self._anchors.clear()
        if self._database:
            self._database.close()

    def _place(self, anchor: Anchor | None) -> Place | None:
        ordinal = self._ordinals.get(anchor) if anchor else None
        return Place(anchor, self._offsets[ordinal]) if anchor and ordinal is not None else None

    def _spill(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute(_CREATE)
        self._database.execute("BEGIN")
        rows = ((key, anchor, at) for (key, anchor), at in zip(self._anchors.items(), self._offsets, strict=True))
        self._database.executemany(_INSERT, rows)
        self._anchors, self._ordinals, self._offsets = {}, {}, array("Q")

    def _add_spilled(
        self, database: sqlite3.Connection, hashed: int, anchor: Anchor, at: int
    ) -> tuple[Place | None, Place | None]:
        try:
            database.execute(_INSERT, (hashed, anchor, at))
        except sqlite3.IntegrityError:
            known = "SELECT anchor, at FROM entry WHERE"
            by_dn = database.execute(f"{known} key = ?", (hashed,)).fetchone()
            by_anchor = database.execute(f"{known} anchor = ?", (anchor,)).fetchone()
            return by_dn and Place(*by_dn), by_anchor and Place(*by_anchor)
        return None, None


def anchor_from_digits(digits: str) -> Anchor:
    """The anchor in an extended DN: 32 digits in the order of the bytes, or 36 characters as text."""
    text = digits.lower()
    return Anchor(text) if len(text) == _GUID else guid_from_bytes(bytes.fromhex(text))
