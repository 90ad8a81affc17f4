"""What a check says."""

from __future__ import annotations

from typing import Literal

import msgspec

from ropeway.model.problems import Problem

Status = Literal["ok", "warning", "failed", "skipped"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a diagnosis."""

    check: str
    """What was looked at, in a few words: `name of the service`, `certificate`."""
    status: Status
    found: str = ""
    """What was seen, for people."""
    problem: Problem | None = None
    """What is wrong, with cause and remedy, where something is."""
    seconds: float = 0.0
    """How long the look took."""
