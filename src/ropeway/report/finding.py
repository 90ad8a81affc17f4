"""One thing worth knowing about one value of one object."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from ropeway.model.problems import Severity

LONGEST = 2000
"""Characters of a value that a report repeats; a suggestion that is longer is not made."""


class Error(StrEnum):
    """What is wrong, in IdFix's words where it has one. `report-<error>` is its entry in the catalogue of problems."""

    DUPLICATE = "duplicate"
    ANCHOR = "anchor"
    BLANK = "blank"
    CHARACTER = "character"
    FORMAT = "format"
    LENGTH = "length"
    LIMIT = "limit"
    UNVERIFIED = "unverified"
    NOT_ROUTABLE = "topleveldomain"
    PREFIX = "prefix"
    DOT = "dot"
    SPACE = "space"
    MAPPING = "mapping"
    UNREADABLE = "unreadable"
    MATCH = "match"


class Action(StrEnum):
    """What to do about it, as far as a program can tell; IdFix's words."""

    EDIT = "EDIT"
    """Write the suggested value instead."""
    REMOVE = "REMOVE"
    """Take the value out."""
    COMPLETE = "COMPLETE"
    """Leave it: of several objects with the value, this one should keep it."""
    DECIDE = ""
    """Somebody must decide."""


class Finding(msgspec.Struct, frozen=True):
    """A line of the report."""

    severity: Severity
    error: Error
    dn: str
    type: str
    attribute: str
    value: str
    """On one line, control characters escaped, at most LONGEST characters."""
    suggestion: str = ""
    action: Action = Action.DECIDE
    remark: str = ""
    """What else there is to say: who has the value too, which function failed on which argument."""


ORDER: dict[Severity, int] = {Severity.FATAL: 0, Severity.ERROR: 1, Severity.WARNING: 2, Severity.INFO: 3}
"""The gravest come first."""


def readable(value: Any) -> str:
    """A value of any kind on one line: binary ones by their size, control characters escaped, long ones cut."""
    match value:
        case str():
            text = value
        case bytes():
            return f"({len(value):,} bytes)"
        case None:
            return ""
        case _:
            text = str(value)
    cut = text[:LONGEST]
    if not cut.isprintable():
        cut = "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in cut)
    return cut if len(text) <= LONGEST else f"{cut[:LONGEST]}… ({len(text):,} characters)"
