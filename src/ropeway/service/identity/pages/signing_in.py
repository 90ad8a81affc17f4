"""From nobody to somebody: name and password, the second factor, a new password where one is due; or who is here."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any, NamedTuple

from msgspec.structs import replace
from starlette.responses import Response

from ropeway.directory import people
from ropeway.directory.people import Person
from ropeway.model.problems import RopewayError
from ropeway.model.secret import Secret
from ropeway.service.identity import recording
from ropeway.service.identity.errors import Refusal
from ropeway.service.identity.pages.visit import Visit
from ropeway.service.identity.second_factors import address_of, in_groups, picture_of
from ropeway.store import browsers, passwords
from ropeway.store.applications import Application
from ropeway.store.browsers import Account, Details, Stage
from ropeway.store.passwords import Password

JUST_NOW = 600.0
"""Seconds within which somebody who signed in again did so for the request at hand."""
MOST_TRIES = 5
"""Wrong codes before the password is asked for again."""

SAID = {
    50034: "There is no account with this user name, or the password is wrong.",
    50126: "There is no account with this user name, or the password is wrong.",
    50056: "There is no account with this user name, or the password is wrong.",
    50053: "Too many wrong passwords were tried. Wait a while, then try again.",
    50057: "This account is disabled. Ask an administrator.",
    90033: "Too many people sign in at this moment. Try again.",
}
"""What a person is told; the sign-in log knows better."""


class Here(NamedTuple):
    """Somebody who is signed in."""

    account: Account
    person: Person


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who shall be signed in."""

    app: Application
    prompt: str = ""
    hint: str = ""
    oldest: float | None = None


def somebody(visit: Visit, wanted: Wanted) -> Here | Response:
    """Whoever is signed in now, or the page on the way there; Refusal 50058 where no page may be shown."""
    visit.application = wanted.app.name
    match visit.step:
        case "password":
            return _password(visit, wanted)
        case "account" if visit.form.get("account") == "other":
            return _ask_password(visit, "")
        case "account" | "second-factor" | "enrolment" | "new-password" | "confirm" | "answer":
            return _going_on(visit, wanted)
        case _:
            return _begin(visit, wanted)


def here(visit: Visit) -> list[Here]:
    """Everybody in this browser who is still somebody, halfway or whole."""
    server = visit.server
    with server.database.read() as c:
        accounts = browsers.of(c, server.tenant, visit.browser, server.issuer.clock()) if visit.browser else []
        found = [(one, people.by_id(c, server.tenant, one.person)) for one in accounts]
    return [Here(account, person) for account, person in found if person is not None and person.enabled]


def _begin(visit: Visit, wanted: Wanted) -> Here | Response:
    now = visit.server.issuer.clock()
    whole = [one for one in here(visit) if one.account.details.stage == "done"]
    if wanted.oldest is not None:
        whole = [one for one in whole if one.account.details.at >= now - wanted.oldest]
    hinted = [one for one in whole if one.person.upn.lower() == wanted.hint.lower()]
    candidates = hinted if wanted.hint else whole
    if wanted.prompt == "none":
        if len(candidates) != 1:
            raise Refusal(50058)
        return candidates[0]
    if wanted.prompt == "login" or not candidates:
        return _ask_password(visit, wanted.hint)
    if wanted.prompt == "select_account" or len(candidates) > 1:
        shown = [{"id": one.account.id, "name": one.person.name, "upn": one.person.upn} for one in whole]
        return visit.show("pick", "Choose an account", step="account", accounts=shown)
    return candidates[0]


def begin_anew(visit: Visit, username: str, error: str) -> Response:
    """The password once more."""
    return _ask_password(visit, username, error)


def _ask_password(visit: Visit, username: str, error: str = "") -> Response:
    return visit.show("password", "Sign in", step="password", username=username, error=error)


def _password(visit: Visit, wanted: Wanted) -> Here | Response:
    server, username = visit.server, visit.form.get("username", "").strip()
    person: Person | None = None
    try:
        person = server.passwords.person(username)
        kept = server.passwords.check(person, Secret(visit.form.get("password", "")), visit.attempt.address)
    except Refusal as refusal:
        note(visit, wanted.app, person or username, refusal.number)
        return _ask_password(visit, username, SAID[refusal.number])
    stage = "second-factor" if kept.second_factor else _stage_after(kept)
    before, now = visit.browser, server.issuer.clock()
    after = visit.change_cookie()
    with server.database.write() as c:
        browsers.move(c, server.tenant, before, after)
        account = browsers.enter(c, server.tenant, after, person.id, Details(now, ("pwd",), stage), now)
    return _next(visit, Here(account, person))


