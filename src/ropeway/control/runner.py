"""Who runs a job at this moment; or who did, and died over it."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection

from ropeway.control.holder import is_dead
from ropeway.control.views import iso
from ropeway.model.problems import Problem
from ropeway.store import leases
from ropeway.store.rows import Key


class Runner(NamedTuple):
    """Who has the job, since when; else what is to be said of whoever had it."""

    holder: tuple[str, float] | None
    problems: tuple[Problem, ...] = ()


def runner(c: Connection, key: Key, name: str, now: float) -> Runner:
    """Of the job with this name. A process of this machine is known to be gone at once, another after a minute."""
    holder = leases.holder(c, key, now)
    if holder and not is_dead(holder[0]):
        return Runner(holder)
    left = leases.left(c, key)
    if left is None:
        return Runner(None)
    details = {"holder": left[0].partition(" (")[0], "since": iso(left[1]) or ""}
    return Runner(None, (Problem("run-cut-off", object=name, details=details),))
