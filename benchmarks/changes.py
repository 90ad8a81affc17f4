"""Figure 3: hundreds of changes in one cycle of a running process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median

from benchmarks.administrator import Administrator
from benchmarks.bare import asking
from benchmarks.bench import Bench
from benchmarks.figure import Figure
from benchmarks.idle import settle
from benchmarks.machine import load
from benchmarks.sizes import Sizes
from benchmarks.tenant import following
from ropeway.engine.records import Outcome

BOUND = 1.5


def measure(bench: Bench) -> Iterator[Figure]:
    """Other people each round: some leave, some come, most get a title."""
    sizes, (domain, state) = bench.sizes, bench.busy
    count = sizes.deleted + sizes.created + sizes.changed
    ours: list[float] = []
    bare: list[float] = []
    after_last = sizes.people + sizes.rounds * sizes.created
    with asking(domain) as asked, following(state) as running, Administrator(domain, after_last) as administrator:
        settle(running)
        for turn in range(sizes.rounds):
            bench.say(f"{count} changes, round {turn + 1}")
            cookie = asked.now()
            _make(administrator, sizes, turn)
            began = time.perf_counter()
            outcome = running.cycle()
            ours.append(time.perf_counter() - began)
            _check(outcome, sizes)
            bare.append(asked.seconds(cookie))
    objects = sizes.people + sizes.groups
    yield Figure(what=f"{count} changes of {objects:,} objects", value=median(ours), unit="s",
                 yardstick="one DirSync request", beside=median(bare), bound=BOUND, load=load())  # fmt: skip


def _make(administrator: Administrator, sizes: Sizes, turn: int) -> None:
    """Who leaves has no reports: the last of all; who comes is new; the others are managers of somebody."""
    for n in range(turn * sizes.deleted, (turn + 1) * sizes.deleted):
        administrator.dismiss(sizes.people - 1 - n)
    for n in range(turn * sizes.created, (turn + 1) * sizes.created):
        administrator.hire(sizes.people + n)
    for n in range(sizes.changed):
        administrator.entitle(n, f"Title of round {turn + 1}")


def _check(outcome: Outcome, sizes: Sizes) -> None:
    wanted = {"create": sizes.created, "update": sizes.changed, "delete": sizes.deleted}
    done = {kind: outcome.exported.get(kind, 0) for kind in wanted}
    if done != wanted:
        raise RuntimeError(f"{wanted} was changed, but exported was {outcome.exported} ({outcome.result})")
