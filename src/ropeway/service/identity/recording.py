"""The sign-in log: each sign-in and each refusal, with from where and by which application.

Who shows nothing that is anybody's may be refused as often as they like: of one network so many are put on record.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from sqlalchemy import Connection

from ropeway.directory.people import Person
from ropeway.service.http.buckets import Buckets
from ropeway.service.identity.errors import plain
from ropeway.store import sign_ins
from ropeway.store.applications import Application
from ropeway.store.lockouts import network_of
from ropeway.store.sign_ins import SignIn
from ropeway.telemetry.seldom import Seldom

_seldom = Seldom(logging.getLogger(__name__))

STRANGERS = frozenset({
    50034, 50053, 50056, 50126, 70000, 70011, 70018, 90033, 500011, 700024, 700027, 900144, 7000215, 7000218, 9002313,
})  # fmt: skip
"""Refusals of whoever may have nothing: no password, no secret, no token."""
EACH, TOGETHER, SECONDS = 1000, 10_000, 600.0
"""Of these, lines of one network and of all in so many seconds."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody tries to sign in, from somewhere."""

    address: str
    agent: str
    request: str
    """Its id."""
    way: str
    """The grant: `password`, `authorization_code` …"""


@dataclass(frozen=True, slots=True)
class Recording:
    """Which refusals are put on record."""

    strangers: Buckets = field(default_factory=lambda: Buckets(EACH, TOGETHER, SECONDS))

    def wants(self, error: int, address: str) -> bool:
        """Whether a line is written; where not, the service's log says so once a minute."""
        network = network_of(address)
        if error not in STRANGERS or self.strangers.take(network):
            return True
        _seldom.warning("So many sign-ins are refused that not all of them are put on record; one was from %s", network)
        return False


def note(
    c: Connection,
    tenant: int,
    attempt: Attempt,
    app: Application,
    *,
    who: Person | str | None,
    error: int,
    now: float,
    resource: str = "",
) -> None:
    """Put it on record. `who`: a person, what a stranger called themselves, or None for the application itself."""
    person, name = (app.principal, app.name) if who is None else ("", plain(who)) if isinstance(who, str) else who[:2]
    one = SignIn(
        time=now,
        person=person,
        name=name,
        application=app.app_id,
        application_name=app.name,
        way=attempt.way[:60],
        resource=resource,
        error=error,
        address=attempt.address,
        agent=attempt.agent[:200],
        request=attempt.request,
    )
    sign_ins.note(c, tenant, one)
