"""A backup's file.

    ROPEWAY BACKUP\\n          so that anybody sees what it is
    {"format": 1, …}\\n        the header, one line of JSON
    …                         blocks, compressed by zstd: four bytes of length, then MessagePack
    32 bytes                  SHA-256 of everything before

It is written and read as a stream, in constant memory. The digest finds damage; it is no signature.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem, RopewayError, shown

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAGIC = b"ROPEWAY BACKUP\n"
FORMAT = 1
"""Rises when older programs could no longer read what newer ones write."""

LONGEST_HEADER = 4096
LARGEST_BLOCK = 1 << 28
"""Bytes; a block is about a megabyte, more only where one row is."""
PIECE = 1 << 20
"""Bytes read at once."""
DIGEST = 32
LEVEL = 3
"""Of zstd: a third of the size at some 200 MB/s; higher levels win little on what is stored packed already."""


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """Where a backup comes from."""

    format: int = FORMAT
    program: str
    """The version of Ropeway that wrote it."""
    schema: str
    """The version of its tables."""
    tenant: str
    """The tenant's id."""
    time: float
    """Seconds since 1970: the moment that it shows."""
    kind: str
    """`sqlite` or `postgresql`: what it was taken from."""
    rows: int = 0
    """How many there are in all."""


class Begin(msgspec.Struct, frozen=True, tag="begin"):
    """A table follows. `last`: the last number that its counter has given, 0 where it has none."""

    table: str
    columns: tuple[str, ...]
    last: int = 0


class Rows(msgspec.Struct, frozen=True, tag="rows"):
    """Some rows of the table that began."""

    rows: list[tuple[Any, ...]]


class End(msgspec.Struct, frozen=True, tag="end"):
    """Nothing follows: so many rows there were."""

    rows: int


Block = Begin | Rows | End
_decoder: msgspec.msgpack.Decoder[Block] = msgspec.msgpack.Decoder(prepared(Block))


class Writer:
    """Writes an archive to a stream, from its header to its digest."""

    def __init__(self, out: BinaryIO, header: Header) -> None:
        self._out = out
        self._digest = hashlib.sha256()
        self._packer = zstd.ZstdCompressor(level=LEVEL)
        self.written = 0
        self._write(MAGIC + msgspec.json.encode(header) + b"\n")

    def put(self, block: Block) -> None:
        """Add a block."""
        packed = msgspec.msgpack.encode(block)
        self._write(self._packer.compress(len(packed).to_bytes(4, "big") + packed))

    def finish(self) -> None:
        """End the file with its digest."""
        self._write(self._packer.flush())
        self._write(self._digest.digest())

    def _write(self, piece: bytes) -> None:
        if piece:
            self._digest.update(piece)
            self.written += len(piece)
            rest = memoryview(piece)
            while rest:  # a file without a buffer, as it is best for big pieces, may take less than is offered
                rest = rest[self._out.write(rest) :]


def verify(file: BinaryIO, name: str) -> Header:
    """The header of an archive that is whole; RopewayError where it is none, is damaged, or of a newer format."""
    file.seek(0)
    header = _header(file, name)
    size = file.seek(0, os.SEEK_END)
    left, digest = size - DIGEST, hashlib.sha256()
    file.seek(0)
    while left > 0 and (piece := file.read(min(PIECE, left))):
        digest.update(piece)
        left -= len(piece)
    if left != 0 or file.read(DIGEST + 1) != digest.digest():
        raise RopewayError(Problem("backup-damaged", object=name))
    return header


def blocks(file: BinaryIO, name: str) -> Iterator[Block]:
    """What an archive holds, which must be whole; RopewayError `backup-damaged` where its contents are not."""
    end = file.seek(0, os.SEEK_END) - DIGEST
    file.seek(0)
    _header(file, name)
    rest, last = bytearray(), None
    try:
        for piece in _unpacked(file, end - file.tell()):
            rest += piece
            while len(rest) >= 4 and len(rest) >= (needed := 4 + _length(rest)):
                last = _decoder.decode(memoryview(rest)[4:needed])
                del rest[:needed]
                yield last
    except (zstd.ZstdError, msgspec.MsgspecError, EOFError, ValueError) as error:
        raise RopewayError(Problem("backup-damaged", object=name)) from error
    if rest or not isinstance(last, End):
        raise RopewayError(Problem("backup-damaged", object=name))


def _length(rest: bytearray) -> int:
    length = int.from_bytes(rest[:4], "big")
    if length > LARGEST_BLOCK:
        raise ValueError("a block is larger than any that is written")
    return length


def _unpacked(file: BinaryIO, left: int) -> Iterator[bytes]:
    """The plain bytes, at most a megabyte at once, however well they were packed."""
    unpacker = zstd.ZstdDecompressor()
    while not unpacker.eof:
        piece = b""
        if unpacker.needs_input:
            piece = file.read(min(PIECE, left))
            left -= len(piece)
            if not piece:
                raise EOFError
        yield unpacker.decompress(piece, PIECE)


def _header(file: BinaryIO, name: str) -> Header:
    if file.read(len(MAGIC)) != MAGIC:
        raise RopewayError(Problem("backup-foreign", object=name))
    line = file.readline(LONGEST_HEADER)
    try:
        found: dict[str, Any] = msgspec.json.decode(line, type=dict[str, Any])
        if isinstance(found.get("format"), int) and found["format"] > FORMAT:
            raise RopewayError(Problem("backup-too-new", object=name, details={"found": shown(found.get("program"))}))
        return msgspec.convert(found, prepared(Header))
    except msgspec.MsgspecError as error:
        raise RopewayError(Problem("backup-damaged", object=name)) from error
