"""The audit trail and the sign-in log as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from ropeway.cli.output import Block, Table
from ropeway.cli.times import local
from ropeway.control.protocol import AuditView, SignInView


def audit_blocks(acts: Sequence[AuditView]) -> Iterator[Block]:
    """A line for each act, the latest last."""
    if not acts:
        yield "Nobody did anything."
        return
    rows = [(local(a.time), a.who, a.action, a.subject, a.outcome, _details(a)) for a in acts]
    yield Table(("Time", "Who", "Did", "To", "Outcome", "Details"), rows)


def _details(act: AuditView) -> str:
    told = {name: value for name, value in act.details.items() if value not in (None, "", [], {})}
    return ", ".join(f"{name} {_told(value)}" for name, value in told.items())


def _told(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def sign_in_blocks(found: Sequence[SignInView]) -> Iterator[Block]:
    """A line for each sign-in, the latest last."""
    if not found:
        yield "Nobody signed in."
        return
    rows = [(local(s.time), s.who, s.application, s.way, s.address, _outcome(s)) for s in found]
    yield Table(("Time", "Who", "To", "By", "From", "Outcome"), rows)


def _outcome(one: SignInView) -> str:
    return f"AADSTS{one.error}: {one.reason}" if one.error else "signed in"
