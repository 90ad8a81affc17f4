"""Figure 3: a pass with nothing to do, in a process whose connection is open."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.bare import Bare, asking
from benchmarks.bench import Bench
from benchmarks.figure import Figure
from benchmarks.machine import load
from benchmarks.tenant import following
from ropeway.control.running import Running
from ropeway.lab.domain import Domain

BOUND = 50.0
NOISE = 1.5
"""The larger directory may take this many times what the smaller one takes, and count as equal."""

MOST_BEFORE = 5
"""Passes that may still find what happened while the state was made."""


def measure(bench: Bench) -> Iterator[Figure]:
    """At both sizes, and one beside the other."""
    few, many = f"{bench.sizes.few:,}", f"{bench.sizes.users:,}"
    small = _pass(bench, bench.small, bench.small_state, few)
    yield small
    large = _pass(bench, bench.large, bench.large_state[0], many)
    yield large
    yield Figure(what=f"nothing to do: {many} objects beside {few}", value=large.value, unit="ms",
                 yardstick=f"at {few} objects", beside=small.value, ratio_bound=NOISE, load=large.load)  # fmt: skip


def _pass(bench: Bench, domain: Domain, state: Path, objects: str) -> Figure:
    bench.say(f"{bench.sizes.passes} passes with nothing to do at {objects} objects")
    with asking(domain) as bare, following(state) as running:
        settle(running)
        cookie = bare.now()
        pairs = [(_once(running), _bare(bare, cookie)) for _ in range(bench.sizes.passes)]
    return Figure(what=f"nothing to do, {objects} objects", value=median(ours for ours, _ in pairs), unit="ms",
                  yardstick="one DirSync request", beside=median(bare for _, bare in pairs), bound=BOUND,
                  load=load())  # fmt: skip


def settle(running: Running) -> None:
    """Passes until there is nothing to do."""
    for _ in range(MOST_BEFORE):
        if running.cycle().result == "nothing-to-do":
            return
    raise RuntimeError("the job does not come to rest")


def _once(running: Running) -> float:
    began = time.perf_counter()
    running.may_go_on()
    outcome = running.cycle()
    took = time.perf_counter() - began
    if outcome.result != "nothing-to-do":
        raise RuntimeError(f"a pass with nothing to do was a {outcome.result}")
    return took * 1000


def _bare(bare: Bare, cookie: bytes) -> float:
    return bare.seconds(cookie) * 1000
