"""What an application asks for at /authorize, checked: first whether there is a way back, then the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from ropeway.service.identity.errors import Refusal
from ropeway.service.identity.pages.rendering import page
from ropeway.service.identity.redirects import fits, origin
from ropeway.service.identity.scopes import Scopes, read_scopes
from ropeway.service.identity.server import Server
from ropeway.store.applications import Application

MODES = ("query", "fragment", "form_post")
PROMPTS = ("", "none", "login", "select_account", "consent", "create", "admin_consent")
LONGEST = 2048
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Back:
    """The way back to an application that is known to be its own."""

    app: Application
    uri: str
    mode: str
    state: str
    issuer: str
    """Empty where nobody asked for a code: then the answer does not say who gives it (RFC 9207)."""

    def send(self, said: Mapping[str, str]) -> Response:
        """The browser goes there with an answer."""
        told = {name: value for name, value in {**said, "state": self.state, "iss": self.issuer}.items() if value}
        if self.mode == "form_post":
            given: dict[str, Any] = {"title": "Signing in", "organisation": self.app.name, "action": self.uri}
            return page("send", goes_to=origin(self.uri), fields=list(told.items()), **given)
        mark = "#" if self.mode == "fragment" else "&" if "?" in self.uri else "?"
        return RedirectResponse(f"{self.uri}{mark}{urlencode(told)}", 303)

    def refuse(self, refusal: Refusal, error: str = "", also: Mapping[str, str] | None = None) -> Response:
        """The browser goes there with a refusal."""
        words = f"AADSTS{refusal.number}: {refusal.words}"
        return self.send({"error": error or str(refusal.error), "error_description": words, **(also or {})})


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for."""

    back: Back
    scopes: Scopes
    nonce: str
    challenge: str
    prompt: str
    hint: str
    oldest: float | None
    """Seconds that a sign-in may be old."""

    @property
    def app(self) -> Application:
        """Whoever asks."""
        return self.back.app


def way_back(server: Server, said: Mapping[str, str]) -> Back:
    """Refusal where there is none: then nobody is sent anywhere."""
    for name in ("client_id", "redirect_uri"):
        if not said.get(name):
            raise Refusal(90014, name)
    app, uri = server.clients.find(said["client_id"]).app, said["redirect_uri"]
    if not fits(app, uri):
        raise Refusal(50011)
    mode = said.get("response_mode", "") or "query"
    return Back(app, uri, mode if mode in MODES else "query", said.get("state", ""), server.issuer.name)


def read(server: Server, back: Back, said: Mapping[str, str]) -> Ask:
    """Refusal for whatever cannot be asked for; the application is told."""
    if not said.get("response_type"):
        raise Refusal(90014, "response_type")
    if said["response_type"] != "code":
        raise Refusal(700054, said.get("response_type", ""))
    if said.get("response_mode", "query") not in MODES or said.get("prompt", "") not in PROMPTS:
        raise Refusal(9002313)
    if any(len(value) > LONGEST for value in said.values()) or "request" in said or "request_uri" in said:
        raise Refusal(9002313)
    challenge, method = said.get("code_challenge", ""), said.get("code_challenge_method", "")
    if (challenge or method or back.app.public) and (method != "S256" or not _CHALLENGE.fullmatch(challenge)):
        raise Refusal(50147)
    if not said.get("scope", "").split():
        raise Refusal(90014, "scope")
    scopes = read_scopes(said["scope"], server.issuer.url)
    oldest = said.get("max_age", "")
    if oldest and not (oldest.isascii() and oldest.isdigit() and len(oldest) < 10):
        raise Refusal(9002313)
    hint = said.get("login_hint", "")[:256]
    return Ask(
        back, scopes, said.get("nonce", ""), challenge, said.get("prompt", ""), hint, float(oldest) if oldest else None
    )
