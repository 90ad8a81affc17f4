"""Figure 2: a domain's read stage and whole initial synchronization, beside ldapsearch of the same attributes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from statistics import median

from benchmarks import tenant
from benchmarks.bare import ldapsearch
from benchmarks.bench import Bench
from benchmarks.figure import Figure
from benchmarks.machine import load
from benchmarks.process import measured

YARDSTICK = "ldapsearch, the same attributes"
READ, WHOLE = 1.2, 2.0
"""The read stage and the whole may take this many times what ldapsearch takes."""


def measure(bench: Bench) -> Iterator[Figure]:
    """ldapsearch, read, ldapsearch, read; then everything."""
    domain, name = bench.large, f"Samba with {bench.sizes.users:,} users"
    command, more = ldapsearch(domain)
    settings = bench.folder / "source.json"
    settings.write_text(json.dumps(tenant.of_domain(domain).settings))
    plain: list[float] = []
    read: list[float] = []
    for _ in range(2):
        bench.say("ldapsearch, then the read stage")
        plain.append(measured(command, more=more).wall)
        read.append(_read(bench, str(settings)))
    now = load()
    yield Figure(what=f"{name}: read stage", value=median(read), unit="s", yardstick=YARDSTICK, beside=median(plain),
                 ratio_bound=READ, load=now)  # fmt: skip
    used = bench.large_state[1]
    plain.append(measured(command, more=more).wall)
    yield Figure(what=f"{name}: initial synchronization", value=used.wall, unit="s", yardstick=YARDSTICK,
                 beside=median(plain), ratio_bound=WHOLE, load=load())  # fmt: skip


def _read(bench: Bench, settings: str) -> float:
    told = json.loads(measured([sys.executable, "-m", "benchmarks.reading", settings], keep=True).said)
    if told["objects"] < bench.sizes.users:
        raise RuntimeError(f"only {told['objects']:,} objects were read")
    return told["seconds"]
