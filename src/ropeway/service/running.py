"""A service from its start to its end, in order."""

from __future__ import annotations

import logging
import ssl
import threading
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from ropeway.control.in_process import open_database
from ropeway.control.running import trouble
from ropeway.model.job import JobStatus
from ropeway.model.secret import Secret
from ropeway.service import assembling, signing_in
from ropeway.service.app import around
from ropeway.service.assembling import House
from ropeway.service.http.listening import listen
from ropeway.service.http.serve import Serving, serve
from ropeway.service.http.strangers import Strangers
from ropeway.service.links import Link
from ropeway.service.look_ups import followed
from ropeway.service.parts import Parts
from ropeway.service.presence import present
from ropeway.service.settings import Settings
from ropeway.service.supervising import Child, Supervisor
from ropeway.service.tenants import Dispatch, Hosting
from ropeway.store import agents, jobs, sign_ins, tenants, tokens, trail
from ropeway.store.tenants import HOME
from ropeway.store.trouble import said
from ropeway.telemetry.seldom import Seldom

_seldom = Seldom(logging.getLogger(__name__))

HOUSE_EVERY = 60.0
"""Seconds between two looks at what is to be written down or forgotten."""


@dataclass(frozen=True, slots=True)
class Started:
    """What to tell whoever started a service."""

    url: str
    address: str
    """ADDRESS:PORT that it listens on."""
    authority: str
    """SHA-256 of its own authority; empty where it has none."""
    link: Secret[str] | None
    """A login link, where nobody could sign in otherwise."""
    jobs: tuple[str, ...]
    """Names of the jobs that are kept in step."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever starts a service: told what happens, asked when to end."""

    started: Callable[[Started], object]
    say: Callable[[str], object]
    stop: Callable[[], bool]
    shows_links: bool = False
    """Whether a login link may be shown: not where output goes into a log."""
    clock: Callable[[], float] = time.time


def run(settings: Settings, caller: Caller, worker: Callable[[], Child] | None = None) -> None:
    """Answer HTTPS and keep workers alive until `caller.stop`; RopewayError where it cannot begin.

    It ends in order: no new requests, answers in flight, workers, then the state.
    """
    with ExitStack() as ending, trouble():
        listener = listen(settings.place)
        ending.callback(listener.close)
        port: int = listener.getsockname()[1]
        database = open_database(settings.state, impatient=True)
        ending.callback(database.close)
        url = settings.found_at(port)
        house, certificate = assembling.house_of(settings, url, database, caller.clock)
        hosting = Hosting(database, partial(assembling.hosted, house))
        home = hosting.home
        dispatch = Dispatch(hosting, database, home)
        authority = fingerprint(house.authority)
        own = (lambda: certificate.expires) if settings.certificate else (lambda: None)
        ending.enter_context(
            present(database, HOME, "service", caller.clock, url=url, authority=authority, expires=own)
        )
        ending.enter_context(_housekeeping(house, hosting, dispatch.strangers))
        ending.enter_context(followed(database))
        supervisor = Supervisor(worker, settings.workers, caller.say) if worker else None

        def started() -> None:
            caller.started(
                _told(home.parts, f"{settings.place.host or '*'}:{port}", authority, links=caller.shows_links)
            )
            if supervisor:
                ending.callback(supervisor.end)
                supervisor.begin()

        serve(Serving(around(dispatch), certificate, settings.proxies, caller.stop, hosting.close), listener, started)


def fingerprint(authority: str) -> str:
    """SHA-256 of a certificate in PEM, hexadecimal; nothing for nothing."""
    return sha256(ssl.PEM_cert_to_DER_cert(authority)).hexdigest() if authority else ""


def _told(parts: Parts, address: str, authority: str, *, links: bool) -> Started:
    place = Link(parts.url, Secret(""), authority)
    link = signing_in.first_link(parts.database, parts.tenant, place, parts.clock()) if links else None
    with parts.database.read() as c:
        names = [
            row.name if of.number == HOME else f"{row.name} of {of.name}"
            for of in tenants.every(c)
            for row in jobs.every(c, of.number)
            if row.status != JobStatus.PAUSED.value
        ]
    return Started(parts.url, address, authority, link, tuple(names))


@contextmanager
def _housekeeping(house: House, hosting: Hosting, strangers: Strangers) -> Generator[None, None, None]:
    """Within, what expired is forgotten, strangers are summed up, keys are renewed, in a thread of its own."""
    ending = threading.Event()

    def keep() -> None:
        while not ending.wait(HOUSE_EVERY):
            try:
                with house.database.write() as c:
                    tokens.sweep(c, house.clock())
                    agents.sweep(c, house.clock())
                _forget_in_portions(house, ending, sign_ins.sweep)
                _forget_in_portions(house, ending, trail.sweep)
                strangers.log(house.clock())
                for one in hosting.every():
                    one.trail.sum_up()
                    if one.parts.identity:
                        one.parts.identity.keys.tend()
            except SQLAlchemyError as error:
                _seldom.warning("Housekeeping waits for the database: %s", said(error))

    thread = threading.Thread(target=keep, name="house", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
        strangers.log(house.clock(), at_once=True)
        with suppress(SQLAlchemyError):
            for one in hosting.every():
                one.trail.sum_up(at_once=True)


def _forget_in_portions(house: House, ending: threading.Event, sweep: Callable[[Connection, float], bool]) -> None:
    """Others write in between."""
    more = True
    while more and not ending.is_set():
        with house.database.write() as c:
            more = sweep(c, house.clock())
