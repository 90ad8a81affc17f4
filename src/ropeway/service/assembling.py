"""Which parts a service has, and how they are made: the one file that knows all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from starlette.routing import BaseRoute

from ropeway.control.in_process import TENANT, InProcess
from ropeway.engine.ports import Source
from ropeway.model.job import SourceSettings
from ropeway.model.problems import Problem, RopewayError
from ropeway.service.http import authorities, login
from ropeway.service.http.certificates import FromAuthority, FromFiles, Served, names_of
from ropeway.service.http.sealing import Seal, make_seal, open_seal
from ropeway.service.parts import Parts
from ropeway.service.settings import Settings
from ropeway.service.supervising import Child
from ropeway.store.database import Database

Clock = Callable[[], float]


def routes(parts: Parts) -> list[BaseRoute]:
    """Everything that is answered."""
    return [*login.routes(parts)]


def worker_of(_settings: Settings) -> Callable[[], Child] | None:
    """What starts a worker; None where this program has none."""
    return None


def parts_of(settings: Settings, url: str, database: Database, clock: Clock) -> tuple[Parts, Served]:
    """Keys and certificate, and what the parts share."""
    seal = seal_of(settings, database)
    control = InProcess(database, FromNowhere())
    agents = authorities.agents(database, TENANT, seal, clock)
    parts = Parts(TENANT, database, control, NoQueue(), clock, url, agents=agents, seal=seal, settings=settings)
    if settings.certificate:
        return parts, Served(FromFiles(settings.certificate, settings.key), clock)
    own = authorities.tls(database, TENANT, seal, clock)
    return replace(parts, authority=own.pem), Served(FromAuthority(own, names_of(settings)), clock)


def seal_of(settings: Settings, database: Database) -> Seal:
    """The key file; made only for a state in which nothing is sealed yet."""
    if authorities.known(database, TENANT, "tls") or authorities.known(database, TENANT, "agents"):
        return open_seal(settings.seal_file)
    return make_seal(settings.seal_file)


class NoQueue:
    """A queue that nobody works off: jobs run when their time has come."""

    def ask(self, job: int) -> None:
        """Nothing."""

    def work(self, run: Callable[[int], None], stop: Callable[[], bool]) -> None:
        """Nothing."""


class FromNowhere:
    """Sources for the service's own Control: what reads one is an errand for a worker."""

    def __call__(self, settings: SourceSettings, job: int = 0) -> Source:  # noqa: ARG002 - refused, whichever it is
        """RopewayError `source-through-agents`."""
        raise RopewayError(Problem("source-through-agents", object=settings.kind))
