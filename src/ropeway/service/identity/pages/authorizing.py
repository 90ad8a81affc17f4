"""/authorize: sign-in, consent, and back to the application with a code (RFC 6749 4.1.1, OpenID Connect Core 3.1.2)."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from ropeway.service.identity.errors import Refusal
from ropeway.service.identity.pages import asking
from ropeway.service.identity.pages.admin_consenting import address_for
from ropeway.service.identity.pages.asking import Ask, Back
from ropeway.service.identity.pages.consenting import consent
from ropeway.service.identity.pages.showing import Here, ask_password, note
from ropeway.service.identity.pages.signing_in import Wanted, somebody
from ropeway.service.identity.pages.visit import STALE, Visit
from ropeway.service.identity.recording import note as record
from ropeway.service.identity.redirects import origin
from ropeway.store import browsers, codes
from ropeway.store.codes import Details


def authorize(visit: Visit, said: Mapping[str, str] | None) -> Response:
    """The next page, or the way back. A Refusal before the way back is known is the caller's to show."""
    if said is None:
        raise Refusal(9002313)
    back = asking.way_back(visit.server, said)
    if visit.is_post and not visit.is_genuine():
        return visit.say("Sign-in cannot go on", STALE, status=400)
    try:
        return _asked(visit, asking.read(visit.server, back, said))
    except Refusal as refusal:
        return visit.keep(back.refuse(refusal, _error(refusal)))


def _asked(visit: Visit, ask: Ask) -> Response:
    visit.goes_to = origin(ask.back.uri)
    visit.consent_at = address_for(visit.server, ask.back, ask.scopes)
    found = somebody(visit, Wanted(ask.app, ask.prompt, ask.hint, ask.oldest))
    if isinstance(found, Response):
        return found
    try:
        page = consent(visit, ask.app, ask.scopes, found, ask.prompt)
    except Refusal as refusal:
        note(visit, ask.app, found.person, refusal.number)
        raise
    if page is not None:
        return page
    code = _code(visit, ask, ask.back, found)
    if code is None and ask.prompt == "none":
        raise Refusal(50058)
    return visit.keep(ask.back.send({"code": code})) if code else ask_password(visit, found.person.upn)


def _code(visit: Visit, ask: Ask, back: Back, found: Here) -> str | None:
    """None where the sign-in was ended at this very moment."""
    server, now = visit.server, visit.server.issuer.clock()
    signed = found.account.details
    details = Details(ask.scopes.words, back.uri, ask.challenge, ask.nonce, signed.at, signed.ways)
    with server.database.write() as c:
        if not browsers.is_there(c, server.tenant, found.account):
            return None
        code = codes.give(c, server.tenant, back.app.id, found.person.id, details, now)
        resource = ask.scopes.resource
        record(c, server.tenant, visit.attempt, back.app, who=found.person, error=0, now=now, resource=resource)
    return code.reveal()


def _error(refusal: Refusal) -> str:
    """OAuth's error as /authorize has it (RFC 6749 4.1.2.1, OpenID Connect Core 3.1.2.6)."""
    names = {50058: "login_required", 65001: "consent_required", 70011: "invalid_scope", 50147: "invalid_request"}
    return names.get(refusal.number, "")
