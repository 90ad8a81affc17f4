"""/adminconsent: an administrator consents for everybody to what an application asks for, before people sign in to it.

Entra ID's parameters and answers (learn.microsoft.com/entra/identity-platform/v2-admin-consent).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from ropeway.model.permissions import GLOBAL
from ropeway.service.identity.errors import Refusal
from ropeway.service.identity.pages import asking
from ropeway.service.identity.pages.asking import Back
from ropeway.service.identity.pages.consenting import allow, ask, wanted_of
from ropeway.service.identity.pages.showing import Here
from ropeway.service.identity.pages.signing_in import Wanted, somebody
from ropeway.service.identity.pages.visit import STALE, Visit
from ropeway.service.identity.redirects import origin
from ropeway.service.identity.scopes import DEFAULT, Scopes, read_scopes
from ropeway.service.identity.server import Server
from ropeway.store import applications, roles
from ropeway.store.applications import EVERYBODY, Application

Said = Mapping[str, str] | None


def first_form(visit: Visit, said: Said) -> Response:
    """/adminconsent: to what the application requires, else to what people consented to one by one."""
    return _consented(visit, said, DEFAULT, "permission_denied", {})


def with_scope(visit: Visit, said: Said) -> Response:
    """/v2.0/adminconsent: to what `scope` says."""
    scope = " ".join((said or {}).get("scope", "").split())
    return _consented(visit, said, scope, "consent_required", {"scope": scope})


def address_for(server: Server, back: Back, scopes: Scopes) -> str:
    """Where an administrator consents to that, for whoever may not."""
    said = {"client_id": back.app.app_id, "scope": " ".join(scopes.words), "redirect_uri": back.uri}
    return f"{server.issuer.url}/{server.name}/v2.0/adminconsent?{urlencode(said)}"


def _consented(visit: Visit, said: Said, scope: str, declined: str, told: Mapping[str, str]) -> Response:
    """The next page, or the way back. A Refusal before the way back is known is the caller's to show."""
    if said is None:
        raise Refusal(9002313)
    back = replace(asking.way_back(visit.server, said), mode="query", issuer="")
    if visit.is_post and not visit.is_genuine():
        return visit.say("Sign-in cannot go on", STALE, status=400)
    told = {"admin_consent": "True", "tenant": visit.server.issuer.tenant, **told}
    try:
        if any(len(value) > asking.LONGEST for value in said.values()):
            raise Refusal(9002313)
        shown = _page(visit, back, scope, said.get("login_hint", "")[:256])
    except Refusal as refusal:
        error = declined if refusal.number == 65004 else str(refusal.error)
        return visit.keep(back.refuse(refusal, error, told))
    return shown or visit.keep(back.send(told))


def _page(visit: Visit, back: Back, scope: str, hint: str) -> Response | None:
    """The next one; None when an administrator said yes, Refusal 65004 for a no."""
    if not scope:
        raise Refusal(90014, "scope")
    scopes, app = read_scopes(scope, visit.server.issuer.url), back.app
    alone = app.requires("Role") if DEFAULT in scopes.names else ()
    wanted = _required(visit, app) if DEFAULT in scopes.names else wanted_of(scopes)
    if not wanted and not alone:
        raise Refusal(650056, app.name)
    visit.goes_to = origin(back.uri)
    found = somebody(visit, Wanted(app, hint=hint))
    return found if isinstance(found, Response) else _decided(visit, app, wanted, alone, found)


def _required(visit: Visit, app: Application) -> set[str]:
    if app.required:
        return set(app.requires("Scope"))
    with visit.server.database.read() as c:
        return set(applications.for_anybody(c, app))


def _decided(visit: Visit, app: Application, wanted: set[str], alone: Sequence[str], found: Here) -> Response | None:
    """The page that asks; None for a yes to what it showed: meanwhile an application may require more."""
    asked = " ".join([*sorted(wanted), *(f"{name}/alone" for name in alone)])
    visit.hidden = {"asked": asked}
    with visit.server.database.read() as c:
        may = GLOBAL in roles.of(c, visit.server.tenant, found.person.id)
    answer = visit.form.get("answer") if visit.step == "answer" else ""
    if answer == "cancel":
        raise Refusal(65004)
    if not may or answer != "accept" or visit.form.get("asked") != asked:
        told: dict[str, Any] = {"may": may, "is_administrator": False, "for_everybody": may, "alone": alone}
        return ask(visit, app, sorted(wanted), found, **told)
    allow(visit, app, wanted, found, EVERYBODY, alone)
    return None
