"""Functions that turn one type of value into another."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from functools import lru_cache
from struct import unpack_from
from typing import Any

from ropeway.expressions.dialect import CONNECT
from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.functions.function import Function, Parameter, function, text
from ropeway.expressions.functions.logic import guid_in
from ropeway.expressions.values import Encoding, as_number, as_text, checked_length
from ropeway.model.anchors import guid_from_bytes, guid_to_bytes


def _bytes(source: Any, encoding: str, name: str) -> bytes:
    if isinstance(source, bytes):
        return source
    return as_text(source, name, "source").encode(encoding, "surrogatepass")


@function("ConvertToBase64", Parameter("source", "any"), result="text")
def convert_to_base64(source: Any) -> str:
    """Base64 of a binary value, or of a text in UTF-16 (little-endian).

    `ConvertToBase64("Hello world!")` gives "SABlAGwAbABvACAAdwBvAHIAbABkACEA".
    """
    raw = _bytes(source, "utf-16-le", "ConvertToBase64")
    checked_length(len(raw) * 4 // 3, "ConvertToBase64", "source")
    return b64encode(raw).decode("ascii")


@function("ConvertFromBase64", text("source"), Parameter("encoding", "encoding", required=False), result="text")
def convert_from_base64(source: str, encoding: Encoding | None = None) -> str:
    """The text that Base64 stands for: in UTF-16 (little-endian), unless UTF8 or ASCII is given.

    `ConvertFromBase64("SABlAGwAbABvACAAdwBvAHIAbABkACEA")` gives "Hello world!", and so does
    `ConvertFromBase64("SGVsbG8gd29ybGQh", UTF8)`.
    """
    try:
        return b64decode(source, validate=True).decode((encoding or Encoding.UNICODE).codec)
    except (NotBase64, ValueError) as error:
        reason = "not Base64" if isinstance(error, NotBase64) else "Base64 of no text in this encoding"
        raise ExpressionFailed("ConvertFromBase64", "source", source, reason) from None


@function("ConvertToUTF8Hex", Parameter("source", "any"), result="text")
def convert_to_utf8_hex(source: Any) -> str:
    """The bytes of a text in UTF-8, or those of a binary value, as hexadecimal digits in upper case.

    `ConvertToUTF8Hex("Hello world!")` gives "48656C6C6F20776F726C6421".
    """
    raw = _bytes(source, "utf-8", "ConvertToUTF8Hex")
    checked_length(len(raw) * 2, "ConvertToUTF8Hex", "source")
    return raw.hex().upper()


@function("ConvertFromUTF8Hex", text("source"), dialects=CONNECT, result="text")
def convert_from_utf8_hex(source: str) -> str:
    """The text whose bytes in UTF-8 are written as hexadecimal digits.

    `ConvertFromUTF8Hex("48656C6C6F20776F726C6421")` gives "Hello world!".
    """
    try:
        return bytes.fromhex(source).decode("utf-8")
    except ValueError:
        raise ExpressionFailed("ConvertFromUTF8Hex", "source", source, "not UTF-8 in hexadecimal digits") from None


@function("CNum", text("value"), dialects=CONNECT, result="number")
def to_number(value: str) -> int:
    """A text as a whole number. `CNum("12")` gives 12."""
    return as_number(value, "CNum", "value")


@function("CStr", text("value"), result="text")
def to_text(value: str) -> str:
    """A number, a reference, a truth or a time as a text. `CStr(True)` gives "True"."""
    return value


@function("CRef", text("value"), dialects=CONNECT, result="text")
def to_reference(value: str) -> str:
    """A text as a reference, which in Ropeway is the distinguished name itself.

    `CRef("CN=LC Services,CN=Microsoft," & %Forest.LDAP%)`.
    """
    return value


@function("CGuid", text("value"), dialects=CONNECT, result="binary")
def to_guid(value: str) -> bytes:
    """The 16 bytes of a GUID, as Active Directory stores it ([MS-DTYP] 2.3.4.2), from its text."""
    found = guid_in(value)
    if found is None:
        raise ExpressionFailed("CGuid", "value", value, "not a GUID")
    return guid_to_bytes(str(found))


@function("StringFromGuid", Parameter("value", "any", wants="binary"), dialects=CONNECT, result="text")
def string_from_guid(value: Any) -> str:
    """A GUID as text, from its 16 bytes ([MS-DTYP] 2.3.4.2); one that is text already stays as it is."""
    if isinstance(value, bytes) and len(value) == 16:
        return guid_from_bytes(value)
    if isinstance(value, str) and guid_in(value) is not None:
        return value
    raise ExpressionFailed("StringFromGuid", "value", value, "not a GUID")


@function("StringFromSid", Parameter("value", "any", wants="binary"), result="text")
def string_from_sid(value: Any) -> str:
    """A security identifier as text, "S-1-5-21-…"; one that is text already stays as it is ([MS-DTYP] 2.4.2)."""
    if isinstance(value, str) and value.startswith("S-1-"):
        return value
    if not isinstance(value, bytes) or len(value) < 8 or value[0] != 1 or len(value) != 8 + 4 * value[1]:
        raise ExpressionFailed("StringFromSid", "value", value, "not a security identifier")
    if value[1] == 0:
        return _authority(value)
    return f"{_authority(value[:-4])}-{int.from_bytes(value[-4:], 'little')}"


@lru_cache(maxsize=256)
def _authority(value: bytes) -> str:
    """All of a security identifier but its last part, which is all that differs within a domain."""
    parts = unpack_from(f"<{(len(value) - 8) // 4}I", value, 8)
    return "-".join(("S-1", str(int.from_bytes(value[2:8], "big")), *map(str, parts)))


FUNCTIONS: tuple[Function, ...] = (
    convert_to_base64, convert_from_base64, convert_to_utf8_hex, convert_from_utf8_hex, to_number, to_text,
    to_reference, to_guid, string_from_guid, string_from_sid,
)  # fmt: skip
