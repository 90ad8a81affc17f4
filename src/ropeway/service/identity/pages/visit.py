"""A request of a browser: what it sent, which cookie it has, and what that proves."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ropeway.directory.people import Person
from ropeway.service.http.auditing import name_act
from ropeway.service.identity.pages.rendering import page
from ropeway.service.identity.recording import Attempt
from ropeway.service.identity.server import Server

COOKIE = "__Host-ropeway-sign-in"
"""The prefix binds it to HTTPS, this host and the whole path (RFC 6265bis); the tenant's number follows."""

STALE = "This page is not from here, or was open for too long. Go back to where you came from and sign in again."


class Visit:
    """One request at the pages of a tenant."""

    def __init__(self, request: Request, server: Server, form: Mapping[str, str] | None, way: str) -> None:
        self.server, self.form, self.request = server, form or {}, request
        self.is_post = request.method == "POST"
        self._cookie = f"{COOKIE}-{server.tenant}"
        self.browser = request.cookies.get(self._cookie, "")
        self._new = ""
        client = request.client.host if request.client else ""
        agent, id_ = request.headers.get("user-agent", ""), request.scope.get("ropeway.request", "")
        self.attempt = Attempt(client, agent, id_, way)
        query = request.url.query
        self.action = request.url.path + (f"?{query}" if query else "")
        """Forms go to where they come from."""
        self.goes_to = ""
        self.application = ""
        self.consent_at = ""
        """Where an administrator consents to what is asked for."""
        self.hidden: Mapping[str, str] = {}
        """What a form brings back beside what is filled in."""

    @property
    def step(self) -> str:
        """Which page was filled in."""
        return self.form.get("step", "") if self.is_post else ""

    def is_genuine(self) -> bool:
        """Whether a form comes from a page that this browser got here."""
        site = self.request.headers.get("sec-fetch-site", "same-origin")
        return (
            bool(self.browser)
            and site == "same-origin"
            and hmac.compare_digest(self.form.get("csrf", "").encode(), self._csrf(self.browser).encode())
        )

    def act(self, action: str, subject: str, person: Person, details: Mapping[str, Any] | None = None) -> None:
        """Put on record what somebody did here, beside signing in."""
        name_act(self.request, action, subject, details, who=person.upn, who_id=person.id)

    def change_cookie(self) -> str:
        """Another cookie for the browser, from now on."""
        self.browser = self._new = secrets.token_urlsafe(32)
        return self.browser

    def show(self, name: str, title: str, status: int = 200, **told: Any) -> Response:
        """A page with a form on it."""
        if not self.browser:
            self.change_cookie()
        given: dict[str, Any] = {"title": title, "organisation": self.server.organisation, "action": self.action}
        given |= {"csrf": self._csrf(self.browser), "application": self.application, "hidden": self.hidden}
        return self.keep(page(name, status, goes_to=self.goes_to, **given | told))

    def say(self, title: str, *lines: str, status: int = 200) -> Response:
        """A page to read."""
        told: dict[str, Any] = {"lines": lines, "request_id": self.attempt.request if status >= 400 else ""}
        return self.keep(page("message", status, title=title, organisation=self.server.organisation, **told))

    def keep(self, response: Response) -> Response:
        """The answer with the browser's new cookie, where it has one."""
        if self._new:
            response.set_cookie(self._cookie, self._new, path="/", secure=True, httponly=True, samesite="lax")
        return response

    def forget(self, response: Response) -> Response:
        """The answer after which the browser has no cookie."""
        response.delete_cookie(self._cookie, path="/", secure=True, httponly=True, samesite="lax")
        return response

    @staticmethod
    def _csrf(browser: str) -> str:
        return hashlib.sha256(b"ropeway form " + browser.encode()).hexdigest()
