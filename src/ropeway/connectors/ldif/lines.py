"""One record's lines, by the letter of RFC 2849: comments, Base64, URLs, attribute options."""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Iterator

from ropeway.model.problems import Problem, shown

LARGEST = 10 * 1024 * 1024
"""Bytes of one value; a larger one is set aside with its object."""

_WIDE = re.compile(r"^([^:\n#]*::?) +", re.M)
_RANGE = re.compile(r"range=(\d+)-(\d+|\*)", re.I)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")


class BadRecord(Exception):  # noqa: N818 - it becomes a Problem
    """A record that cannot be understood; its problem names attribute, value and reason, the reader adds the object."""

    def __init__(self, code: str, attribute: str = "", value: object = "", **details: str) -> None:
        super().__init__(code)
        if isinstance(value, bytes):
            value = value[:400].decode("utf-8", "surrogateescape")
        told = printable(value[:400]) if isinstance(value, str) else value
        self.problem = Problem(code, attribute=attribute, value=shown(told) if told != "" else "", details=details)


def printable(text: str) -> str:
    """Text in which bytes that were not UTF-8 are shown as `\\xNN`."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def straightened(record: str) -> str:
    """A record without the comments and the version before it, and with one space after each colon."""
    while record[:1] == "#" or record[:8] == "version:":
        record = record.partition("\n")[2]
    if ":  " in record:
        record = _WIDE.sub(r"\1 ", record)
    return record


def lines_of(record: str) -> Iterator[str]:
    """The lines of a record, one after the other, for records too large to split at once."""
    at = 0
    while at <= len(record):
        end = record.find("\n", at)
        end = len(record) if end < 0 else end
        yield record[at:end]
        at = end + 1


def name_of(line: str) -> str:
    """The attribute name at the start of a line, in lower case, without options; "" for what has none."""
    return line.partition(":")[0].partition(";")[0].lower() if ":" in line else ""


def understand(line: str) -> tuple[str, str | bytes] | None:
    """Attribute name and value of a line, bytes where it was Base64; None for a comment, or in another language.

    `BadRecord` for a line without a colon, a name that is none, broken Base64, a URL, a part of a value range.
    """
    if not line or line.startswith("#"):
        return None
    head, colon, value = line.partition(":")
    name, *options = head.split(";")
    if not colon or not _NAME.fullmatch(name):
        raise BadRecord("ldif-bad-line", value=line)
    for option in options:
        if option.lower().startswith("lang-"):
            return None
        if (part := _RANGE.fullmatch(option)) and part.groups() != ("0", "*"):
            raise BadRecord("ldif-range", name, option)
    if value.startswith("<"):
        raise BadRecord("ldif-url", name, value[1:].strip())
    if value.startswith(":"):
        return name, from_base64(value[1:].strip(" "), name)
    return name, value.lstrip(" ")


def from_base64(value: str, name: str) -> bytes:
    """A Base64 value decoded; `BadRecord` where it is cut or is none."""
    try:
        raw = a2b_base64(value, strict_mode=True)
    except Base64Error as error:
        raise BadRecord("ldif-bad-base64", name, value, why=str(error)) from None
    except ValueError:
        raise BadRecord("ldif-bad-base64", name, value, why="it has characters beyond ASCII") from None
    if len(raw) > LARGEST:
        raise BadRecord("ldif-bad-value", name, value, why=f"it has more than {LARGEST:,} bytes")
    return raw


def as_bytes(value: str | bytes) -> bytes:
    """A value's own bytes."""
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value


def as_text(value: str | bytes) -> str:
    """A value as text, lone surrogates where it is not UTF-8."""
    return value if isinstance(value, str) else value.decode("utf-8", "surrogateescape")
