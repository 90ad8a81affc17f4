"""The state of one job in SQL: the engine's `State`, a file a stage, each writing method one short transaction.

leased     the lease that each transaction checks
course     the job itself: generations, cycles, standing
importing  stage 1
deciding   stages 2 to 6, the work list
guarding   stage 6, on the whole
exporting  stage 7
looking    what people are told
"""

from __future__ import annotations

from ropeway.store.state.course import Course
from ropeway.store.state.deciding import Deciding
from ropeway.store.state.exporting import Exporting
from ropeway.store.state.guarding import Guarding
from ropeway.store.state.importing import Importing
from ropeway.store.state.looking import Looking

__all__ = ["SqlState"]


class SqlState(Course, Importing, Deciding, Guarding, Exporting, Looking):
    """One job's state in a database; `acquire` comes before the first writing call."""
