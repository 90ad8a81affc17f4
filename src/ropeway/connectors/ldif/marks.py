"""The watermark of a file: which contents were read, recognised without reading them again where possible."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from hashlib import blake2b

_VERSION = 1
_LAYOUT = struct.Struct(">B16sQq16s16s")


@dataclass(frozen=True, slots=True)
class Mark:
    """The opaque part of a watermark of method `ldif`."""

    digest: bytes
    """16 bytes that stand for the contents."""
    size: int
    modified: int
    """Nanoseconds since 1970."""
    base: bytes
    """16 bytes that stand for the base DN: it outlives an export without the domain's own entry."""
    domain: bytes
    """16 bytes that stand for the watermark's domain and the setting `domain`: one without the other is no mark."""

    def pack(self) -> bytes:
        """The bytes to store."""
        return _LAYOUT.pack(_VERSION, self.digest, self.size, self.modified, self.base, self.domain)


def unpack_mark(opaque: bytes) -> Mark:
    """The inverse of `Mark.pack`; `ValueError` for anything else."""
    try:
        version, digest, size, modified, base, domain = _LAYOUT.unpack(opaque)
    except struct.error as error:
        raise ValueError(str(error)) from error
    if version != _VERSION:
        raise ValueError(f"version {version}")
    return Mark(digest, size, modified, base, domain)


def short(*parts: str | bytes) -> bytes:
    """16 bytes that stand for some text."""
    made = blake2b(digest_size=16)
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        made.update(len(raw).to_bytes(8, "big") + raw)
    return made.digest()
