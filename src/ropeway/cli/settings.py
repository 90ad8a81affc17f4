"""Option texts to settings: guards, departures, properties."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, cast

import msgspec

from ropeway.cli.exits import Refused
from ropeway.model.job import Departure, Guard, Guards

TYPES = ("user", "group", "contact", "device")
Guarded = Literal["deletes", "disables", "members", "emptied"]
GUARDED: tuple[Guarded, ...] = ("deletes", "disables", "members", "emptied")

USUAL = Guards()

_GUARD = re.compile(r"(?:(?P<type>\w+)\.)?(?P<what>\w+)=(?P<most>\d+)(?:/(?P<percent>\d+)%)?(?:/(?P<least>\d+))?")


def guards(texts: Sequence[str], before: Guards = USUAL) -> Guards:
    """`deletes=500/10%/20`, `group.deletes=50`; what is not said stays as it was."""
    for_all: dict[str, Guard] = {}
    by_type: dict[str, dict[Guarded, Guard]] = {type_: dict(known) for type_, known in before.by_type.items()}
    for text in texts:
        type_, what, guard = _guard(text)
        if type_ is None:
            for_all[what] = guard
        else:
            by_type.setdefault(type_, {})[what] = guard
    return msgspec.structs.replace(before, **for_all, by_type=by_type)


def _guard(text: str) -> tuple[str | None, Guarded, Guard]:
    found = _GUARD.fullmatch(text.strip())
    if not found or found["what"] not in GUARDED or (found["type"] or TYPES[0]) not in TYPES:
        raise Refused(
            f"--guard {text} is not understood: write deletes=500/10%/20 or group.members=200, "
            f"with one of {', '.join(GUARDED)}, and before a dot one of {', '.join(TYPES)}."
        )
    usual = Guard()
    percent = int(found["percent"]) if found["percent"] else usual.percent
    if percent > 100:
        raise Refused(f"--guard {text}: a share is at most 100%.")
    least = int(found["least"]) if found["least"] else usual.at_least
    return found["type"], cast(Guarded, found["what"]), Guard(int(found["most"]), percent, least)


def departures(texts: Sequence[str]) -> dict[str, Departure]:
    """`user=disable`, by type."""
    chosen: dict[str, Departure] = {}
    for text in texts:
        type_, _, what = text.partition("=")
        if type_ not in TYPES or what not in list(Departure):
            raise Refused(
                f"--departure {text} is not understood: write user=disable, with one of {', '.join(TYPES)} "
                f"and one of {', '.join(Departure)}."
            )
        chosen[type_] = Departure(what)
    return chosen


def read_object(file: str, option: str) -> dict[str, Any]:
    """The one JSON object in a file, or in standard input for `-`; else a sentence that says why not."""
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return msgspec.json.decode(raw, type=dict[str, Any])
    except OSError as error:
        raise Refused(f"{option} {file}: {error.strerror}.") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Refused(f"{option} {file} is not a JSON object: {error}.") from error


def properties(texts: Sequence[str]) -> dict[str, Any]:
    """`displayName=Zoë`, `accountEnabled=false`, `jobTitle=` (empties it), `businessPhones:=["+49 30 1"]` (JSON)."""
    return dict(_property(text) for text in texts)


def _property(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    is_json = name.endswith(":")
    name = name.removesuffix(":").strip()
    if not equals or not name:
        raise Refused(f"--set {text} is not understood: write NAME=VALUE, as displayName=Zoë.")
    if name.lower().startswith("password"):
        raise Refused(f"--set {name}: a password is never accepted on the command line.")
    if is_json:
        try:
            return name, msgspec.json.decode(value)
        except msgspec.MsgspecError as error:
            raise Refused(f"--set {name}: after := comes JSON, and this is none: {error}.") from error
    return name, {"": None, "true": True, "false": False}.get(value, value)
