"""What the parts of a service share, made once at its start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ropeway.control.protocol import Control
from ropeway.service.gateway.authority import Authority
from ropeway.service.work.queue import Queue
from ropeway.store.database import Database


@dataclass(frozen=True, slots=True)
class Parts:
    """The service of one tenant."""

    tenant: int
    database: Database
    control: Control
    """For what needs no source; whatever reads one or takes long is an errand."""
    queue: Queue
    clock: Callable[[], float]
    """Seconds since 1970."""
    url: str
    """Where administrators and agents find the service, `https://ropeway.contoso.com:8443`; no slash at the end."""
    agents: Authority | None = None
    """Signs the certificates of agents; None where no agent can be registered."""
