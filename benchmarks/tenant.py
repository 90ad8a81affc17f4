"""A state with one job in it, as an administrator prepares it: nothing of this is timed."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from time import time
from typing import Any

from benchmarks.process import ROPEWAY, Used, measured
from ropeway.control.in_process import TENANT, open_control
from ropeway.control.in_process.opening import INITIAL_DOMAIN
from ropeway.control.protocol import Control
from ropeway.control.running import Running
from ropeway.control.sources import FromHere
from ropeway.directory import Directory
from ropeway.lab.domain import Domain
from ropeway.model.job import JobSettings, SourceSettings
from ropeway.model.watermark import Wanted
from ropeway.rules import compile_rules, load_schema
from ropeway.store import jobs
from ropeway.store.database import Database

JOB = "Contoso"
DOMAIN = "contoso.test"


def of_file(path: Path) -> SourceSettings:
    """How a job reads an LDIF file."""
    return SourceSettings("ldif", {"path": str(path)})


def of_domain(domain: Domain) -> SourceSettings:
    """How a job reads a domain of the laboratory: LDAPS, the administrator, everything else as it comes."""
    settings: dict[str, Any] = {
        "domain": domain.dns_domain,
        "servers": [domain.address],
        "ca_file": str(domain.ca_file),
        "user": domain.administrator,
        "password_file": str(domain.administrator_password_file),
    }
    return SourceSettings("active-directory", settings)


def prepare(state: Path, source: SourceSettings) -> None:
    """A new state: the domain verified, the job created."""
    control = open_control(url(state))
    try:
        add_job(control, source)
    finally:
        control.close()


def add_job(control: Control, source: SourceSettings) -> None:
    """The domain verified, the job created."""
    control.add_domain(DOMAIN)
    control.verify_domain(DOMAIN)
    control.create_job(JobSettings(JOB, source))


def run_once(state: Path) -> Used:
    """`ropeway job run`, a whole process."""
    return measured([*ROPEWAY, "--state", str(state), "--quiet", "job", "run", JOB])


def url(state: Path) -> str:
    """The database that a state file is."""
    return f"sqlite:///{state}"


@contextmanager
def following(state: Path) -> Generator[Running]:
    """The job with its source open and its lease held, as `ropeway run` keeps it."""
    database = Database(url(state))
    try:
        directory = hub(database)
        with database.read() as connection:
            row = jobs.find(connection, TENANT, JOB)
        running = Running(database, directory, TENANT, row, FromHere())
        try:
            yield running
        finally:
            running.close()
    finally:
        database.close()


def hub(database: Database) -> Directory:
    """The directory in a database."""
    directory = Directory(database, TENANT, clock=time)
    directory.initialise("Ropeway", INITIAL_DOMAIN)
    return directory


def wanted() -> Wanted:
    """What the default rules read from a domain."""
    return compile_rules(load_schema(None, "active-directory")).wanted()
