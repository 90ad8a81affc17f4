"""A record's attributes decoded, and its links as written; or the reason why not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ropeway.connectors.ldif.decoding import string
from ropeway.connectors.ldif.lines import LARGEST, BadRecord, as_bytes, as_text, lines_of, understand
from ropeway.connectors.ldif.table import LINKS, MANY, MISSING, ONE, Slot, Table
from ropeway.model.anchors import Anchor, guid_to_bytes
from ropeway.model.values import Attributes

LARGE = 1024 * 1024
"""Characters of a record beyond which its lines are walked through instead of cut up all at once."""

_LARGEST_ENCODED = LARGEST * 4 // 3 + 4
"""Characters of a value that is still Base64; decoded, it is held against the bound for bytes."""

_SPOILED = re.compile("[\0\udc80-\udcff]")


class Content(NamedTuple):
    """What a record says, with the DNs of its links still as written."""

    attributes: Attributes
    links: dict[str, list[str]]
    """Empty for a large record: `links_named` walks through it."""


def read_content(record: str, table: Table) -> Content:
    """Attributes and links of a straightened record. `BadRecord` names the attribute and value that break it."""
    attributes: dict[str, Any] = {}
    links: dict[str, list[str]] = {}
    large = len(record) > LARGE
    careful = large or (("\0" in record or not record.isascii()) and _SPOILED.search(record) is not None)
    slots = table.slots.get
    slot: Slot | None = None
    value: str | bytes = ""
    try:
        for line in lines_of(record) if large else record.split("\n"):
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
            if careful:
                _check(value, _LARGEST_ENCODED if key.endswith(":") else LARGEST)
            if not value and holds != LINKS:
                raise ValueError("it is empty")
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
            elif value and not large:
                links.setdefault(name, []).append(read)  # pyright: ignore[reportArgumentType] - text, as LINKS says
    except ValueError as error:
        raise BadRecord("ldif-bad-value", slot.name if slot else "", value, why=str(error)) from None
    for name in table.unknown:
        if name in attributes:
            attributes[name] = _guessed(attributes[name])
    return Content(attributes, links)


def refuse_change(record: str) -> None:
    """Raise where a record is a change of something, which explains why it does not look like an object."""
    for line in lines_of(record):
        if line[:11].lower() == "changetype:" and (found := understand(line)):
            change = as_text(found[1]).strip()
            if change.lower() != "add":
                raise BadRecord("ldif-changetype", "changetype", change)


def links_of(record: str, table: Table) -> Iterator[tuple[str, str]]:
    """Reference attribute and DN of every link of a record, one after the other."""
    for line in lines_of(record):
        key, _, value = line.partition(": ")
        slot = table.slots.get(key, MISSING)
        if slot is MISSING:
            found = table.slot_of(line)
            if found is None:
                continue
            slot, value = found
        if slot is not None and slot.holds == LINKS and value:
            text = value if slot.decode is None else slot.decode(value)
            yield slot.name, as_text(text)


def links_named(record: str, table: Table, attribute: str) -> Iterator[str]:
    """The DNs of one reference attribute."""
    return (dn for name, dn in links_of(record, table) if name == attribute)


def complete(attributes: Attributes, table: Table, dn: str, anchor: Anchor) -> None:
    """Add what the record says by being there: its DN and its GUID, where they are wanted."""
    if table.has_dn:
        attributes["distinguishedName"] = dn
    if table.has_guid:
        attributes.setdefault("objectGUID", guid_to_bytes(anchor))


def _check(value: str | bytes, most: int) -> None:
    """Refuse what no directory holds: a 0 byte, bytes that are no text where text stands, more than `most` bytes."""
    if isinstance(value, str):
        string(value)
        if len(as_bytes(value)) > most:
            raise ValueError(f"it has more than {LARGEST:,} bytes")


def _guessed(values: list[str | bytes]) -> list[str] | list[bytes]:
    try:
        return [string(value) for value in values]
    except ValueError:
        return [value if isinstance(value, bytes) else value.encode() for value in values]


def _two_values(name: str, first: object, second: object) -> BadRecord:
    return BadRecord("ldif-two-values", name, first, second=f"“{second}”"[:82])
