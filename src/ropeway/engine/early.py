"""Decisions taken while a job's first read still waits for its source: the controller answers, and a processor rests.

A decision follows from the present state, and whatever makes it stale puts the object on the work list again: a
container that comes after what is below it, links that come after their owner. What is planned waits for the guards,
which look at the whole plan.
"""

from __future__ import annotations

from ropeway.engine.deciding import Deciding
from ropeway.engine.ports import Owns
from ropeway.engine.work import BATCH, Work


class Early:
    """Batches of a work list that is still growing."""

    def __init__(self, work: Work) -> None:
        self.deciding = Deciding(work, everything=False)
        self.waiting = 0
        """Objects that were read and not decided, about."""

    def decide(self) -> bool:
        """Decide a batch, if there is a whole one: a few objects at a time would cost more than waiting gives."""
        if self.waiting < BATCH:
            return False
        self.waiting -= BATCH
        return self.deciding.some()


def may_decide_early(work: Work) -> bool:
    """Whether an object's containers and its own attributes decide, and all that is known of it will be read.

    Members of groups are known only when all groups are; and where the target has something of a job whose state was
    lost, the whole read is compared with it first.
    """
    asks_groups = work.settings.scope.groups or work.rules.groups
    return not asks_groups and not (isinstance(work.target, Owns) and work.target.owned("", 1))
