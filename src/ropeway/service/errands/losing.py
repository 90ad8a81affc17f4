"""What becomes of an errand whose worker died: another takes it, or whoever asked is told where to look."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection

from ropeway.control.calls import CALLS
from ropeway.control.holder import is_dead
from ropeway.control.wire.shape import unpacked
from ropeway.model.problems import Problem
from ropeway.service.errands.lines import compressed, problem_line
from ropeway.store import errands
from ropeway.store.errands import Seen

LOST_AFTER = 15.0
"""Seconds without a sign of life."""

MOST_ATTEMPTS = 3
"""An errand that killed so many workers is given to no other."""


class Patience:
    """How long each errand has shown no sign of life, by the clock of whoever looks: no other clock matters."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, after: float = LOST_AFTER) -> None:
        self._clock, self._after = clock, after
        self._since: dict[int, tuple[tuple[str, str, float | None], float]] = {}

    def silent(self, seen: Iterable[Seen]) -> list[Seen]:
        """Those that showed none for too long, or whose worker is known to be dead; call it with all of them."""
        now, before = self._clock(), self._since
        self._since = {}
        found: list[Seen] = []
        for one in seen:
            sign = (one.state, one.worker, one.renewed)
            known, since = before.get(one.number, (sign, now))
            self._since[one.number] = sign, (since if known == sign else now)
            if now - self._since[one.number][1] >= self._after or (one.state == "taken" and is_dead(one.worker)):
                found.append(one)
        return found


def settle(c: Connection, lost: Seen, now: float) -> None:
    """What changes nothing, and was not answered in part, is open for another worker; the rest is `errand-lost`."""
    call = CALLS.get(lost.method)
    look = call.errand.look if call is not None and call.errand is not None else "ropeway log"
    if not look and not lost.parts and lost.attempts < MOST_ATTEMPTS:
        errands.offer_again(c, lost)
        return
    told = look.format_map(_Said(c, lost)) if look else "journalctl -u ropeway"
    details = {"worker": lost.worker.partition(" (")[0], "look": told}
    errands.give_up(c, lost, compressed(problem_line(Problem("errand-lost", details=details))), now)


class _Said(dict[str, Any]):
    """The arguments of an errand, for the command that looks after it."""

    def __init__(self, c: Connection, lost: Seen) -> None:
        body = errands.arguments_of(c, lost.number)
        try:
            super().__init__(unpacked(lost.method, body) if body else {})
        except msgspec.MsgspecError:  # of another version
            super().__init__()

    def __missing__(self, key: str) -> str:
        return key.upper()
