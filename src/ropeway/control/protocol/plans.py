"""What the next export would write, and what waits for approval."""

from __future__ import annotations

from typing import Any

import msgspec

from ropeway.model.problems import Problem


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """One planned change."""

    kind: str
    type: str
    object: str
    """The source DN."""
    anchor: str
    target: str | None = None
    attributes: dict[str, Any] = {}
    """Wanted values; None empties."""
    before: dict[str, Any] = {}
    """What was exported last, of the same attributes."""
    added: dict[str, list[str]] = {}
    removed: dict[str, list[str]] = {}
    more_links: int = 0
    """Links that are added or removed, too, and not listed."""
    becomes: dict[str, Any] = {}
    """Where the directory will store something else than was asked."""
    matched_by: str = ""
    hold: int | None = None
    problem: Problem | None = None


class HoldView(msgspec.Struct, frozen=True, kw_only=True):
    """Dangerous changes that wait for somebody's approval."""

    number: int
    what: str
    """`deletes`, `disables`, `members`, `emptied`."""
    type: str
    count: int
    digest: str
    cause: Problem
    created: str
    approved: str | None = None
    sample: tuple[str, ...] = ()
    """Up to ten DNs."""


class PlanView(msgspec.Struct, frozen=True, kw_only=True):
    """A plan: what the next export would write. `changes` may be cut at a limit; `counts` never is."""

    job: str
    counts: dict[str, int]
    """`create user`, `delete group`, … to number."""
    changes: tuple[ChangeView, ...] = ()
    holds: tuple[HoldView, ...] = ()
    out_of_scope: int = 0
    """How many objects were read, where not one of them is in scope; 0 where one is."""
    problems: tuple[Problem, ...] = ()
