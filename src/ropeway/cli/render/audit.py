"""The audit trail as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ropeway.cli.output import Block, Table
from ropeway.cli.times import local
from ropeway.control.protocol import AuditView


def audit_blocks(acts: Sequence[AuditView]) -> Iterator[Block]:
    """A line for each act, the latest last."""
    if not acts:
        yield "Nobody did anything."
        return
    rows = [(local(a.time), a.who, a.action, a.subject, a.outcome, _details(a)) for a in acts]
    yield Table(("Time", "Who", "Did", "To", "Outcome", "Details"), rows)


def _details(act: AuditView) -> str:
    return ", ".join(f"{name} {value}" for name, value in act.details.items() if value)
