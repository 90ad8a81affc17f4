"""What becomes of each line of a record of one type: looked up once per line, by the bytes before its value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Final, NamedTuple

from ropeway.connectors.ldif.decoding import DECODERS, binary
from ropeway.connectors.ldif.lines import BadRecord, from_base64, name_of, understand
from ropeway.connectors.ldif.schema import known_attributes
from ropeway.model.values import Scalar

_MOST = 4096
"""Spellings remembered: more than any schema has names, and a bound for a file of nonsense."""


class Holds(IntEnum):
    """How many values an attribute holds, or that they are links."""

    ONE = 0
    MANY = 1
    LINKS = 2


class Slot(NamedTuple):
    """Where a line's value goes."""

    name: str
    decode: Callable[[bytes], Scalar]
    holds: int


MISSING: Final = Slot("", binary, Holds.ONE)
"""Not yet looked at: `Table.slot_of` says what the line is."""


class Table:
    """The lines of one object type. `slots` maps `name` (plain) and `name:` (Base64) to a Slot, or None: not wanted."""

    def __init__(self, wanted: Sequence[str]) -> None:
        self.slots: dict[bytes, Slot | None] = {b"dn": None, b"dn:": None}
        self.unknown: list[str] = []
        """Attributes whose syntax nobody knows: text where every value is UTF-8, else bytes."""
        self.wants: dict[str, str] = {}
        self._plain: dict[str, Slot] = {}
        for name in wanted:
            self._want(name)

    @property
    def link_names(self) -> list[str]:
        """The wanted reference attributes."""
        return [slot.name for slot in self._plain.values() if slot.holds == Holds.LINKS]

    def slot_of(self, line: bytes) -> tuple[Slot, bytes] | None:
        """A line in a spelling not seen before: its slot and its value; None where nobody wants it.

        The usual spellings are remembered, so each of them comes here once. `BadRecord` as `lines.understand`.
        """
        understood = understand(line)
        if understood is None:
            return None
        name, value = understood
        folded = name.lower()
        if folded == "changetype" and value.strip().lower() != b"add":
            raise BadRecord("ldif-changetype", "changetype", value.decode("utf-8", "replace"))
        slot = self._plain.get(folded)
        self._remember(line, slot)
        return slot and (slot, value)

    def _want(self, name: str) -> None:
        known = known_attributes().get(name.lower())
        if known is None:
            self.unknown.append(name)
            slot = Slot(name, binary, Holds.MANY)
        elif known.syntax == "Reference":
            slot = Slot(known.name, binary, Holds.LINKS)
        else:
            slot = Slot(known.name, DECODERS[known.syntax], Holds.MANY if known.many else Holds.ONE)
        self._plain[name.lower()] = slot
        self.wants[name.lower()] = slot.name

    def single(self, name: str) -> bool:
        """Whether a reference attribute holds one link."""
        known = known_attributes().get(name.lower())
        return known is not None and not known.many

    def _remember(self, line: bytes, slot: Slot | None) -> None:
        key, space, _ = line.partition(b": ")
        name = key.removesuffix(b":")
        if not space or b":" in name or name_of(line).lower() == "changetype" or len(self.slots) >= _MOST:
            return
        self.slots[key] = _from_base64(slot) if slot and key.endswith(b":") else slot


def _from_base64(slot: Slot) -> Slot:
    name, decode, holds = slot

    def decoded(value: bytes) -> Scalar:
        return decode(from_base64(value, name))

    return Slot(name, decoded, holds)
