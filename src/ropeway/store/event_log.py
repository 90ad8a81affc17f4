"""Lines of the provisioning log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection

from ropeway.engine.records import Confirmed
from ropeway.model.anchors import Anchor, Reference
from ropeway.model.problems import Problem
from ropeway.store.constant import inserting
from ropeway.store.rows import Key, problem_text
from ropeway.store.tables import provisioning_event

LOGGED = (
    "tenant", "job", "cycle", "time", "action", "status", "type", "entry", "anchor", "object",
    "target", "modified", "decision", "lost", "approved", "problem", "carried",
)  # fmt: skip
"""Columns of a line, in the order in which they are given."""

_event = inserting(provisioning_event, *LOGGED)


def carried_text(links: Mapping[str, Sequence[Reference]]) -> str | None:
    """The links that a new object was created with, named as links that were added are."""
    return msgspec.json.encode({f"+{name}": ends for name, ends in links.items()}).decode() if links else None


def log(c: Connection, key: Key, cycle: int, now: float, changes: Sequence[Confirmed]) -> None:
    """A line of the provisioning log for each change."""
    tenant, job = key["tenant"], key["job"]
    _event.run(
        c,
        [
            (tenant, job, cycle, now, x.planned.kind.value, x.status, x.planned.type, x.entry.number, x.entry.anchor,
             x.entry.dn, x.entry.target, x.modified, x.planned.decision, x.lost - x.approved,
             x.planned.hold is not None, problem_text(x.problem) if x.problem else None, carried_text(x.carried))
            for x in changes
        ],
    )  # fmt: skip


def log_failed(
    c: Connection, key: Key, cycle: int, now: float, failed: Sequence[tuple[Anchor, str, str, Problem, str]]
) -> None:
    """Lines for objects (anchor, DN, type, problem, stage) that failed before anything was planned."""
    tenant, job = key["tenant"], key["job"]
    _event.run(
        c,
        [
            (tenant, job, cycle, now, "other", "failure", type_, 0, anchor, dn, None, b"\x80", stage, 0, False,
             problem_text(problem), None)
            for anchor, dn, type_, problem, stage in failed
        ],
    )  # fmt: skip
