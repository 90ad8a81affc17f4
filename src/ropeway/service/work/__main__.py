"""`python -m ropeway.service.work`: a worker, started by a service (`process.start_worker`)."""

from __future__ import annotations

import sys
from collections.abc import Callable

from ropeway.control.sources import FromHere, Sources
from ropeway.service.errands import serve
from ropeway.service.gateway.source import ThroughAgents
from ropeway.service.work.process import main
from ropeway.service.work.settings import WorkerSettings
from ropeway.service.work.worker import run_worker
from ropeway.store.database import Database
from ropeway.telemetry.telling import telling


def sources(database: Database, tenant: int) -> Sources:
    """What agents of a tenant read through them, everything else from here."""
    return ThroughAgents(database, tenant, FromHere())


def work(settings: WorkerSettings, stop: Callable[[], bool]) -> None:
    """Cycles and errands until `stop`."""
    with telling("worker", settings.log, otlp=settings.otlp):
        run_worker(settings, stop, sources=sources, errands=serve)


if __name__ == "__main__":
    sys.exit(main(work))
