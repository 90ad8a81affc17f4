"""A record's attributes decoded, and its links as written; or the reason why not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ropeway.connectors.ldif.decoding import LARGEST, string
from ropeway.connectors.ldif.lines import BadRecord, lines_of
from ropeway.connectors.ldif.table import LINKS, MANY, MISSING, ONE, Slot, Table
from ropeway.model.anchors import Anchor, guid_to_bytes
from ropeway.model.values import Attributes

LARGE = 1024 * 1024
"""Characters of a record beyond which its lines are walked through instead of cut up all at once."""

_SPOILED = re.compile("[\0\udc80-\udcff]")


class Content(NamedTuple):
    """What a record says, with the DNs of its links still as written."""

    attributes: Attributes
    links: dict[str, list[str]]
    """Empty for a large record: `links_named` walks through it."""


def read_content(record: str, table: Table) -> Content:
    """Attributes and links of a straightened record. `BadRecord` names the attribute and value that break it."""
    if len(record) > LARGE or (("\0" in record or not record.isascii()) and _SPOILED.search(record)):
        return _read_carefully(record, table)
    attributes: dict[str, Any] = {}
    links: dict[str, list[str]] = {}
    slots = table.slots.get
    slot: Slot | None = None
    value: str | bytes = ""
    try:
        for line in record.split("\n"):
            key, _, value = line.partition(": ")
            slot = slots(key, MISSING)
            if slot is None:
                continue
            if slot is MISSING:
                found = table.slot_of(line)
                if found is None:
                    continue
                slot, value = found
            name, decode, holds = slot
            if not value:
                _refuse_empty(holds)
                continue
            read = value if decode is None else decode(value)
            if holds == ONE:
                if name in attributes:
                    raise _two_values(name, attributes[name], read)
                attributes[name] = read
            elif holds == MANY:
                if name in attributes:
                    attributes[name].append(read)
                else:
                    attributes[name] = [read]
            else:
                links.setdefault(name, []).append(read)
    except ValueError as error:
        raise BadRecord("ldif-bad-value", slot.name if slot else "", value, why=str(error)) from None
    _settle(attributes, table)
    return Content(attributes, links)


def _read_carefully(record: str, table: Table) -> Content:
    """The same for a record that is large, or holds bytes that may not be text: one line at a time, links left out."""
    content = Content({}, {})
    for name, line in _wanted_lines(record, table):
        if len(line) > LARGEST:
            raise BadRecord("ldif-bad-value", name, line[:80], why=f"it has more than {LARGEST:,} bytes")
        if "\0" in line:
            raise BadRecord("ldif-bad-value", name, line, why="it contains a 0 byte")
        one = read_content(line, table) if len(line) <= LARGE and not _SPOILED.search(line) else _alone(line, table)
        _merge(content, one, large=len(record) > LARGE)
    _settle(content.attributes, table)
    return content
