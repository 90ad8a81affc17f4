"""What becomes of each line of a record of one type: looked up once per line, by the text before its value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from ropeway.connectors.ldif.decoding import DECODERS
from ropeway.connectors.ldif.lines import BadRecord, as_text, from_base64, name_of, understand
from ropeway.connectors.ldif.schema import known_attributes

_MOST = 4096
"""Spellings remembered: more than any schema has names, and a bound for a file of nonsense."""

ONE: Final = 0
MANY: Final = 1
LINKS: Final = 2


class Slot(NamedTuple):
    """Where a line's value goes."""

    name: str
    decode: Callable[[Any], Any] | None
    """None: text taken as it is. Links come out as text, values of unknown syntax as they are."""
    holds: int
    """ONE value, MANY, or LINKS."""


MISSING: Final = Slot("", None, ONE)
"""Not yet looked at: `Table.slot_of` says what the line is."""


class Table:
    """The lines of one object type. `slots` maps `name` (plain) and `name:` (Base64) to a Slot, or None: not wanted."""

    def __init__(self, wanted: Sequence[str]) -> None:
        self.slots: dict[str, Slot | None] = {"dn": None, "dn:": None}
        self.unknown: list[str] = []
        """Attributes whose syntax nobody knows: text where every value is UTF-8, else bytes."""
        self.link_names: list[str] = []
        """The wanted reference attributes."""
        self.has_dn = "distinguishedname" in {name.lower() for name in wanted}
        self.has_guid = "objectguid" in {name.lower() for name in wanted}
        self._wanted: dict[str, Slot] = {}
        for name in wanted:
            self._want(name)

    def slot_of(self, line: str) -> tuple[Slot, str | bytes] | None:
        """A line in a spelling not seen before: its slot and its value; None where nobody wants it.

        The usual spellings are remembered, so each of them comes here once. `BadRecord` as `lines.understand`.
        """
        understood = understand(line)
        if understood is None:
            return None
        name, value = understood
        folded = name.lower()
        if folded == "changetype" and as_text(value).strip().lower() != "add":
            raise BadRecord("ldif-changetype", "changetype", as_text(value))
        slot = self._wanted.get(folded)
        self._remember(line, slot)
        return slot and (slot, value)

    def _want(self, name: str) -> None:
        known = known_attributes().get(name.lower())
        if known is None:
            self.unknown.append(name)
            slot = Slot(name, _same, MANY)
        elif known.syntax == "Reference":
            self.link_names.append(known.name)
            slot = Slot(known.name, as_text, LINKS)
        else:
            slot = Slot(known.name, DECODERS[known.syntax], MANY if known.many else ONE)
        self._wanted[name.lower()] = slot

    def _remember(self, line: str, slot: Slot | None) -> None:
        key, space, _ = line.partition(": ")
        name = key.removesuffix(":")
        if not space or ":" in name or name_of(line) == "changetype" or len(self.slots) >= _MOST:
            return
        if slot is None:
            self.slots[key] = None
        elif key.endswith(":"):
            self.slots[key] = _from_base64(slot)
        else:
            text = slot.decode in (DECODERS["String"], _same, as_text)
            self.slots[key] = slot._replace(decode=None) if text else slot


def is_single(name: str) -> bool:
    """Whether an attribute holds one value."""
    known = known_attributes().get(name.lower())
    return known is not None and not known.many


def _same(value: str | bytes) -> str | bytes:
    return value


def _from_base64(slot: Slot) -> Slot:
    name, decode, holds = slot
    assert decode

    def decoded(value: str) -> Any:
        return decode(from_base64(value, name))

    return Slot(name, decoded, holds)
