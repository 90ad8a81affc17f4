"""What an attribute can hold, and how values are compared."""

from __future__ import annotations

import unicodedata
from hashlib import blake2b
from typing import Any

import msgspec

Scalar = str | int | bool | bytes
"""One value. Times are text in ISO 8601 (`2026-01-31T08:00:00Z`); FILETIME numbers stay numbers."""

Value = Scalar | list[Scalar]
"""A scalar where the definition says single-valued, otherwise a non-empty list. An absent attribute is absent."""

Attributes = dict[str, Any]
"""Attribute name, as the directory's own definition spells it, to `Value` (the wire format cannot say so itself)."""

DIGEST_VERSION = b"1"

_encode = msgspec.msgpack.Encoder(order="deterministic").encode
_decode = msgspec.msgpack.Decoder().decode


def pack(value: object) -> bytes:
    """Attributes as bytes for storage and comparison: equal attributes give equal bytes, whatever their order."""
    return _encode(value)


def unpack(raw: bytes) -> Attributes:
    """The inverse of `pack`."""
    return _decode(raw)


def digest(packed: bytes) -> bytes:
    """16 bytes that stand for packed attributes; a new version of the rule gives other bytes."""
    return blake2b(packed, digest_size=16, key=DIGEST_VERSION).digest()


def compare_key(text: str) -> str:
    """The form in which names (UPN, mail, DN) are compared bytewise on every database: NFKC, case folded, trimmed."""
    if text.isascii():
        return text.strip().lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()
