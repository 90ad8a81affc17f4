"""Values as LDAP carries them, decoded by syntax ([MS-ADTS] 3.1.1.2.2.2), as the Active Directory connector does."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

from ropeway.model.anchors import guid_to_bytes
from ropeway.model.values import Scalar

Decoder = Callable[[bytes], Scalar]
"""Raises `ValueError`, whose text says what is wrong with the value."""

_NUMBER = re.compile(rb"-?[0-9]{1,19}")
_TIME = re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:[.,](\d{1,9}))?(?:(Z)|([+-])(\d\d)(\d\d)?)")
_SID_TEXT = re.compile(rb"S-1-\d{1,15}(?:-\d{1,10}){0,15}", re.I)
_GUID_TEXT = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)


def string(value: bytes) -> str:
    """Directory String, UTF-8."""
    try:
        text = value.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start + 1} is not UTF-8") from None
    if "\0" in text:
        raise ValueError("it contains a 0 byte")
    return text


def integer(value: bytes) -> int:
    """Integer and LargeInteger."""
    if not _NUMBER.fullmatch(value) or not -(2**63) <= (number := int(value)) < 2**63:
        raise ValueError("it is not a whole number of at most 64 bits")
    return number


def boolean(value: bytes) -> bool:
    """Boolean."""
    match value.upper():
        case b"TRUE":
            return True
        case b"FALSE":
            return False
        case _:
            raise ValueError("it is neither TRUE nor FALSE")


def time(value: bytes) -> str:
    """Generalized Time as ISO 8601 in UTC, to the second; a fraction of zero is dropped, another kept."""
    parts = _TIME.fullmatch(value)
    if not parts:
        raise ValueError("it is not a generalized time such as 20260131080000.0Z")
    year, month, day, hour, minute, second = (int(p or 0) for p in parts.groups()[:6])
    moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    if parts[9]:
        away = timedelta(hours=int(parts[10]), minutes=int(parts[11] or 0))
        moment = moment.replace(tzinfo=timezone(away if parts[9] == b"+" else -away)).astimezone(UTC)
    fraction = (parts[7] or b"").decode().rstrip("0")
    return f"{moment.isoformat()[:19]}{'.' if fraction else ''}{fraction}Z"


def binary(value: bytes) -> bytes:
    """Octet String."""
    return value


def guid(value: bytes) -> bytes:
    """A GUID's 16 bytes, also from the text that `ldbsearch` writes."""
    if len(value) == 16:
        return value
    if _GUID_TEXT.fullmatch(value):
        return guid_to_bytes(value.decode())
    raise ValueError(f"a GUID has 16 bytes, not {len(value)}")


def sid(value: bytes) -> str:
    """A SID as text ([MS-DTYP] 2.4.2.1), also from the text that `ldbsearch` writes."""
    if _SID_TEXT.fullmatch(value):
        return value.decode().upper()
    if len(value) < 8 or value[0] != 1 or len(value) != 8 + 4 * value[1]:
        raise ValueError("it is not a security identifier")
    authority = int.from_bytes(value[2:8], "big")
    parts = "".join(f"-{int.from_bytes(value[i : i + 4], 'little')}" for i in range(8, len(value), 4))
    return f"S-1-{authority}{parts}"


DECODERS: dict[str, Decoder] = {
    "String": string,
    "Integer": integer,
    "Boolean": boolean,
    "Time": time,
    "Binary": binary,
    "Guid": guid,
    "Sid": sid,
}
"""By the syntax names of ad_schema.json; references are no values."""
