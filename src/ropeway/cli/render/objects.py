"""Objects of the directory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ropeway.cli.output import Block, Heading, Table
from ropeway.cli.render.words import Command
from ropeway.cli.safe import brief, rows_of, safe, several
from ropeway.control.protocol import ObjectType

Object = dict[str, Any]

CONTRIBUTIONS = "contributions"

SHORT, SAID = 60, 8
"""Characters of a contributed value, and how many values of one contributor are told on its line."""

COLUMNS: dict[ObjectType, tuple[str, ...]] = {
    "users": ("displayName", "userPrincipalName", "accountEnabled", "id"),
    "groups": ("displayName", "mail", "securityEnabled", "id"),
    "contacts": ("displayName", "mail", "id"),
    "devices": ("displayName", "accountEnabled", "deviceId", "id"),
}


def object_name(found: Object) -> str:
    """What an object is called."""
    return next((str(found[key]) for key in ("userPrincipalName", "displayName", "mail", "id") if found.get(key)), "?")


def object_table(type_: ObjectType, found: Sequence[Object], *, limit: int, deleted: bool) -> Iterator[Block]:
    """Objects, one a row."""
    if not found:
        yield f"The recycle bin holds no such {type_}." if deleted else f"There are no such {type_}."
        return
    columns = COLUMNS[type_] + (("deletedDateTime",) if deleted else ())
    rows = [tuple(brief(o[name]) if o.get(name) is not None else "" for name in columns) for o in found]
    yield Table(tuple(map(_heading, columns)), rows, whole=frozenset({"Id"}))
    if len(found) == limit:
        yield f"The first {limit:,} are shown; --limit shows more, --contains TEXT fewer."


def _heading(name: str) -> str:
    """A property's name as the words above a column: `userPrincipalName` is User principal name."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).capitalize()


def object_blocks(found: Object, command: Command) -> Iterator[Block]:
    """One object: its values, then what is nested in it, and who says what of it."""
    yield Heading(object_name(found))
    plain = {name: value for name, value in found.items() if not _nested(value) and value not in (None, [], {})}
    yield Table(("Property", "Value"), [(name, brief(value)) for name, value in sorted(plain.items())])
    for name, value in found.items():
        if _nested(value) and name != CONTRIBUTIONS:
            yield Heading(name)
            yield from (f"  {brief(row)}" for row in rows_of(value))
    if contributions := found.get(CONTRIBUTIONS):
        yield Heading("Contributions, the first one counts where nothing else is said")
        for one in contributions:
            yield from _contribution(one, found)
        yield f"Whose word counts, attribute by attribute: {command('explain', str(found['id']))}"


def _contribution(one: Object, found: Object) -> Iterator[str]:
    """One line for a contributor, and one more for each value that is not what the directory shows."""
    said: Object = one["attributes"]
    pairs = [f"{safe(name)}: {brief(value, SHORT)}" for name, value in sorted(said.items())]
    who = f"{brief(one['job'])} (precedence {one['precedence']}, {one['standing']})"
    yield f"  {who} says {several(pairs, SAID) if pairs else 'nothing of its attributes'}"
    for name, value in sorted(said.items()):
        if name in found and found[name] != value:
            yield f"      {safe(name)}: {brief(value, SHORT)}, where the directory shows {brief(found[name], SHORT)}"


def _nested(value: object) -> bool:
    return any(isinstance(row, dict) for row in rows_of(value))
