"""What the parts of a service share, made once at its start."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from ropeway.control.protocol import Control
from ropeway.control.queueing.queue import Queue
from ropeway.service.authority import Authority
from ropeway.service.http.sealing import Seal
from ropeway.service.identity import Identity
from ropeway.service.settings import Settings
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
    authority: str = ""
    """The authority of the service's certificate, in PEM, where it is one of its own; empty: systems know it."""
    seal: Seal | None = None
    """Opens the private keys in the state; a running service has one."""
    identity: Identity | None = None
    """Sign-in of applications and people; a running service has it."""
    settings: Settings = field(default_factory=Settings)
    stopping: threading.Event = field(default_factory=threading.Event)
    """Set when the service is asked to end: answers that wait for something end now."""
