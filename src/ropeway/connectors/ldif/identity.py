"""Who a record is about: DN, anchor and type, found without reading the rest of it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from ropeway.connectors.ldif.decoding import guid
from ropeway.connectors.ldif.dn import split_extended
from ropeway.connectors.ldif.index import anchor_from_digits
from ropeway.connectors.ldif.lines import BadRecord, as_text, from_base64, lines_of, name_of, understand
from ropeway.connectors.ldif.schema import type_of
from ropeway.model.anchors import Anchor, guid_from_bytes

_GUID = "\nobjectGUID:: "
_CLASS = "\nobjectClass"
_CLASSES = re.compile(r"(?:\nobjectClass: [^\n]*)+")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)


class Identity(NamedTuple):
    """What is known of a record before its attributes are read."""

    dn: str
    """As written, without the parts of an extended DN."""
    anchor: Anchor | None
    type: str | None
    """None where there is no objectClass; "" where it is no type of ours."""


def identify(record: str) -> Identity:
    """The identity of a straightened record that starts with `dn:`; `BadRecord` where DN or anchor are broken."""
    dn, digits = split_extended(dn_of(record))
    at = record.find(_GUID)
    if at >= 0:
        anchor = _from_object_guid(record[at + len(_GUID) : at + len(_GUID) + 24].partition("\n")[0])
    elif digits is not None:
        anchor = _from_digits(digits)
    else:
        anchor = _from_other_lines(record)
    return Identity(dn, anchor, _type(record))


def dn_of(record: str) -> str:
    """The DN of a straightened record, decoded where it is Base64."""
    end = record.find("\n")
    line = record if end < 0 else record[:end]
    if line[:4] == "dn: ":
        return line[4:]
    try:
        found = understand(line)
    except BadRecord:
        found = None
    if found is None:
        raise BadRecord("ldif-bad-dn", "dn", line)
    return as_text(found[1])


def _from_object_guid(text: str) -> Anchor:
    raw = from_base64(text, "objectGUID")
    if len(raw) != 16:
        raise BadRecord("ldif-bad-anchor", "objectGUID", text, why=f"a GUID has 16 bytes, not {len(raw)}")
    return guid_from_bytes(raw)


def _from_digits(digits: str) -> Anchor:
    try:
        return anchor_from_digits(digits)
    except ValueError as error:
        raise BadRecord("ldif-bad-anchor", "dn", digits, why=str(error)) from None


def _from_other_lines(record: str) -> Anchor | None:
    """entryUUID (RFC 4530) is text; objectGUID may come in another case, or as the text that `ldbsearch` writes."""
    uuid: Anchor | None = None
    for line in lines_of(record):
        if line[:10].lower() not in ("entryuuid:", "objectguid") or (found := understand(line)) is None:
            continue
        name, value = found
        if name.lower() == "objectguid":
            try:
                return guid_from_bytes(guid(value))
            except ValueError as error:
                raise BadRecord("ldif-bad-anchor", name, value, why=str(error)) from None
        if not _UUID.fullmatch(as_text(value)):
            raise BadRecord("ldif-bad-anchor", name, value, why="it is not a UUID")
        uuid = Anchor(as_text(value).lower())
    return uuid


def _type(record: str) -> str | None:
    at = record.find(_CLASS)
    classes = _CLASSES.match(record, at) if at >= 0 else None
    if classes and record.find(_CLASS, classes.end()) < 0:
        return _type_of_block(classes[0])
    lines = [line for line in lines_of(record) if name_of(line) == "objectclass"]
    values = [found[1] for line in lines if (found := understand(line))]
    return type_of(frozenset(as_text(v).lower() for v in values)) if values else None


@lru_cache(maxsize=1024)
def _type_of_block(block: str) -> str:
    return type_of(frozenset(line.partition(": ")[2].strip().lower() for line in block.split("\n")[1:]))
