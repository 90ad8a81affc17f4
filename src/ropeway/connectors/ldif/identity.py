"""Who a record is about: DN, anchor and type, found without reading the rest of it."""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64
from functools import lru_cache
from typing import NamedTuple

from ropeway.connectors.ldif.decoding import guid
from ropeway.connectors.ldif.dn import split_extended
from ropeway.connectors.ldif.index import anchor_from_digits
from ropeway.connectors.ldif.lines import BadRecord, lines_of, name_of, understand
from ropeway.connectors.ldif.schema import type_of
from ropeway.model.anchors import Anchor, guid_from_bytes

_GUID = b"\nobjectGUID:: "
_CLASS = b"\nobjectClass"
_CLASSES = re.compile(rb"(?:\nobjectClass: [^\n]*)+")
_UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)


class Identity(NamedTuple):
    """What is known of a record before its attributes are read."""

    dn: bytes
    """As written, without the parts of an extended DN."""
    anchor: Anchor | None
    type: str | None
    """None where there is no objectClass; "" where it is no type of ours."""


def identify(record: bytes) -> Identity:
    """The identity of a straightened record that starts with `dn:`; `BadRecord` where DN or anchor are broken."""
    dn, digits = split_extended(dn_of(record))
    at = record.find(_GUID)
    if at >= 0:
        anchor = _from_object_guid(record[at + len(_GUID) : at + len(_GUID) + 24])
    elif digits is not None:
        anchor = _from_digits(digits)
    else:
        anchor = _from_other_lines(record)
    return Identity(dn, anchor, _type(record))


def dn_of(record: bytes) -> bytes:
    """The DN of a straightened record, decoded where it is Base64."""
    end = record.find(b"\n")
    line = record if end < 0 else record[:end]
    if line[:4] == b"dn: ":
        return line[4:]
    try:
        found = understand(line)
    except BadRecord:
        found = None
    if found is None:
        raise BadRecord("ldif-bad-dn", "dn", line[:200].decode("utf-8", "replace"))
    return found[1]


def _from_object_guid(text: bytes) -> Anchor:
    try:
        return guid_from_bytes(a2b_base64(text, strict_mode=True))
    except (Base64Error, ValueError) as error:
        raise BadRecord("ldif-bad-anchor", "objectGUID", text.decode("ascii", "replace"), why=str(error)) from None


def _from_digits(digits: bytes) -> Anchor:
    try:
        return anchor_from_digits(digits)
    except ValueError as error:
        raise BadRecord("ldif-bad-anchor", "dn", digits.decode("ascii", "replace"), why=str(error)) from None


def _from_other_lines(record: bytes) -> Anchor | None:
    """entryUUID (RFC 4530) is text; objectGUID may come in another case, or as the text that `ldbsearch` writes."""
    uuid: Anchor | None = None
    for line in lines_of(record):
        if line[:10].lower() not in (b"entryuuid:", b"objectguid"):
            continue
        if (found := understand(line)) is None:
            continue
        name, value = found
        try:
            if name.lower() == "objectguid":
                return guid_from_bytes(guid(value))
            if not _UUID.fullmatch(value):
                raise ValueError("it is not a UUID")
        except ValueError as error:
            raise BadRecord("ldif-bad-anchor", name, value.decode("utf-8", "replace"), why=str(error)) from None
        uuid = Anchor(value.decode().lower())
    return uuid


def _type(record: bytes) -> str | None:
    classes = _CLASSES.search(record)
    if classes and record.find(_CLASS, classes.end()) < 0:
        return _type_of_block(classes[0])
    lines = [line for line in lines_of(record) if name_of(line).lower() == "objectclass"]
    values = [found[1] for line in lines if (found := understand(line))]
    return type_of(frozenset(v.decode("utf-8", "replace").lower() for v in values)) if values else None


@lru_cache(maxsize=1024)
def _type_of_block(block: bytes) -> str:
    lines = block.decode("utf-8", "replace").lower().split("\n")[1:]
    return type_of(frozenset(line.partition(": ")[2].strip() for line in lines))