def _going_on(visit: Visit, wanted: Wanted) -> Here | Response:
    found = next((one for one in here(visit) if one.account.id == visit.form.get("account", "")), None)
    if found is None:
        return _ask_password(visit, wanted.hint)
    now, details = visit.server.issuer.clock(), found.account.details
    oldest = JUST_NOW if wanted.prompt == "login" else wanted.oldest
    if oldest is not None and details.at < now - max(oldest, JUST_NOW):
        return _ask_password(visit, found.person.upn)
    if visit.step == "second-factor" and details.stage == "second-factor":
        return _second_factor(visit, wanted, found)
    if visit.step == "enrolment" and details.key:
        return _enrolled(visit, found)
    if visit.step == "new-password" and details.stage == "new-password":
        return _new_password(visit, found)
    return _next(visit, found)


def _next(visit: Visit, found: Here, error: str = "") -> Here | Response:
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


def _second_factor(visit: Visit, wanted: Wanted, found: Here) -> Here | Response:
    server, details = visit.server, found.account.details
    try:
        kept = server.second_factors.check(found.person, visit.form.get("code", ""), visit.attempt.address)
    except Refusal as refusal:
        note(visit, wanted.app, found.person, refusal.number)
        if details.tries + 1 >= MOST_TRIES or refusal.number == 50053:
            with server.database.write() as c:
                browsers.leave(c, server.tenant, visit.browser)
            return begin_anew(visit, found.person.upn, SAID.get(refusal.number, "Too many wrong codes. Begin anew."))
        with server.database.write() as c:
            account = browsers.go_on(c, found.account, replace(details, tries=details.tries + 1))
        return _next(
            visit, Here(account, found.person), "The code is wrong, or was used already. Wait for the next one."
        )
    stage = _stage_after(kept)
    with server.database.write() as c:
        after = replace(details, ways=("pwd", "mfa"), stage=stage)
        account = browsers.go_on(c, found.account, after)
    return _next(visit, Here(account, found.person))


def _stage_after(kept: Password) -> Stage:
    """What is to be done when password and, where there is one, second factor were right."""
    if kept.second_factor == passwords.WANTED:
        return "enrolment"
    return "new-password" if kept.must_change else "done"


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


def _enrolled(visit: Visit, found: Here) -> Here | Response:
    server, details = visit.server, found.account.details
    sealed = b64decode(details.key)
    step = server.second_factors.fits(found.person.id, sealed, visit.form.get("code", ""))
    if step is None:
        return enrol(visit, found, "This is not the code that belongs to the key. Type the one that the app shows now.")
    with server.database.write() as c:
        passwords.set_second_factor(c, server.tenant, found.person.id, sealed, step)
        kept = passwords.find(c, server.tenant, found.person.id)
        stage = "new-password" if kept is not None and kept.must_change else "done"
        account = browsers.go_on(c, found.account, replace(details, ways=("pwd", "mfa"), stage=stage, key=""))
    visit.act("set_up_second_factor", found.person.upn, found.person)
    return _next(visit, Here(account, found.person))


def _new_password(visit: Visit, found: Here) -> Here | Response:
    server, new = visit.server, Secret(visit.form.get("new", ""))
    if visit.form.get("again", "") != new.reveal():
        return _next(visit, found, "The two passwords differ.")
    with server.database.read() as c:
        kept = passwords.find(c, server.tenant, found.person.id)
    if kept is not None and server.passwords.is_same(kept, new):
        return _next(visit, found, "The new password must be another one than before.")
    try:
        hash_ = passwords.hashed(new)
    except RopewayError:
        return _next(visit, found, "The password is too weak.")
    now, after = server.issuer.clock(), replace(found.account.details, stage="done")
    with server.database.write() as c:
        passwords.replace(c, server.tenant, found.person.id, hash_, must_change=False, now=now)
        account = browsers.enter(c, server.tenant, visit.browser, found.person.id, after, now)
    visit.act("change_password", found.person.upn, found.person)
    return Here(account, found.person)


def note(visit: Visit, app: Application, who: Person | str, error: int) -> None:
    """Put it on record."""
    server = visit.server
    with server.database.write() as c:
        now = server.issuer.clock()
        recording.note(c, server.tenant, visit.attempt, app, who=who, error=error, now=now)
