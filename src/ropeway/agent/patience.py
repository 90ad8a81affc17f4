"""How long to wait after trouble: longer each time, up to a bound, and never at the same moment as everybody else."""

from __future__ import annotations

import random
from collections.abc import Callable

EASED = 4.0
"""Seconds to wait at most for what was reached, however briefly."""


class Patience:
    """Seconds to wait; `restore` when something went well."""

    def __init__(self, first: float = 0.5, longest: float = 60.0, chance: Callable[[], float] = random.random) -> None:
        self._first, self._longest, self._chance = first, longest, chance
        self._next = first

    def wait(self) -> float:
        """This time: between a half and all of what it would be without chance."""
        now, self._next = self._next, min(self._next * 2, self._longest)
        return now * (0.5 + self._chance() / 2)

    def ease(self) -> None:
        """What was reached may break at once: the next wait is one of seconds."""
        self._next = min(self._next, EASED)

    def restore(self) -> None:
        """The next trouble begins anew."""
        self._next = self._first
