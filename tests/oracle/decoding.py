"""Values as Active Directory writes them ([MS-DTYP] 2.3.3, 2.3.4, 2.4.2; RFC 4514)."""

from __future__ import annotations

import struct
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from uuid import UUID


def guid(raw: bytes) -> str:
    """objectGUID, little-endian, as text."""
    return str(UUID(bytes_le=raw))


def immutable_id(raw: bytes) -> str:
    """Base64 of the bytes as they are (plan-connect-design-concepts)."""
    return b64encode(raw).decode()


def sid(raw: bytes) -> str:
    """S-1-5-21-…"""
    revision, count = raw[0], raw[1]
    authority = int.from_bytes(raw[2:8], "big")
    return "-".join(map(str, ["S", revision, authority, *struct.unpack(f"<{count}I", raw[8:])]))


def when(filetime: int) -> datetime:
    """FILETIME: 100 ns since 1601."""
    return datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=filetime // 10)


def parent_of(dn: str) -> str:
    """The container's DN: all after the first comma that no backslash precedes."""
    at = 0
    while (at := dn.find(",", at)) >= 0:
        backslashes = len(dn[:at]) - len(dn[:at].rstrip("\\"))
        if backslashes % 2 == 0:
            return dn[at + 1 :]
        at += 1
    return ""
