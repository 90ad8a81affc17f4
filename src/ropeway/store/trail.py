"""The audit trail: every administrative act, done or refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from ropeway.store.service_tables import audit


class Act(NamedTuple):
    """What somebody did, or was refused."""

    time: float
    who: str
    action: str
    """The call of Control, or what is like one: `pause_job`."""
    subject: str
    """What it was done to: a job's id, an agent's."""
    outcome: str
    """`success`, or the code of the problem."""
    details: Mapping[str, Any] | None = None
    request: str = ""
    """The id of the request."""


def note(c: Connection, tenant: int, act: Act) -> None:
    """Put an act on record."""
    columns = act._asdict() | {"details": msgspec.json.encode(act.details or {}).decode(), "tenant": tenant}
    c.execute(audit.insert().values(**columns))
