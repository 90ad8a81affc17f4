"""Which parts a service has, and how they are made: the one file that knows all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from starlette.routing import BaseRoute

from ropeway.control.domain_proof import ByRecord
from ropeway.control.in_process import InProcess
from ropeway.control.queueing.queue import Queue
from ropeway.engine.ports import Source
from ropeway.model.job import SourceSettings
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.secret import Secret
from ropeway.service import control, graph, identity, login
from ropeway.service.app import audited
from ropeway.service.errands import Watch
from ropeway.service.errands.blocking import by_errand
from ropeway.service.gateway.routes import Gateway
from ropeway.service.http import authorities
from ropeway.service.http.auditing import Trail
from ropeway.service.http.certificates import FromAuthority, FromFiles, Served, names_of
from ropeway.service.http.sealing import Seal, make_seal, open_seal
from ropeway.service.identity import Identity
from ropeway.service.operating import routes as operating
from ropeway.service.operating.metrics.endpoint import Access
from ropeway.service.parts import Parts
from ropeway.service.settings import Settings
from ropeway.service.supervising import Child
from ropeway.service.tenants import Hosted
from ropeway.service.work.process import start_worker
from ropeway.service.work.queues import queue_of
from ropeway.service.work.settings import WorkerSettings
from ropeway.store.bell import open_bell
from ropeway.store.database import Database
from ropeway.store.tenants import HOME, TenantRow

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Answered:
    """Everything that is answered."""

    routes: list[BaseRoute]
    close: Callable[[], None]
    """Lets go of those who wait for something, so that they look for another process."""


def answered(parts: Parts) -> Answered:
    """The routes of every part."""
    watch = Watch(parts.database, partial(open_bell, parts.database), tenant=parts.tenant)
    gateway = Gateway(parts)
    routes = [
        *(identity.routes(parts.identity) if parts.identity else []),
        *login.routes(parts),
        *operating.routes(parts, Access.LOOPBACK if parts.settings.metrics else None),
        *gateway.routes(),
        *control.routes(parts, watch),
        *graph.routes(parts, by_errand(parts, watch)),
    ]
    return Answered(routes, gateway.close)


def worker_of(settings: Settings) -> Callable[[], Child]:
    """What starts a worker."""
    told = WorkerSettings(Secret(settings.state), log=settings.log, otlp=settings.otlp)
    return partial(start_worker, told)


@dataclass(frozen=True, slots=True)
class House:
    """What all tenants share."""

    settings: Settings
    url: str
    database: Database
    clock: Clock
    seal: Seal
    queue: Queue
    authority: str
    """Of the service's certificate, in PEM, where it is one of its own."""


def house_of(settings: Settings, url: str, database: Database, clock: Clock) -> tuple[House, Served]:
    """Key file, queue and certificate."""
    seal, queue = seal_of(settings, database), queue_of(database)
    if settings.certificate:
        house = House(settings, url, database, clock, seal, queue, "")
        return house, Served(FromFiles(settings.certificate, settings.key), clock)
    tls = authorities.tls(database, HOME, seal, clock)
    house = House(settings, url, database, clock, seal, queue, tls.pem)
    return house, Served(FromAuthority(tls, names_of(settings)), clock)


def parts_of(house: House, tenant: int) -> Parts:
    """The parts of one tenant, with keys of its own."""
    database, clock = house.database, house.clock
    return Parts(
        tenant=tenant,
        database=database,
        control=InProcess(database, FromNowhere(), tenant, ByRecord(database, house.settings.resolvers)),
        queue=house.queue,
        clock=clock,
        url=house.url,
        agents=authorities.agents(database, tenant, house.seal, clock),
        authority=house.authority,
        seal=house.seal,
        identity=Identity(database, tenant, house.url, house.seal, clock),
        settings=house.settings,
    )


def hosted(house: House, row: TenantRow) -> Hosted:
    """One tenant's part of the service."""
    parts = parts_of(house, row.number)
    everything = answered(parts)
    trail = Trail(parts.database, row.number, parts.clock)

    def close() -> None:
        parts.stopping.set()
        everything.close()

    return Hosted(row, parts, audited(everything.routes, trail), trail, close)


def seal_of(settings: Settings, database: Database) -> Seal:
    """The key file; made only for a state in which nothing is sealed yet."""
    if authorities.known(database, HOME, "tls") or authorities.known(database, HOME, "agents"):
        return open_seal(settings.seal_file)
    return make_seal(settings.seal_file)


class FromNowhere:
    """Sources for the service's own Control: what reads one is an errand for a worker."""

    def __call__(self, settings: SourceSettings, job: int = 0) -> Source:  # noqa: ARG002 - refused, whichever it is
        """RopewayError `source-through-agents`."""
        raise RopewayError(Problem("source-through-agents", object=settings.kind))
