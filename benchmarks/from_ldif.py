"""Figure 1: an LDIF export into the directory on SQLite, the whole process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks import tenant
from benchmarks.bench import Bench
from benchmarks.figure import Figure
from benchmarks.machine import load
from benchmarks.process import Used, measured
from benchmarks.sizes import Export
from ropeway.lab.company import Size, company
from ropeway.lab.company.ldif import export

SKETCH = "bare parse and write of as many rows"


def measure(bench: Bench) -> Iterator[Figure]:
    """Wall, CPU and memory for each size, beside the sketch."""
    for wanted in bench.sizes.exports:
        yield from _of_size(bench, wanted)


def _of_size(bench: Bench, wanted: Export) -> Iterator[Figure]:
    name = f"LDIF of {wanted.people:,} users and {wanted.groups:,} groups"
    path = written(bench, wanted)
    bench.say(f"{name}: {path.stat().st_size / 1e6:.0f} MB")
    pairs = [_pair(bench, path, n) for n in range(wanted.rounds)]
    ours, bare = [p[0] for p in pairs], [p[1] for p in pairs]
    now, cpu, bare_cpu = load(), median(u.cpu for u in ours), median(u.cpu for u in bare)
    wall, bare_wall = median(u.wall for u in ours), median(u.wall for u in bare)
    most, bare_most = max(u.megabytes for u in ours), max(u.megabytes for u in bare)
    yield Figure(what=f"{name}: time", value=wall, unit="s", yardstick=SKETCH, beside=bare_wall,
                 bound=wanted.seconds, ratio_bound=wanted.sketch_ratio, load=now)  # fmt: skip
    yield Figure(what=f"{name}: CPU", value=cpu, unit="s", yardstick=SKETCH, beside=bare_cpu, load=now)
    yield Figure(what=f"{name}: memory", value=most, unit="MB", yardstick=SKETCH, beside=bare_most,
                 bound=wanted.megabytes, load=now)  # fmt: skip


def written(bench: Bench, wanted: Export) -> Path:
    """The company as a file, made once a run."""
    path = bench.folder / f"{wanted.people}.ldif"
    if not path.exists():
        size = Size(people=wanted.people, groups=wanted.groups, members=wanted.members, largest=wanted.members,
                    contacts=0, computers=0)  # fmt: skip
        with path.open("wb") as file:
            file.writelines(export(company(size), seed=1, dns_domain=tenant.DOMAIN))
    return path


def _pair(bench: Bench, path: Path, number: int) -> tuple[Used, Used]:
    with bench.throwaway(f"ldif-{number}") as folder:
        tenant.prepare(folder / "state.db", tenant.of_file(path))
        ours = tenant.run_once(folder / "state.db")
        bare = measured([sys.executable, "-m", "benchmarks.sketch", path, folder / "sketch.db"])
    return ours, bare
