"""What a planned change remembers of how it came about, for plan and log: one text of three lines."""

from __future__ import annotations

from typing import NamedTuple

LEFT = "-"
"""Begins the third line of an object that left the scope."""


class Decision(NamedTuple):
    """How a change came about."""

    by: str = ""
    """What the object was matched by, where it was: `source anchor`, `userPrincipalName`, …"""
    target: str = ""
    """The object that it matched."""
    why: str = ""
    """The rule that the object is in the scope of; where it left, the reason, with LEFT before it."""


def staying(rule: str, by: str = "", target: str = "") -> str:
    """The decision about an object in the scope of a rule, as it is stored."""
    return f"{by}\n{target}\n{rule}"


def leaving(reason: str) -> str:
    """The decision about an object that left, as it is stored."""
    return f"\n\n{LEFT}{reason}"


def decision(text: str) -> Decision:
    """A decision from its text; parts that older versions did not store are empty."""
    return Decision(*text.split("\n", 2))
