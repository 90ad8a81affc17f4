"""The LDAP controls of Active Directory that python-ldap does not know, as bytes.

[MS-ADTS] 3.1.1.3.4.1.3 (DirSync), .5 (extended DN), .14 (show deleted); RFC 2696 (paged results).
"""

from __future__ import annotations

from dataclasses import dataclass

from ropeway.connectors.active_directory import ber

DIRSYNC = "1.2.840.113556.1.4.841"
PAGED = "1.2.840.113556.1.4.319"
EXTENDED_DN = "1.2.840.113556.1.4.529"
SHOW_DELETED = "1.2.840.113556.1.4.417"

EXTENDED_DN_AS_TEXT = b"\x30\x03\x02\x01\x01"
"""Option 1: `<GUID=…>;<SID=…>;DN` with dashes, not hexadecimal."""

OBJECT_SECURITY = 0x1
INCREMENTAL_VALUES = -0x80000000
"""0x80000000 as the signed 32-bit number that goes over the wire."""
MOST_BYTES = 0x7FFFFFFF
LONGEST = 1 << 20
"""Bytes of a control's value; a cookie has about 100 and 24 for each controller."""


@dataclass(frozen=True, slots=True)
class Control:
    """One control of a request or an answer: its OID and its value, undecoded."""

    oid: str
    value: bytes | None = None
    critical: bool = True


@dataclass(frozen=True, slots=True)
class DirSyncAnswer:
    """What a controller says at the end of a DirSync answer."""

    more: bool
    """Ask again at once with the cookie: this was only a part."""
    cookie: bytes


def dirsync(cookie: bytes, *, object_security: bool) -> Control:
    """A request for every change since the cookie (empty: everything), links value by value."""
    flags = INCREMENTAL_VALUES | (OBJECT_SECURITY if object_security else 0)
    return Control(DIRSYNC, ber.sequence(ber.integer(flags), ber.integer(MOST_BYTES), ber.octets(cookie)))


def dirsync_answer(raw: bytes) -> DirSyncAnswer:
    """The value of the answer's control; ValueError for bytes that are none, or an absurd cookie."""
    more, _, cookie = _fields(raw, (ber.INTEGER, ber.INTEGER, ber.OCTETS))
    return DirSyncAnswer(any(more), cookie)


def extended_dn(*, critical: bool = True) -> Control:
    """Names come as `<GUID=…>;<SID=…>;DN`."""
    return Control(EXTENDED_DN, EXTENDED_DN_AS_TEXT, critical)


def show_deleted() -> Control:
    """Tombstones are visible to a search."""
    return Control(SHOW_DELETED)


def paged(size: int, cookie: bytes) -> Control:
    """A request for the next `size` entries of a search."""
    return Control(PAGED, ber.sequence(ber.integer(size), ber.octets(cookie)))


def paged_cookie(raw: bytes) -> bytes:
    """The cookie that continues a paged search; empty at its end. ValueError for bytes that are no such control."""
    return _fields(raw, (ber.INTEGER, ber.OCTETS))[1]


def _fields(raw: bytes, kinds: tuple[int, ...]) -> tuple[bytes, ...]:
    if len(raw) > LONGEST:
        raise ValueError(f"a control of {len(raw)} bytes")
    fields = ber.fields(raw)
    if tuple(kind for kind, _ in fields) != kinds:
        raise ValueError("a control of another shape")
    return tuple(content for _, content in fields)
