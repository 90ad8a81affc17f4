"""Reading through a separate agent process, beside reading from here; a change, until a read has brought it.

    python -m benchmarks.agents [USERS]

Service, agent, domain controller and reader are processes of their own, as in a real installation.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median, quantiles

import ldap

from ropeway.control.in_process import TENANT, InProcess, open_database
from ropeway.control.sources import FromHere, Sources
from ropeway.engine.ports import Source
from ropeway.lab import build, controller
from ropeway.lab.company import Size
from ropeway.lab.domain import Domain
from ropeway.lab.load import populate
from ropeway.model.job import JobSettings, SourceSettings
from ropeway.rules import compile_rules
from ropeway.rules.layers import job_schema
from ropeway.service.gateway.source import ThroughAgents
from tests.fixtures.gateway import domain_settings
from tests.fixtures.samba import bound

USERS = 5000
REPEAT = 3
WRITES = 40
ADDRESS = "127.0.77.1"


def main() -> None:
    """Everything, in lines."""
    users = int(sys.argv[1]) if len(sys.argv) > 1 else USERS
    with (
        tempfile.TemporaryDirectory(prefix="ropeway-bench-") as folder,
        _domain(Path(folder), users) as domain,
        _beside(Path(folder), domain) as database,
    ):
        _measure(Path(folder), domain, database)


def _measure(folder: Path, domain: Domain, database: str) -> None:
    here = SourceSettings("active-directory", {"domain": domain.dns_domain, **domain_settings(domain)})
    there = SourceSettings("active-directory", {"domain": domain.dns_domain}, "agents")
    opened = open_database(database)
    sources = ThroughAgents(opened, TENANT, FromHere())
    times = {"here": list[float](), "agents": list[float]()}
    for _ in range(REPEAT):
        for name, settings in (("here", here), ("agents", there)):
            times[name].append(_timed(lambda s=settings: _read(sources(s))))
    _tell("full read", times)
    times = {"here": [], "agents": []}
    for number in range(REPEAT):
        for name, settings in (("here", here), ("agents", there)):
            times[name].append(_import(folder / f"{name}{number}.db", settings, sources))
    _tell("initial synchronization", times)
    with closing(sources(there)) as source:
        _changes(domain, source)
    opened.close()


def _read(source: Source) -> None:
    with closing(source):
        wanted = compile_rules(job_schema(JobSettings("x", SourceSettings("active-directory")))).wanted()
        count = sum(len(page.items) for page in source.read(None, wanted))
        assert count > 1000, count


def _import(state: Path, settings: SourceSettings, sources: Sources) -> float:
    with closing(InProcess(open_database(f"sqlite:///{state}"), sources)) as control:
        control.create_job(JobSettings("Contoso", settings))
        return _timed(lambda: control.run_job("Contoso"))


def _changes(domain: Domain, source: Source) -> None:
    """From a write in the domain: until the read that follows "changed" has brought it."""
    wanted = compile_rules(job_schema(JobSettings("x", SourceSettings("active-directory")))).wanted()
    mark = [*source.read(None, wanted)][-1].watermark
    admin = bound(domain, domain.administrator, domain.administrator_password().reveal())
    seconds, idle = list[float](), list[float]()
    for number in range(WRITES):
        idle.append(_timed(lambda mark=mark: [*source.read(mark, wanted)]))
        began = time.monotonic()
        admin.modify_s(f"CN=Users,{domain.base_dn}", [(ldap.MOD_REPLACE, "description", [b"%d" % number])])
        pages = [*source.read(mark, wanted)]
        assert pages, "the change was not read"
        mark = pages[-1].watermark
        seconds.append(time.monotonic() - began)
    admin.unbind_s()
    print(f"a delta with nothing new: median {median(idle) * 1000:.0f} ms, 95 % {_high(idle) * 1000:.0f} ms")
    print(f"write and read of a change: median {median(seconds) * 1000:.0f} ms, 95 % {_high(seconds) * 1000:.0f} ms")


def _high(values: list[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[-1]


def _tell(what: str, times: dict[str, list[float]]) -> None:
    here, agents = median(times["here"]), median(times["agents"])
    all_ = {name: [round(one, 2) for one in values] for name, values in times.items()}
    print(f"{what}: here {here:.2f} s, through an agent {agents:.2f} s, ratio {agents / here:.2f}  {all_}", flush=True)


def _timed(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


@contextmanager
def _domain(folder: Path, users: int) -> Generator[Domain]:
    domain = build.provision(folder / "domain", "contoso.test", ADDRESS)
    began = time.monotonic()
    populate(domain, Size(people=users, groups=users // 20, contacts=users // 50, computers=users // 10), seed=1)
    print(f"{users:,} users made in {time.monotonic() - began:.0f} s", flush=True)
    controller.start(domain)
    try:
        yield domain
    finally:
        controller.stop(domain)


@contextmanager
def _beside(folder: Path, domain: Domain) -> Generator[str]:
    """A service as a process, and an agent that is registered with it and runs."""
    database = f"sqlite:///{folder}/service.db"
    command = [sys.executable, "-m", "benchmarks.agents_service", database, str(folder), str(domain.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield database
        assert process.stdin is not None
        process.stdin.close()


if __name__ == "__main__":
    main()
