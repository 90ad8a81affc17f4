"""From nobody to somebody: name and password, the second factor, a new password where one is due; or who is here."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from ropeway.directory import people
from ropeway.model.secret import Secret
from ropeway.service.identity.errors import Refusal
from ropeway.service.identity.pages.proving import enrolled, new_password, second_factor, stage_after
from ropeway.service.identity.pages.showing import SAID, Here, ask_password, go_on, note
from ropeway.service.identity.pages.visit import Visit
from ropeway.store import browsers, passwords
from ropeway.store.applications import Application
from ropeway.store.browsers import Details

JUST_NOW = 600.0
"""Seconds within which somebody who signed in again did so for the request at hand."""


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
            return ask_password(visit, "")
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
        return ask_password(visit, wanted.hint)
    if wanted.prompt == "select_account" or len(candidates) > 1:
        shown = [{"id": one.account.id, "name": one.person.name, "upn": one.person.upn} for one in whole]
        return visit.show("pick", "Choose an account", step="account", accounts=shown)
    return candidates[0]


def _password(visit: Visit, wanted: Wanted) -> Here | Response:
    server, username = visit.server, visit.form.get("username", "").strip()
    person = server.passwords.person(username)
    try:
        kept = server.passwords.check(person or username, Secret(visit.form.get("password", "")), visit.attempt.address)
    except Refusal as refusal:
        note(visit, wanted.app, person or username, refusal.reason)
        return ask_password(visit, username, SAID[refusal.number])
    assert person is not None
    stage = "second-factor" if kept.second_factor else stage_after(kept)
    before, now = visit.browser, server.issuer.clock()
    after = visit.change_cookie()
    with server.database.write() as c:
        if not passwords.is_still(c, server.tenant, kept):
            return ask_password(visit, username, SAID[50126])
        browsers.move(c, server.tenant, before, after)
        account = browsers.enter(c, server.tenant, after, person.id, Details(now, ("pwd",), stage), now)
    return go_on(visit, Here(account, person))


def _going_on(visit: Visit, wanted: Wanted) -> Here | Response:
    found = next((one for one in here(visit) if one.account.id == visit.form.get("account", "")), None)
    if found is None:
        return ask_password(visit, wanted.hint)
    now, details = visit.server.issuer.clock(), found.account.details
    oldest = JUST_NOW if wanted.prompt == "login" else wanted.oldest
    if oldest is not None and details.at < now - max(oldest, JUST_NOW):
        return ask_password(visit, found.person.upn)
    if visit.step == "second-factor" and details.stage == "second-factor":
        return second_factor(visit, wanted.app, found)
    if visit.step == "enrolment" and details.key:
        return enrolled(visit, found)
    if visit.step == "new-password" and details.stage == "new-password":
        return new_password(visit, found)
    return go_on(visit, found)
