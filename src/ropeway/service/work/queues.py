"""The queue of a database: Procrastinate on PostgreSQL, the service's own on SQLite."""

from __future__ import annotations

from ropeway.control.queueing.clock import Tell, say
from ropeway.control.queueing.queue import Queue
from ropeway.control.queueing.scheduler import HANDS, Scheduler
from ropeway.store.database import Database


def queue_of(database: Database, tenant: int | None = None, *, hands: int = HANDS, tell: Tell = say) -> Queue:
    """The queue that fits, of one tenant or of all.

    For a process that works it off: cycles at once, and who is told of a database away.
    """
    if database.is_sqlite:
        return Scheduler(database, tenant, hands=hands, tell=tell)
    from ropeway.service.work.procrastinate import ProcrastinateQueue

    return ProcrastinateQueue(database, tenant, hands=hands, tell=tell)
