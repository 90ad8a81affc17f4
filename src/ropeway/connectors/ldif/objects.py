"""A record as an object: attributes decoded, links resolved, or the reason why not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ropeway.connectors.ldif.decoding import string
from ropeway.connectors.ldif.lines import BadRecord, lines_of
from ropeway.connectors.ldif.table import MISSING, Holds, Table
from ropeway.model.anchors import Anchor, guid_to_bytes
from ropeway.model.values import Attributes

LARGE = 1024 * 1024
"""Bytes of a record beyond which its lines are walked through instead of cut up all at once."""


class Content(NamedTuple):
    """What a record says, with the DNs of its links still as written."""

    attributes: Attributes
    links: dict[str, list[bytes]]
    """Empty for a large record: `links_named` walks through it."""


def read_content(record: bytes, table: Table) -> Content:
    """Attributes and links of a straightened record. `BadRecord` names the attribute and value that break it."""
    attributes: dict[str, Any] = {}
    links: dict[str, list[bytes]] = {}
    large = len(record) > LARGE
    if b"\0" in record:
        raise BadRecord(
            "ldif-bad-line", value=record[max(0, record.find(b"\0") - 40) :][:80].decode("utf-8", "replace")
        )
    slots = table.slots.get
    name, value = "", b""
    try:
        for line in lines_of(record) if large else record.split(b"\n"):
            key, _, value = line.partition(b": ")
            slot = slots(key, MISSING)
            if slot is MISSING:
                found = table.slot_of(line)
                if found is None:
                    continue
                slot, value = found
            if slot is None:
                continue
            name, decode, holds = slot
            if not value:
                if holds == Holds.LINKS:
                    continue
                raise ValueError("it is empty")
            if holds == Holds.ONE:
                if name in attributes:
                    raise _two_values(name, attributes[name], decode(value))
                attributes[name] = decode(value)
            elif holds == Holds.MANY:
                if name in attributes:
                    attributes[name].append(decode(value))
                else:
                    attributes[name] = [decode(value)]
            elif not large:
                links.setdefault(name, []).append(decode(value))  # pyright: ignore[reportArgumentType] - bytes
    except ValueError as error:
        shown = value[:200].decode("utf-8", "backslashreplace")
        raise BadRecord("ldif-bad-value", name, shown, why=str(error)) from None
    for one in table.unknown:
        if one in attributes:
            attributes[one] = _guessed(attributes[one])
    return Content(attributes, links)


def links_of(record: bytes, table: Table) -> Iterator[tuple[str, bytes]]:
    """Reference attribute and DN of every link of a record, one after the other."""
    for line in lines_of(record):
        key, _, value = line.partition(b": ")
        slot = table.slots.get(key, MISSING)
        if slot is MISSING:
            found = table.slot_of(line)
            if found is None:
                continue
            slot, value = found
        if slot is not None and slot.holds == Holds.LINKS and value:
            yield slot.name, slot.decode(value)  # pyright: ignore[reportReturnType] - bytes, as LINKS says


def links_named(record: bytes, table: Table, attribute: str) -> Iterator[bytes]:
    """The DNs of one reference attribute."""
    return (dn for name, dn in links_of(record, table) if name == attribute)


def complete(attributes: Attributes, table: Table, dn: str, anchor: Anchor) -> None:
    """Add what the record says by being there: its DN and its GUID, where they are wanted."""
    if "distinguishedname" in table.wants:
        attributes["distinguishedName"] = dn
    if "objectguid" in table.wants:
        attributes.setdefault("objectGUID", guid_to_bytes(anchor))


def _guessed(values: list[bytes]) -> list[str] | list[bytes]:
    try:
        return [string(value) for value in values]
    except ValueError:
        return values


def _two_values(name: str, first: object, second: object) -> BadRecord:
    return BadRecord("ldif-two-values", name, first, second=f"“{second}”"[:82])
