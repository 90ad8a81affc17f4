"""/second-factor: somebody sets up an authenticator app, because they want to or because they must."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from ropeway.service.identity.pages.own import own
from ropeway.service.identity.pages.showing import enrol
from ropeway.service.identity.pages.signing_in import JUST_NOW, Wanted, somebody
from ropeway.service.identity.pages.visit import STALE, Visit


def second_factor(visit: Visit, _said: Mapping[str, str] | None) -> Response:
    """The next page; who has a second factor already shows it first, and replaces it then."""
    if visit.is_post and not visit.is_genuine():
        return visit.say("Sign-in cannot go on", STALE, status=400)
    found = somebody(visit, Wanted(own(visit.server.tenant, "Second factor"), oldest=JUST_NOW))
    if isinstance(found, Response):
        return found
    if visit.step == "enrolment" and "mfa" in found.account.details.ways:
        return visit.say("The second factor is set up", "From now on you are asked for a code at each sign-in.")
    return enrol(visit, found)
