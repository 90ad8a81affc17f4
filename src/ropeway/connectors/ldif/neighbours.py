"""Records found again by their place: the block they are in is read once for all of them."""

from __future__ import annotations

from ropeway.connectors.ldif.file import LdifFile
from ropeway.connectors.ldif.identity import identify
from ropeway.connectors.ldif.index import Place
from ropeway.connectors.ldif.lines import BadRecord, straightened
from ropeway.connectors.ldif.records import Records
from ropeway.model.anchors import Anchor


class Neighbours:
    """The records of the block last asked for, by anchor."""

    def __init__(self, file: LdifFile) -> None:
        self._file = file
        self._at = -1
        self._block: dict[Anchor, str] = {}

    def record(self, place: Place) -> str:
        """The record of an indexed entry, as `Records` gives it; "" where the file no longer has it there."""
        if place.at != self._at:
            self._at, self._block = place.at, self._read(place.at)
        return self._block.get(place.anchor, "")

    def _read(self, at: int) -> dict[Anchor, str]:
        block: dict[Anchor, str] = {}
        records = Records(self._file.file, at)
        for raw in records:
            if records.block_at != at:
                break
            _keep(block, raw)
        else:
            if records.block_at == at:
                _keep(block, records.rest.strip("\n"))
        return block


def _keep(block: dict[Anchor, str], raw: str) -> None:
    record = straightened(raw)
    try:
        if record[:3] == "dn:" and (anchor := identify(record).anchor):
            block.setdefault(anchor, raw)
    except BadRecord:
        pass
