"""The LDAP controls of Active Directory that python-ldap does not know, as bytes.

[MS-ADTS] 3.1.1.3.4.1.3 (DirSync), .5 (extended DN), .14 (show deleted); RFC 2696 (paged results).
"""

from __future__ import annotations

from dataclasses import dataclass

from ldap.controls import SimplePagedResultsControl
from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pyasn1.type import namedtype, univ

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
LONGEST_COOKIE = 1 << 20


class _Value(univ.Sequence):
    componentType = namedtype.NamedTypes(  # noqa: N815 - pyasn1's name
        namedtype.NamedType("first", univ.Integer()),
        namedtype.NamedType("second", univ.Integer()),
        namedtype.NamedType("cookie", univ.OctetString()),
    )


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
    value = _Value()
    value["first"] = INCREMENTAL_VALUES | (OBJECT_SECURITY if object_security else 0)
    value["second"] = MOST_BYTES
    value["cookie"] = cookie
    return Control(DIRSYNC, encoder.encode(value))


def dirsync_answer(raw: bytes) -> DirSyncAnswer:
    """The value of the answer's control; ValueError for bytes that are none, or an absurd cookie."""
    first, cookie = _three(raw)
    return DirSyncAnswer(first != 0, cookie)


def _three(raw: bytes) -> tuple[int, bytes]:
    if len(raw) > LONGEST_COOKIE:
        raise ValueError(f"a DirSync control of {len(raw)} bytes")
    try:
        value, rest = decoder.decode(raw, asn1Spec=_Value())
        first, cookie = int(value["first"]), bytes(value["cookie"])
    except (PyAsn1Error, ValueError, TypeError, IndexError, OverflowError, RecursionError) as error:
        raise ValueError(f"not a DirSync control: {type(error).__name__}") from None
    if rest:
        raise ValueError(f"{len(rest)} bytes after a DirSync control")
    return first, cookie


def extended_dn(*, critical: bool = True) -> Control:
    """Names come as `<GUID=…>;<SID=…>;DN`."""
    return Control(EXTENDED_DN, EXTENDED_DN_AS_TEXT, critical)


def show_deleted() -> Control:
    """Tombstones are visible to a search."""
    return Control(SHOW_DELETED)


def paged(size: int, cookie: bytes) -> Control:
    """A request for the next `size` entries of a search."""
    return Control(PAGED, SimplePagedResultsControl(True, size, cookie).encodeControlValue())


def paged_cookie(raw: bytes) -> bytes:
    """The cookie that continues a paged search; empty at its end. ValueError for bytes that are no such control."""
    control = SimplePagedResultsControl()
    try:
        control.decodeControlValue(raw)
    except (PyAsn1Error, ValueError, TypeError, IndexError) as error:
        raise ValueError(f"not a paged-results control: {type(error).__name__}") from None
    return bytes(control.cookie)
