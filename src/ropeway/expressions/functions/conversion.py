"""Functions that turn one type of value into another."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime, timedelta
from struct import unpack_from
from typing import Any

from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.functions.function import Function, Parameter, function, number
from ropeway.expressions.values import as_text, checked_length

_EPOCH = datetime(1601, 1, 1)
_LAST_FILETIME = 2_650_467_743_990_000_000
"""The end of the year 9999."""


@function("ConvertToBase64", Parameter("source", "any"))
def convert_to_base64(source: Any) -> str:
    """Base64 of a binary value, or of a text in UTF-16 (little-endian).

    `ConvertToBase64("Hello world!")` gives "SABlAGwAbABvACAAdwBvAHIAbABkACEA".
    """
    text = as_text(source, "ConvertToBase64", "source") if not isinstance(source, bytes) else ""
    raw = source if isinstance(source, bytes) else text.encode("utf-16-le", "surrogatepass")
    checked_length(len(raw) * 4 // 3, "ConvertToBase64", "source")
    return b64encode(raw).decode("ascii")


@function("DateFromNum", number("value"))
def date_from_num(value: int) -> str:
    """The time that a FILETIME stands for (100 ns since 1601, UTC), in ISO 8601.

    `DateFromNum(129699324000000000)` gives "2012-01-01T23:00:00Z".
    """
    if not 0 <= value <= _LAST_FILETIME:
        raise ExpressionFailed("DateFromNum", "value", value, "no FILETIME between the years 1601 and 9999")
    return (_EPOCH + timedelta(microseconds=value // 10)).isoformat(timespec="seconds") + "Z"


@function("StringFromSid", Parameter("value", "any"))
def string_from_sid(value: Any) -> str:
    """A security identifier as text, "S-1-5-21-…"; one that is text already stays as it is ([MS-DTYP] 2.4.2)."""
    if isinstance(value, str) and value.startswith("S-1-"):
        return value
    if not isinstance(value, bytes) or len(value) < 8 or value[0] != 1 or len(value) != 8 + 4 * value[1]:
        raise ExpressionFailed("StringFromSid", "value", value, "not a security identifier")
    parts = unpack_from(f"<{value[1]}I", value, 8)
    return "-".join(("S-1", str(int.from_bytes(value[2:8], "big")), *map(str, parts)))


FUNCTIONS: tuple[Function, ...] = (convert_to_base64, date_from_num, string_from_sid)
