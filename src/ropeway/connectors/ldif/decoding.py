"""Values as LDAP carries them, decoded by syntax ([MS-ADTS] 3.1.1.2.2.2), as the Active Directory connector does.

A value is text where LDIF writes it so, and bytes where it was Base64. `ValueError` says what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from struct import unpack

from ropeway.connectors.ldif.lines import as_bytes
from ropeway.model.anchors import guid_to_bytes
from ropeway.model.values import Scalar

Decoder = Callable[[str | bytes], Scalar]

_NUMBER = re.compile(r"-?[0-9]{1,19}")
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:[.,](\d{1,9}))?(?:Z|([+-])(\d\d)(\d\d)?)", re.A)
_SID_TEXT = re.compile(r"S-1-\d{1,15}(?:-\d{1,10}){0,15}", re.I | re.A)
_GUID_TEXT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)


def string(value: str | bytes) -> str:
    """Directory String, UTF-8."""
    raw = as_bytes(value)
    if 0 in raw:
        raise ValueError("it contains a 0 byte")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start + 1} is not UTF-8") from None


def integer(value: str | bytes) -> int:
    """Integer and LargeInteger."""
    text = value if isinstance(value, str) else string(value)
    if len(text) < 19 and text.isdecimal() and text.isascii():
        return int(text)
    if not _NUMBER.fullmatch(text) or not -(2**63) <= (number := int(text)) < 2**63:
        raise ValueError("it is not a whole number of at most 64 bits")
    return number


def boolean(value: str | bytes) -> bool:
    """Boolean."""
    text = string(value)
    if text not in ("TRUE", "FALSE"):
        raise ValueError("it is neither TRUE nor FALSE")
    return text == "TRUE"


def time(value: str | bytes) -> str:
    """Generalized Time (RFC 4517 3.3.13) as ISO 8601 in UTC; a fraction of zero is dropped, another kept."""
    parts = _TIME.fullmatch(string(value))
    if not parts:
        raise ValueError("it is not a generalized time such as 20260131080000.0Z")
    year, month, day, hour, minute, second = (int(p or 0) for p in parts.groups()[:6])
    zone = UTC
    if parts[8]:
        away = timedelta(hours=int(parts[9]), minutes=int(parts[10] or 0))
        zone = timezone(away if parts[8] == "+" else -away)
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    except OverflowError:
        raise ValueError("there is no such date") from None
    fraction = (parts[7] or "").rstrip("0")
    return f"{moment.isoformat()[:19]}{'.' if fraction else ''}{fraction}Z"


def binary(value: str | bytes) -> bytes:
    """Octet String."""
    return as_bytes(value)


def guid(value: str | bytes) -> bytes:
    """A GUID's 16 bytes, also from the text that `ldbsearch` writes."""
    if isinstance(value, str) and _GUID_TEXT.fullmatch(value):
        return guid_to_bytes(value)
    raw = as_bytes(value)
    if len(raw) != 16:
        raise ValueError(f"a GUID has 16 bytes, not {len(raw)}")
    return raw


def sid(value: str | bytes) -> str:
    """A SID as text ([MS-DTYP] 2.4.2.1), also from the text that `ldbsearch` writes."""
    if isinstance(value, str) and _SID_TEXT.fullmatch(value):
        return value.upper()
    raw = as_bytes(value)
    if len(raw) < 8 or raw[0] != 1 or len(raw) != 8 + 4 * raw[1]:
        raise ValueError("it is not a security identifier")
    if raw[1] == 0:
        return _authority(raw)
    return f"{_authority(raw[:-4])}-{int.from_bytes(raw[-4:], 'little')}"


@lru_cache(maxsize=256)
def _authority(raw: bytes) -> str:
    """All of a SID but the last part, which is all that differs within a domain."""
    parts = unpack(f"<{len(raw) // 4 - 2}I", raw[8:])
    return "-".join(["S-1", str(int.from_bytes(raw[2:8], "big")), *map(str, parts)])


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
