"""What the catalogue says of one thing that can go wrong."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Severity(StrEnum):
    """How much is at stake."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    """One object is not in step."""
    FATAL = "fatal"
    """A job cannot run."""


class Entry(msgspec.Struct, frozen=True):
    """One thing that can go wrong. Texts may name `{object}`, `{attribute}`, `{value}` and any detail."""

    code: str
    severity: Severity
    title: str
    cause: str
    remedy: str
    also_known_as: str = ""
    """Microsoft's name for it, where there is one."""
