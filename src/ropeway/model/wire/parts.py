"""Frames on their way: a part is a few of them, compressed; its size is bounded before and after unpacking."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import msgspec

from ropeway.model.prepared import prepared
from ropeway.model.wire.frames import Frame

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MOST_PACKED = 16 * 1024 * 1024
"""Bytes of a part as it travels."""
MOST_BYTES = 48 * 1024 * 1024
"""Bytes of a part when unpacked."""
ENOUGH = 384 * 1024
"""Bytes of frames after which a part is sent."""
LARGEST_FRAME = 8 * 1024 * 1024
"""Bytes of a frame; a page that is larger is divided, an object that is larger does not travel."""

LEVEL = 1
WINDOW: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 23}
"""A sender may not make the receiver reserve more than 8 MB to unpack (RFC 8878, 3.1.1.1.2)."""


class TooLarge(ValueError):  # noqa: N818 - not an error of ours: an answer about the sender
    """A part that unpacks to more than it may."""


class Part(msgspec.Struct, frozen=True):
    """A few frames."""

    version: int
    domain: str
    """The GUID of the domain that the source was connected to when it said this."""
    frames: tuple[Frame, ...]


class _Sent(msgspec.Struct, frozen=True):
    """The same with frames that are encoded already."""

    version: int
    domain: str
    frames: Sequence[msgspec.Raw]


def encoded(frame: Frame) -> bytes:
    """A frame alone, so that its size is known before it is put into a part."""
    return msgspec.msgpack.encode(frame)


def packed(version: int, domain: str, frames: Sequence[bytes]) -> bytes:
    """Encoded frames as a part."""
    raw = msgspec.msgpack.encode(_Sent(version, domain, [msgspec.Raw(frame) for frame in frames]))
    return zstd.compress(raw, LEVEL)


def unpacked(raw: bytes) -> Part:
    """The inverse of `packed`; TooLarge for one that unpacks to too much, ValueError for anything else."""
    plain = _decompressed(raw)
    try:
        return msgspec.msgpack.decode(plain, type=prepared(Part))
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"no part of an answer: {error}") from None


def _decompressed(raw: bytes) -> bytes:
    """At most MOST_BYTES, whatever the sender says about its size."""
    if len(raw) > MOST_PACKED:
        raise TooLarge(f"{len(raw):,} bytes; at most {MOST_PACKED:,} are taken")
    reader = zstd.ZstdDecompressor(options=WINDOW)
    try:
        plain = reader.decompress(raw, max_length=MOST_BYTES + 1)
    except zstd.ZstdError as error:
        raise ValueError(f"not compressed as it should be: {error}") from None
    if len(plain) > MOST_BYTES:
        raise TooLarge(f"it unpacks to more than {MOST_BYTES:,} bytes")
    if not reader.eof or reader.unused_data:
        raise ValueError("cut off, or followed by something else")
    return plain
