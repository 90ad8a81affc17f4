"""Kills one of several processes every few seconds, and starts it again a little later."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tests.crash.program import Mortal

BETWEEN = (1.0, 5.0)
"""Seconds between two deaths."""
DEAD_FOR = (0.5, 4.0)
"""Seconds until the next life."""


class Reaper:
    """Death by chance; who is dead already is spared."""

    def __init__(self, mortals: list[Mortal], seed: int) -> None:
        self._mortals, self._chance = mortals, random.Random(seed)
        self._dead: list[tuple[float, Mortal]] = []
        self._next = 0.0
        self.is_at_work = True
        self.killed = Counter({one.name: 0 for one in mortals})

    @contextmanager
    def at_work(self) -> Generator[None, None, None]:
        """Within, they die, in a thread of its own; afterwards all of them live."""
        ending = threading.Event()
        with ThreadPoolExecutor(1, "reaper") as pool:
            work = pool.submit(self._work, ending)
            try:
                yield
            finally:
                ending.set()
                work.result()

    def _work(self, ending: threading.Event) -> None:
        try:
            self._put_off()
            while not ending.wait(0.05):
                self._revive(time.monotonic())
                if time.monotonic() >= self._next:
                    self._kill()
            self._revive(float("inf"))
        finally:
            self.is_at_work = False

    def _kill(self) -> None:
        dead = [one for _, one in self._dead]
        victim = self._chance.choice([one for one in self._mortals if one not in dead])
        victim.kill()
        self.killed[victim.name] += 1
        self._dead.append((time.monotonic() + self._chance.uniform(*DEAD_FOR), victim))
        self._put_off()

    def _put_off(self) -> None:
        self._next = time.monotonic() + self._chance.uniform(*BETWEEN)

    def _revive(self, now: float) -> None:
        for one in [one for one in self._dead if one[0] <= now]:
            one[1].start()
            self._dead.remove(one)
