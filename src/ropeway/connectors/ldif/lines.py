"""One record's lines, by the letter of RFC 2849: folding, comments, Base64, URLs, attribute options."""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Iterator

from ropeway.model.problems import Problem, shown

_WIDE = re.compile(rb"^([^:\n#]*::?) +", re.M)
_RANGE = re.compile(r"range=(\d+)-(\d+|\*)", re.I)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")


class BadRecord(Exception):  # noqa: N818 - it becomes a Problem
    """A record that cannot be understood; its problem names attribute, value and reason, the reader adds the object."""

    def __init__(self, code: str, attribute: str = "", value: object = "", **details: str) -> None:
        super().__init__(code)
        self.problem = Problem(code, attribute=attribute, value=shown(value) if value != "" else "", details=details)


def straightened(record: bytes) -> bytes:
    """A record with folded lines joined, comments before it dropped, and one space after each colon."""
    if b"\n " in record:
        record = record.replace(b"\n ", b"")
    while record[:1] == b"#":
        record = record.partition(b"\n")[2]
    if record[:8] == b"version:":
        record = record.partition(b"\n")[2].lstrip(b"\n")
        return straightened(record)
    if b":  " in record:
        record = _WIDE.sub(rb"\1 ", record)
    return record


def lines_of(record: bytes) -> Iterator[bytes]:
    """The lines of a straightened record, one after the other, for records too large to split at once."""
    at = 0
    while at <= len(record):
        end = record.find(b"\n", at)
        end = len(record) if end < 0 else end
        yield record[at:end]
        at = end + 1


def name_of(line: bytes) -> str:
    """The attribute name at the start of a line, without options; "" for comments and for what has none."""
    return line.partition(b":")[0].partition(b";")[0].decode("ascii", "replace") if b":" in line else ""


def understand(line: bytes) -> tuple[str, bytes] | None:
    """Attribute name and value of a line; None for a comment and for a value in another language.

    `BadRecord` for a line without a colon, a name that is none, broken Base64, a URL, a part of a value range.
    """
    if not line or line.startswith(b"#"):
        return None
    head, colon, value = line.partition(b":")
    name, *options = head.decode("ascii", "replace").split(";")
    if not colon or not _NAME.fullmatch(name):
        raise BadRecord("ldif-bad-line", value=line[:200].decode("utf-8", "replace"))
    for option in options:
        if option.lower().startswith("lang-"):
            return None
        if (part := _RANGE.fullmatch(option)) and part.groups() != ("0", "*"):
            raise BadRecord("ldif-range", name, option)
    if value.startswith(b"<"):
        raise BadRecord("ldif-url", name, value[1:].strip().decode("utf-8", "replace"))
    if value.startswith(b":"):
        return name, from_base64(value[1:].strip(b" "), name)
    return name, value.lstrip(b" ")


def from_base64(value: bytes, name: str) -> bytes:
    """A Base64 value decoded; `BadRecord` where it is cut or is none."""
    try:
        return a2b_base64(value, strict_mode=True)
    except Base64Error as error:
        why = str(error)
        raise BadRecord("ldif-bad-base64", name, value[:80].decode("ascii", "replace"), why=why) from None
