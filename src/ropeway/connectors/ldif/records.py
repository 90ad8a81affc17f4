"""A stream of LDIF cut into records, fast: a record is what stands between two empty lines (RFC 2849)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from ropeway.model.problems import Problem, RopewayError

CHUNK = 128 * 1024
_EMPTY_LINES = re.compile(rb"\A(?:\r?\n)+|(?:\r?\n){2,}")
LONGEST = 256 * 1024 * 1024
"""Bytes without an empty line beyond which a file is not taken for LDIF."""


class Records:
    """The records of a file from `start` on, each as (offset, bytes with LF line ends, still folded).

    After the iteration `rest` holds what follows the last empty line: nothing, where the file is whole.
    """

    def __init__(self, file: BinaryIO, start: int = 0) -> None:
        self._file = file
        self._at = start
        self._line = 1
        self._base = start
        self._block = b""
        self.rest = b""
        self.rest_at = start

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        size, rest = CHUNK, b""
        while chunk := self._read(self._at + len(rest), size):
            block = rest + chunk
            separator, cut = _last_separator(block)
            if cut < 0:
                rest = self._grown(block)
                size *= 2
                continue
            size = CHUNK
            self._enter(block)
            yield from _cut(block[:cut].split(separator), self._at, len(separator))
            rest = block[cut + len(separator) :]
            self._at += cut + len(separator)
        self._enter(rest)
        *pieces, (self.rest_at, self.rest) = _pieces(rest, self._at)
        yield from ((at, piece) for at, piece in pieces if piece)

    def line_at(self, offset: int) -> int:
        """The line number of an offset in the block being read."""
        return self._line + self._block.count(b"\n", 0, max(0, offset - self._base))

    def _enter(self, block: bytes) -> None:
        self._line += self._block.count(b"\n", 0, self._at - self._base)
        self._block, self._base = block, self._at

    def _read(self, at: int, size: int) -> bytes:
        """From an absolute place, so that others may read the same file in between."""
        self._file.seek(at)
        return self._file.read(size)

    def _grown(self, block: bytes) -> bytes:
        if len(block) > LONGEST:
            raise RopewayError(Problem("ldif-endless-record", details={"limit": f"{LONGEST // 2**20} MB"}))
        return block


def _last_separator(block: bytes) -> tuple[bytes, int]:
    """The line ends of a block are those of its first line, or else the others; -1 where it has no empty line."""
    end = block.find(b"\n")
    order = (b"\r\n\r\n", b"\n\n") if block[end - 1 : end] == b"\r" else (b"\n\n", b"\r\n\r\n")
    for separator in order:
        if (cut := block.rfind(separator)) >= 0:
            return separator, cut
    return b"\n\n", -1


def _cut(parts: list[bytes], at: int, gap: int) -> Iterator[tuple[int, bytes]]:
    for part in parts:
        if b"\r" in part or part[:1] == b"\n":
            yield from _mixed(part, at)
        elif part:
            yield at, part
        at += len(part) + gap


def _mixed(part: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Records of a stretch with CRLF, or with more empty lines than one."""
    plain = part.replace(b"\r\n", b"\n")
    if plain[:1] != b"\n" and b"\n\n" not in plain:
        yield at, plain
        return
    yield from ((piece_at, piece) for piece_at, piece in _pieces(part, at) if piece)


def _pieces(part: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """What stands before, between and after empty lines of any kind, with exact offsets; the last may be cut."""
    start = 0
    for gap in _EMPTY_LINES.finditer(part):
        yield at + start, part[start : gap.start()].replace(b"\r\n", b"\n")
        start = gap.end()
    yield at + start, part[start:].replace(b"\r\n", b"\n")
