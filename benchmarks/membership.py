"""Figure 3: one member added to a large group in Samba; what the controller takes, and what Ropeway adds to it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median

from benchmarks.administrator import Administrator
from benchmarks.bare import Bare, Waiting, asking
from benchmarks.bench import Bench
from benchmarks.figure import Figure
from benchmarks.idle import settle
from benchmarks.machine import load
from benchmarks.tenant import following
from ropeway.control.running import Running

BOUND = 100.0
PATIENCE = 300.0
"""Seconds for which the group is filled; it has as many members as that gave."""
AT_ONCE = 5_000
TIMES = 7
GROUP = "largest"


def measure(bench: Bench) -> Iterator[Figure]:
    """The whole cycle beside the controller's bare answer; then Ropeway's own share of it."""
    people = bench.sizes.users
    with Administrator(bench.large, people) as administrator:
        group, members = _filled(bench, administrator, people - TIMES)
        with asking(bench.large) as bare, following(bench.large_state[0]) as running:
            settle(running)
            added = range(members, members + TIMES)
            taken = [_one(bare, running, administrator, group, number) for number in added]
    whole, share, answer = (median(t[n] * 1000 for t in taken) for n in range(3))
    name, now = f"one member more in a group of {members:,}", load()
    yield Figure(what=f"{name}: whole cycle", value=whole, unit="ms", yardstick="the bare DirSync answer",
                 beside=answer, load=now)  # fmt: skip
    yield Figure(what=f"{name}: Ropeway's own share", value=share, unit="ms", yardstick="the bare DirSync answer",
                 beside=answer, bound=BOUND, load=now)  # fmt: skip


def _filled(bench: Bench, administrator: Administrator, wanted: int) -> tuple[str, int]:
    bench.say(f"filling a group with {wanted:,} members")
    group, members, until = administrator.group(GROUP), 0, time.monotonic() + PATIENCE
    while members < wanted and time.monotonic() < until:
        more = min(AT_ONCE, wanted - members)
        administrator.add_members(group, range(members, members + more))
        members += more
    return group, members


def _one(
    bare: Bare, running: Running, administrator: Administrator, group: str, number: int
) -> tuple[float, float, float]:
    """Seconds of the cycle, of it not spent waiting for the controller, and of the bare answer."""
    cookie = bare.now()
    administrator.add_members(group, range(number, number + 1))
    waiting = Waiting()
    began = time.perf_counter()
    with waiting.counted():
        outcome = running.cycle()
    whole = time.perf_counter() - began
    if outcome.read != 1 or sum(outcome.exported.values()) != 1:
        raise RuntimeError(f"one member was added, but {outcome.read} read and {outcome.exported} exported")
    return whole, whole - waiting.seconds, bare.seconds(cookie)
