"""What should be put right before the first run, and two jobs side by side."""

from __future__ import annotations

from typing import Any, Literal

import msgspec


class FindingView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the report before the first run."""

    severity: str
    """error: the object would be set aside; warning: a value would be changed or left out; info: neither."""
    error: str
    """duplicate | anchor | blank | character | format | length | limit | unverified | topleveldomain | prefix | dot |
    space | mapping | match | unreadable."""
    dn: str
    type: str
    """The source's object type."""
    attribute: str
    value: str
    suggestion: str = ""
    """A value that would do, or nothing."""
    action: str = ""
    """EDIT: write the suggestion; REMOVE the value; COMPLETE: leave it; empty: somebody must decide."""
    remark: str = ""


class ReportView(msgspec.Struct, frozen=True, kw_only=True):
    """What should be put right on premises; `findings` may be cut at a limit, `counts` never is."""

    job: str
    examined: int
    """Objects in scope that were looked at."""
    out_of_scope: int = 0
    """How many objects were read, where not one of them is in scope; 0 where one is."""
    counts: dict[str, int] = {}
    """`error duplicate`, `warning unverified`, … to number."""
    findings: tuple[FindingView, ...] = ()
    """The gravest first."""


class DifferenceView(msgspec.Struct, frozen=True, kw_only=True):
    """An object that two jobs would make different things of."""

    what: Literal["only here", "only there", "different"]
    object: str
    anchor: str
    type: str
    attributes: dict[str, tuple[Any, Any]] = {}
    """Attribute of the target to (here, there)."""
    links: dict[str, dict[str, Any]] = {}
    """Attribute of the source to `only here` and `only there`, numbers, and the first names of each."""


class CompareView(msgspec.Struct, frozen=True, kw_only=True):
    """Two jobs side by side; `differences` may be cut at a limit, `counts` never is."""

    job: str
    other: str
    as_of: tuple[str | None, str | None]
    """When each last ran: what changed since is not in the comparison."""
    counts: dict[str, int] = {}
    """same | different | only here | only there."""
    settings: dict[str, tuple[Any, Any]] = {}
    """Settings that differ, of those that should be the same at both."""
    differences: tuple[DifferenceView, ...] = ()
