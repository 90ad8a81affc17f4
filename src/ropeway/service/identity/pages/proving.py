"""What is asked for beside the password: a code, the first code of a new key, another password."""

from __future__ import annotations

from base64 import b64decode

from msgspec.structs import replace
from starlette.responses import Response

from ropeway.model.problems import RopewayError
from ropeway.model.secret import Secret
from ropeway.service.identity.errors import Refusal
from ropeway.service.identity.pages.showing import SAID, Here, ask_password, enrol, go_on, note
from ropeway.service.identity.pages.visit import Visit
from ropeway.store import browsers, families, passwords
from ropeway.store.applications import Application
from ropeway.store.browsers import Stage
from ropeway.store.passwords import Password

MOST_TRIES = 5
"""Wrong codes before the password is asked for again."""


def stage_after(kept: Password) -> Stage:
    """What is to be done when password and, where there is one, second factor were right."""
    if kept.second_factor == passwords.WANTED:
        return "enrolment"
    return "new-password" if kept.must_change else "done"


def second_factor(visit: Visit, app: Application, found: Here) -> Here | Response:
    """A code of the authenticator app."""
    server, details = visit.server, found.account.details
    try:
        kept = server.second_factors.check(found.person, visit.form.get("code", ""), visit.attempt.address)
    except Refusal as refusal:
        note(visit, app, found.person, refusal.number)
        if details.tries + 1 >= MOST_TRIES or refusal.number == 50053:
            with server.database.write() as c:
                browsers.leave(c, server.tenant, visit.browser)
            return ask_password(visit, found.person.upn, SAID.get(refusal.number, "Too many wrong codes. Begin anew."))
        with server.database.write() as c:
            account = browsers.go_on(c, found.account, replace(details, tries=details.tries + 1))
        return go_on(
            visit, Here(account, found.person), "The code is wrong, or was used already. Wait for the next one."
        )
    stage = stage_after(kept)
    with server.database.write() as c:
        after = replace(details, ways=("pwd", "mfa"), stage=stage)
        account = browsers.go_on(c, found.account, after)
    return go_on(visit, Here(account, found.person))


def enrolled(visit: Visit, found: Here) -> Here | Response:
    """The first code of a key, which counts from then on; whoever signed in without it has to sign in again."""
    server, details = visit.server, found.account.details
    sealed = b64decode(details.key)
    step = server.second_factors.fits(found.person.id, sealed, visit.form.get("code", ""))
    if step is None:
        return enrol(visit, found, "This is not the code that belongs to the key. Type the one that the app shows now.")
    with server.database.write() as c:
        if not browsers.is_there(c, server.tenant, found.account):
            return ask_password(visit, found.person.upn)
        passwords.set_second_factor(c, server.tenant, found.person.id, sealed, step)
        kept = passwords.find(c, server.tenant, found.person.id)
        stage = "new-password" if kept is not None and kept.must_change else "done"
        families.end_all(c, server.tenant, found.person.id)
        after = replace(details, ways=("pwd", "mfa"), stage=stage, key="")
        account = browsers.enter(c, server.tenant, visit.browser, found.person.id, after, server.issuer.clock())
    visit.act("set_up_second_factor", found.person.upn, found.person)
    return go_on(visit, Here(account, found.person))


def new_password(visit: Visit, found: Here) -> Here | Response:
    """Another password than the one that was given to somebody."""
    server, new = visit.server, Secret(visit.form.get("new", ""))
    if visit.form.get("again", "") != new.reveal():
        return go_on(visit, found, "The two passwords differ.")
    with server.database.read() as c:
        kept = passwords.find(c, server.tenant, found.person.id)
    if kept is not None and server.passwords.is_same(kept, new):
        return go_on(visit, found, "The new password must be another one than before.")
    try:
        hash_ = passwords.hashed(new)
    except RopewayError:
        return go_on(visit, found, "The password is too weak.")
    now, after = server.issuer.clock(), replace(found.account.details, stage="done")
    with server.database.write() as c:
        if not browsers.is_there(c, server.tenant, found.account):
            return ask_password(visit, found.person.upn)
        passwords.replace(c, server.tenant, found.person.id, hash_, must_change=False, now=now)
        account = browsers.enter(c, server.tenant, visit.browser, found.person.id, after, now)
    visit.act("change_password", found.person.upn, found.person)
    return Here(account, found.person)
