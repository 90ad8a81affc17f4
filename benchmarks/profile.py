"""Where the time of an initial synchronization goes: the smallest export of figure 1 under cProfile."""

from __future__ import annotations

import pstats
import sys

from benchmarks import tenant
from benchmarks.bench import Bench
from benchmarks.from_ldif import written
from benchmarks.process import measured

TOP = 40


def show(bench: Bench) -> None:
    """The functions with most time in them and below."""
    state, result = bench.folder / "profile.db", bench.folder / "profile"
    tenant.prepare(state, tenant.of_file(written(bench, bench.sizes.exports[0])))
    run = ["-m", "ropeway", "--state", str(state), "--quiet", "job", "run", tenant.JOB]
    measured([sys.executable, "-m", "cProfile", "-o", str(result), *run])
    for order in ("cumulative", "tottime"):
        pstats.Stats(str(result)).strip_dirs().sort_stats(order).print_stats(TOP)
