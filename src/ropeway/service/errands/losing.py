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
from ropeway.service import acts
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


def settle(c: Connection, tenant: int, lost: Seen, now: float) -> None:
    """What changes nothing, and was not answered in part, is open for another worker; the rest is `errand-lost`."""
    call = CALLS.get(lost.method)
    look = call.errand.look if call is not None and call.errand is not None else "ropeway log"
    if not look and not lost.parts and lost.attempts < MOST_ATTEMPTS:
        errands.offer_again(c, lost)
        return
    asked = errands.find(c, lost.number)
    told = look.format_map(_Said(asked.arguments if asked else b"", lost.method)) if look else "journalctl -u ropeway"
    end(c, tenant, lost, Problem("errand-lost", details={"worker": lost.worker.partition(" (")[0], "look": told}), now)


def end(c: Connection, tenant: int, seen: Seen, problem: Problem, now: float) -> None:
    """An errand ends without a worker, unless it is otherwise by now."""
    asked = errands.find(c, seen.number)
    if errands.give_up(c, seen, compressed(problem_line(problem)), now) and asked is not None:
        said = _Said(asked.arguments, asked.method)
        acts.note(c, tenant, asked.method, said, asked.asker, (problem.code, now))


class _Said(dict[str, Any]):
    """The arguments of an errand; what is missing is named."""

    def __init__(self, body: bytes, method: str) -> None:
        try:
            super().__init__(unpacked(method, body) if body else {})
        except (msgspec.MsgspecError, KeyError):  # of another version
            super().__init__()

    def __missing__(self, key: str) -> str:
        return key.upper()
