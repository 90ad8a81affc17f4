"""Values as the schema says they are to be read; anything else is `Malformed`, never a guess."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ropeway.connectors.active_directory.schema import Attribute, Syntax
from ropeway.model.anchors import Anchor, guid_from_bytes
from ropeway.model.problems import Problem, shown
from ropeway.model.values import Scalar

LARGEST = 10 * 1024 * 1024
"""Bytes of one value; a larger one is set aside with its object."""

Decoder = Callable[[list[bytes]], Any]
"""The values of one attribute as they came, to a `Value`; raises `Malformed`."""


class Malformed(Exception):  # noqa: N818 - it becomes a Problem of one object
    """A value that its own schema does not allow."""

    def __init__(self, code: str, raw: bytes = b"", reason: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.raw = raw
        self.reason = reason

    def problem(self, dn: str, attribute: str) -> Problem:
        """The same as a fact about one object."""
        value = shown(self.raw[:80].decode("utf-8", "backslashreplace"))
        return Problem(self.code, object=dn, attribute=attribute, value=value, details={"reason": self.reason})


def decoder(attribute: Attribute) -> Decoder:
    """How to read the values of an attribute: a scalar where it is single-valued, a list otherwise."""
    scalar = _SCALARS[attribute.syntax]

    def one(values: list[bytes]) -> Scalar:
        if len(values) != 1:
            raise Malformed("value-not-single", values[1], f"{len(values)} values")
        return _checked(scalar, values[0])

    def many(values: list[bytes]) -> list[Scalar]:
        return [_checked(scalar, raw) for raw in values]

    return many if attribute.multivalued else one


def _checked(scalar: Callable[[bytes], Scalar], raw: bytes) -> Scalar:
    if not 0 < len(raw) <= LARGEST:
        if raw:
            raise Malformed("value-too-large", raw, f"{len(raw):,} bytes")
        raise Malformed("value-empty")
    return scalar(raw)


def _text(raw: bytes) -> str:
    if 0 in raw:
        raise Malformed("value-has-zero-byte", raw)
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise Malformed("value-not-utf8", raw, f"byte {error.start + 1} is {raw[error.start]:#04x}") from None


def _integer(raw: bytes) -> int:
    try:
        number = int(raw) if len(raw) <= 20 else None
    except ValueError:
        number = None
    if number is None or not -(2**63) <= number < 2**63:
        raise Malformed("value-not-of-its-type", raw, "not a 64-bit integer")
    return number


def _boolean(raw: bytes) -> bool:
    if raw not in (b"TRUE", b"FALSE"):
        raise Malformed("value-not-of-its-type", raw, "neither TRUE nor FALSE")
    return raw == b"TRUE"


_TIME = re.compile(rb"^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?(?:[.,](\d+))?Z$")


def _time(raw: bytes) -> str:
    """GeneralizedTime or UTCTime (RFC 4517 3.3.13, 3.3.34) as ISO 8601."""
    found = _TIME.match(raw)
    if found is None:
        raise Malformed("value-not-of-its-type", raw, "not a time in UTC")
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    if len(found[1]) == 2:
        year += 1900 if year >= 50 else 2000
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise Malformed("value-not-of-its-type", raw, "no such date") from None
    fraction = (found[7] or b"").rstrip(b"0").decode()
    return moment.replace(tzinfo=None).isoformat() + (f".{fraction}Z" if fraction else "Z")


def seconds_of(raw: bytes) -> float:
    """A GeneralizedTime as seconds since 1970."""
    return datetime.fromisoformat(_time(raw).replace("Z", "+00:00")).timestamp()


def _sid(raw: bytes) -> str:
    """A security identifier as text ([MS-DTYP] 2.4.2.2)."""
    if len(raw) < 8 or raw[0] != 1 or len(raw) != 8 + 4 * raw[1]:
        raise Malformed("value-not-of-its-type", raw, "not a security identifier")
    parts = [int.from_bytes(raw[at : at + 4], "little") for at in range(8, len(raw), 4)]
    return "-".join(("S-1", str(int.from_bytes(raw[2:8], "big")), *map(str, parts)))


def _same(raw: bytes) -> bytes:
    return raw


_SCALARS: dict[Syntax, Callable[[bytes], Scalar]] = {
    Syntax.TEXT: _text,
    Syntax.EXACT_TEXT: _text,
    Syntax.INTEGER: _integer,
    Syntax.BOOLEAN: _boolean,
    Syntax.TIME: _time,
    Syntax.BINARY: _same,
    Syntax.SID: _sid,
    Syntax.NAME: _text,
}


def guid_in_name(raw: bytes) -> Anchor | None:
    """The GUID of an extended DN, dashed or hexadecimal ([MS-ADTS] 3.1.1.3.4.1.5); None for a plain DN."""
    if raw[:6] != b"<GUID=":
        return None
    if raw[42:43] == b">":
        return Anchor(raw[6:42].decode("ascii", "replace").lower())
    try:
        return guid_from_bytes(bytes.fromhex(raw[6 : raw.index(b">")].decode("ascii", "replace")))
    except ValueError:
        return None


def plain_name(name: str) -> str:
    """The DN in an extended DN."""
    while name.startswith("<"):
        end = name.find(">")
        if end < 0:
            return name
        name = name[end + 1 :].removeprefix(";")
    return name
