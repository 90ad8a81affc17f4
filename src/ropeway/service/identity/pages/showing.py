"""The pages between nobody and somebody, and which of them comes next."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any, NamedTuple

from msgspec.structs import replace
from starlette.responses import Response

from ropeway.directory.people import Person
from ropeway.service.identity import recording
from ropeway.service.identity.pages.visit import Visit
from ropeway.service.identity.second_factors import address_of, in_groups, picture_of
from ropeway.store import browsers
from ropeway.store.applications import Application
from ropeway.store.browsers import Account

SAID = {
    50126: "There is no account with this user name, or the password is wrong.",
    50053: "Too many wrong passwords were tried. Wait a while, then try again.",
    50057: "This account is disabled. Ask an administrator.",
    90033: "Too many people sign in at this moment. Try again.",
}
"""What a person is told; the sign-in log knows better."""


class Here(NamedTuple):
    """Somebody who is signed in."""

    account: Account
    person: Person


def ask_password(visit: Visit, username: str, error: str = "") -> Response:
    """The first page, or the same once more with what was wrong."""
    return visit.show("password", "Sign in", step="password", username=username, error=error)


def go_on(visit: Visit, found: Here, error: str = "") -> Here | Response:
    """Whoever is done, else the page for what is still to be done; `error`: what was wrong with the last one."""
    account = found.account
    told: dict[str, Any] = {"account": account.id, "upn": found.person.upn, "error": error}
    match account.details.stage:
        case "done":
            return found
        case "enrolment":
            return enrol(visit, found, error)
        case "second-factor":
            return visit.show("second_factor", "Enter the code", step="second-factor", **told)
        case "new-password":
            return visit.show("new_password", "Choose a new password", step="new-password", **told)


def enrol(visit: Visit, found: Here, error: str = "") -> Response:
    """The page with a new key, or the one that was shown before, which counts when a code of it is typed."""
    server, details = visit.server, found.account.details
    if details.key and error:
        sealed = b64decode(details.key)
    else:
        sealed = server.second_factors.begin(found.person.id)
        with server.database.write() as c:
            browsers.go_on(c, found.account, replace(details, key=b64encode(sealed).decode()))
    key = server.second_factors.opened(found.person.id, sealed)
    address = address_of(key, found.person.upn, server.organisation)
    told: dict[str, Any] = {"account": found.account.id, "upn": found.person.upn, "error": error}
    told |= {"key": in_groups(key), "picture": picture_of(address)}
    return visit.show("enrolment", "Set up a second factor", step="enrolment", **told)


def note(visit: Visit, app: Application, who: Person | str, error: int) -> None:
    """Put it on record."""
    server = visit.server
    if not server.recording.wants(error, visit.attempt.address):
        return
    with server.database.write() as c:
        now = server.issuer.clock()
        recording.note(c, server.tenant, visit.attempt, app, who=who, error=error, now=now)
