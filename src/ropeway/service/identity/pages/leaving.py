"""/logout: nobody is signed in in this browser any more; applications keep the tokens that they have."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from ropeway.service.identity.errors import Refusal
from ropeway.service.identity.pages.visit import Visit
from ropeway.service.identity.redirects import fits
from ropeway.service.identity.server import Server
from ropeway.store import browsers


def leave(visit: Visit, said: Mapping[str, str] | None) -> Response:
    """Back to the application where it says so and the address is its own; else a page."""
    server = visit.server
    if visit.browser:
        with server.database.write() as c:
            browsers.leave(c, server.tenant, visit.browser)
    uri = (said or {}).get("post_logout_redirect_uri", "")
    if said and uri and _is_known(server, said, uri):
        state = {"state": said["state"]} if said.get("state") else {}
        mark = "&" if "?" in uri else "?"
        return visit.forget(RedirectResponse(f"{uri}{mark}{urlencode(state)}" if state else uri, 303))
    return visit.forget(visit.say("You are signed out", "You can close this window."))


def _is_known(server: Server, said: Mapping[str, str], uri: str) -> bool:
    """Whether the application that is named, by itself or by its id token, has this address."""
    client = server.issuer.audience(said.get("id_token_hint", "")) or said.get("client_id", "")
    try:
        return bool(client) and fits(server.clients.find(client).app, uri)
    except Refusal:
        return False
