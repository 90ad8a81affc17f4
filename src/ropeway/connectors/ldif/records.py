"""A stream of LDIF cut into records, fast: a record is what stands between two empty lines (RFC 2849)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from ropeway.model.problems import Problem, RopewayError

CHUNK = 128 * 1024
LONGEST = 256 * 1024 * 1024
"""Bytes without an empty line beyond which a file is not taken for LDIF."""

_EMPTY_LINES = re.compile(rb"(?:\r?\n){2,}")


class Records:
    """The records of a file from the offset `start` on, as text: LF line ends, folded lines joined.

    Bytes that are not UTF-8 become lone surrogates (`surrogateescape`), for whoever reads the value to refuse. After
    the iteration `rest` holds what follows the last empty line: nothing, where the file is whole.
    """

    def __init__(self, file: BinaryIO, start: int = 0) -> None:
        self._file = file
        self._line = 1
        self._block = b""
        self._nth = 0
        self.block_at = start
        """Offset of the block that the present record is in: reading from there finds it again."""
        self.number = 0
        """Of the present record, counted from 1."""
        self.rest = ""

    def __iter__(self) -> Iterator[str]:
        size, rest, at = CHUNK, b"", self.block_at
        while chunk := self._read(at + len(rest), size):
            block = rest + chunk
            cut = _end_of_records(block)
            if cut < 0:
                if len(block) > LONGEST:
                    raise RopewayError(Problem("ldif-endless-record", details={"limit": f"{LONGEST // 2**20} MB"}))
                rest, size = block, size * 2
                continue
            size, rest, block = CHUNK, block[cut:], block[:cut]
            self._enter(block, at)
            yield from self._counted(_text(block).split("\n\n"))
            at += cut
        self._enter(rest, at)
        *pieces, last = _text(rest).split("\n\n")
        yield from self._counted(pieces)
        self.rest = last
        self.number += 1
        self._nth += 1

    def line(self) -> int:
        """The line in which the present record starts."""
        gaps = islice(_EMPTY_LINES.finditer(self._block), max(0, self._nth - 1))
        end = 0
        for gap in gaps:
            end = gap.end()
        return self._line + self._block.count(b"\n", 0, end)

    def _counted(self, pieces: list[str]) -> Iterator[str]:
        for piece in pieces:
            record = piece.lstrip("\n") if piece[:1] == "\n" else piece
            if record:
                self.number += 1
                self._nth += 1
                yield record

    def _enter(self, block: bytes, at: int) -> None:
        self._line += self._block.count(b"\n")
        self._block, self._nth, self.block_at = block, 0, at

    def _read(self, at: int, size: int) -> bytes:
        """From an absolute place, so that others may read the same file in between."""
        self._file.seek(at)
        return self._file.read(size)


def _end_of_records(block: bytes) -> int:
    """Behind the last empty line of a block; its line ends are those of its first line, or else the others."""
    end = block.find(b"\n")
    order = (b"\r\n\r\n", b"\n\n") if block[end - 1 : end] == b"\r" else (b"\n\n", b"\r\n\r\n")
    for separator in order:
        if (cut := block.rfind(separator)) >= 0:
            return cut + len(separator)
    return -1


def _text(block: bytes) -> str:
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n")
    if b"\n " in block:
        block = block.replace(b"\n ", b"")
    return block.decode("utf-8", "surrogateescape")
