"""A call becomes a row that wakes the workers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from ropeway.control.running import trouble
from ropeway.control.wire.shape import packed
from ropeway.store import errands
from ropeway.store.database import Database
from ropeway.store.errands import Asker, Errand
from ropeway.telemetry import tracing


def ask(
    database: Database,
    tenant: int,
    method: str,
    arguments: Mapping[str, Any],
    asker: Asker,
    *,
    clock: Callable[[], float] = time.time,
) -> int:
    """The number of a new errand: this method of Control, with these arguments by Control's names."""
    asked = Errand(0, method, packed(method, arguments), *asker, tracing.carry())
    with trouble(), database.write() as c:
        errands.sweep(c, clock())
        return errands.ask(c, tenant, asked, clock())
