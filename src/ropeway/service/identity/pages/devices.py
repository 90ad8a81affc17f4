"""/device: somebody types the code that a device shows, and signs in for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace
from starlette.responses import Response

from ropeway.service.identity.errors import Refusal
from ropeway.service.identity.pages.consenting import consent
from ropeway.service.identity.pages.own import own
from ropeway.service.identity.pages.showing import Here, ask_password
from ropeway.service.identity.pages.signing_in import Wanted, somebody
from ropeway.service.identity.pages.visit import STALE, Visit
from ropeway.service.identity.scopes import read_scopes
from ropeway.store import applications, browsers, devices
from ropeway.store.applications import Application
from ropeway.store.devices import Device

MOST_TRIES = 10
"""Codes of nobody that somebody may type before the password is asked for again."""


def device(visit: Visit, said: Mapping[str, str] | None) -> Response:
    """The next page."""
    if visit.is_post and not visit.is_genuine():
        return visit.say("Sign-in cannot go on", STALE, status=400)
    found = somebody(visit, Wanted(own(visit.server.tenant, "Device sign-in")))
    if isinstance(found, Response):
        return found
    visit.application = ""
    typed = visit.form.get("user_code", "")
    if not typed:
        return _ask(visit, found, (said or {}).get("user_code", ""))
    return _typed(visit, found, typed)


def _ask(visit: Visit, found: Here, typed: str, error: str = "") -> Response:
    told: dict[str, Any] = {"account": found.account.id, "user_code": typed[:20], "error": error}
    return visit.show("device", "Enter the code", step="account", **told)


def _typed(visit: Visit, found: Here, typed: str) -> Response:
    server, now = visit.server, visit.server.issuer.clock()
    with server.database.read() as c:
        waiting = devices.typed(c, server.tenant, typed, now)
        app = applications.by_id(c, server.tenant, waiting.application) if waiting is not None else None
    if waiting is None or app is None or not app.enabled:
        tries = found.account.details.tries + 1
        with server.database.write() as c:
            browsers.go_on(c, found.account, replace(found.account.details, tries=tries % MOST_TRIES))
            if tries >= MOST_TRIES:
                browsers.leave(c, server.tenant, visit.browser)
        if tries >= MOST_TRIES:
            return ask_password(visit, found.person.upn, "Too many codes that nobody waits for. Begin anew.")
        return _ask(visit, found, typed, "Nobody waits with this code. It is good for 15 minutes; look again.")
    return _confirm(visit, found, waiting, app, typed)


def _confirm(visit: Visit, found: Here, waiting: Device, app: Application, typed: str) -> Response:
    visit.application, visit.hidden = app.name, {"user_code": typed}
    told: dict[str, Any] = {"account": found.account.id, "upn": found.person.upn}
    if visit.step not in ("confirm", "answer"):
        return visit.show("device_confirm", "Is it you?", step="confirm", address=waiting.details.address, **told)
    try:
        if visit.step == "confirm" and visit.form.get("answer") != "accept":
            raise Refusal(65004)
        scopes = read_scopes(" ".join(waiting.details.scopes), visit.server.issuer.url)
        page = consent(visit, app, scopes, found, "")
    except Refusal as refusal:
        _answer(visit, found, waiting, yes=False)
        lines = ("The device is not signed in.",) if refusal.number == 65004 else (refusal.words,)
        return visit.say("Cancelled", *lines)
    if page is not None:
        return page
    if not _answer(visit, found, waiting, yes=True):
        return visit.say("Cancelled", "Somebody else answered for this device.", status=400)
    return visit.say("You are signed in", f"{app.name} goes on by itself. You can close this window.")


def _answer(visit: Visit, found: Here, waiting: Device, *, yes: bool) -> bool:
    signed = found.account.details
    details = replace(waiting.details, answer="yes" if yes else "no", at=signed.at, ways=signed.ways)
    with visit.server.database.write() as c:
        present = devices.by_id(c, visit.server.tenant, waiting.id)
        if present is None or not browsers.is_there(c, visit.server.tenant, found.account):
            return False
        return devices.answer(c, present, found.person.id, details)
