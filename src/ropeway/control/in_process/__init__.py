"""Control on a database of one's own, without a service.

A class for each subject of Control's Protocol, all over `core.Core`.
"""

from __future__ import annotations

import time

from ropeway.control.in_process.clients import Clients
from ropeway.control.in_process.core import TENANT
from ropeway.control.in_process.history import History
from ropeway.control.in_process.objects import Objects
from ropeway.control.in_process.opening import open_database
from ropeway.control.in_process.rules import Rules
from ropeway.control.in_process.runs import Runs
from ropeway.control.running import trouble
from ropeway.control.service_status import service_view
from ropeway.control.service_views import ServiceView
from ropeway.control.sources import Ask, FromHere

__all__ = ["TENANT", "InProcess", "open_control", "open_database"]


def open_control(url: str, *, ask: Ask | None = None) -> InProcess:
    """Control over the state at `url`, whose sources are opened from here."""
    return InProcess(open_database(url), FromHere(ask))


class InProcess(Objects, Runs, History, Rules, Clients):
    """Implements `Control`: a class for each subject, over what `Core` has."""

    def service_status(self) -> ServiceView:
        with trouble():
            return service_view(self._db, self._tenant, time.time())
