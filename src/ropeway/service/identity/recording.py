"""The sign-in log: each sign-in and each refusal, with from where and by which application; of strangers nothing."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from ropeway.directory.people import Person
from ropeway.service.identity.errors import plain
from ropeway.store import sign_ins
from ropeway.store.applications import Application
from ropeway.store.sign_ins import SignIn


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody tries to sign in, from somewhere."""

    address: str
    agent: str
    request: str
    """Its id."""
    way: str
    """The grant: `password`, `authorization_code` …"""


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
