"""Figure 5: a full import through a separate agent process, beside the embedded one; a change on the same way.

Service, worker, agent and controller are processes of their own, as `ropeway up` and `ropeway agent run` start them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from statistics import median

from sqlalchemy import select

from benchmarks import arrival, tenant
from benchmarks.bench import Bench
from benchmarks.figure import Figure
from benchmarks.installation import Installation, installed, until
from benchmarks.machine import load
from ropeway.lab.domain import Domain
from ropeway.model.job import SourceSettings
from ropeway.store.tables import cycle

BOUND = 1.2
"""Times the embedded import."""
LONGEST = 1800.0


def measure(bench: Bench) -> Iterator[Figure]:
    """The import, then the way of a change."""
    yield from _imports(bench)
    yield from _arrivals(bench)


def _imports(bench: Bench) -> Iterator[Figure]:
    """One after the other, as often as rounds say; the large domain once."""
    whole = bench.sizes.imports_large
    domain = bench.large if whole else bench.busy[0]
    people = bench.sizes.users if whole else bench.sizes.people
    through, here = list[float](), list[float]()
    for number in range(1 if whole else bench.sizes.rounds):
        for kind, times in (("embedded", here), ("agent", through)):
            bench.say(f"full import of {people:,} users, {kind}")
            with bench.throwaway(f"{kind}{number}") as folder:
                times.append(_import(folder, domain, agent=kind == "agent"))
    yield Figure(what=f"full import of {people:,} users through an agent", value=median(through), unit="s",
                 yardstick="the same, embedded", beside=median(here), ratio_bound=BOUND, load=load())  # fmt: skip


def _import(folder: Path, domain: Domain, *, agent: bool) -> float:
    """Seconds of the first cycle, by its own row."""
    state = folder / "state.db"
    source = tenant.of_domain(domain)
    with installed(folder, state) as service, service.agent(domain) if agent else nullcontext():
        return _first_cycle(service, through_agents(source) if agent else source)


def through_agents(source: SourceSettings) -> SourceSettings:
    """The same domain, whose controller and account agents alone know."""
    return SourceSettings(source.kind, {"domain": source.settings["domain"]}, "agents")


def _first_cycle(service: Installation, source: SourceSettings) -> float:
    tenant.add_job(service.control, source)

    def ended() -> float | None:
        with service.database.read() as c:
            row = c.execute(select(cycle.c.started, cycle.c.ended).order_by(cycle.c.number).limit(1)).one_or_none()
        return row.ended - row.started if row is not None and row.ended else None

    return until(ended, "the first cycle ends", LONGEST)


def _arrivals(bench: Bench) -> Iterator[Figure]:
    domain, _ = bench.as_shipped
    bench.say(f"{bench.sizes.writes} writes at random moments, read through an agent")
    with bench.throwaway("through") as folder:
        state = folder / "state.db"
        with installed(folder, state) as service, service.agent(domain):
            _first_cycle(service, through_agents(tenant.of_domain(domain)))
            yield from arrival.figures(bench, domain, state, "from a write to the directory, through an agent")
