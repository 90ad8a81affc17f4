"""Sign-in by name and password alone (RFC 6749 4.3), where nobody sits at a browser."""

# pyright: reportUnknownMemberType=false, reportIncompatibleMethodOverride=false
# pyright: reportIncompatibleVariableOverride=false, reportUnknownParameterType=false

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749.grants import ResourceOwnerPasswordCredentialsGrant
from sqlalchemy import Connection

from ropeway.directory.people import Person
from ropeway.model.secret import Secret
from ropeway.service.identity.clients import OURS
from ropeway.service.identity.errors import Refusal
from ropeway.service.identity.requests import TokenRequest
from ropeway.service.identity.scopes import GRAPH, read_scopes
from ropeway.service.identity.server import Server
from ropeway.service.identity.tokens import SignedIn
from ropeway.store import passwords


class ByPassword(ResourceOwnerPasswordCredentialsGrant):
    """A person whose password the application asks for itself."""

    TOKEN_ENDPOINT_AUTH_METHODS = [OURS]  # noqa: RUF012 - as Authlib has it
    request: TokenRequest
    server: Server

    def authenticate_user(self, username: str, password: str) -> Person:
        """Refusals for every way in which it is not that person, or a password is not enough."""
        request, passwords = self.request, self.server.passwords
        if not username or not password:
            raise Refusal(900144, "username" if not username else "password")
        request.named = username
        request.person = person = passwords.person(username)
        kept = passwords.check(person or username, Secret(password), request.posted.address)
        assert person is not None
        if kept.must_change:
            raise Refusal(50055)
        if kept.second_factor is not None:
            raise Refusal(50076 if kept.second_factor else 50079, GRAPH)
        request.password = kept
        return person

    def validate_requested_scope(self) -> None:
        """One resource, and permissions of it."""
        self.request.scopes = read_scopes(self.request.form.get("scope", ""), self.server.issuer.url)

    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:
        """Tokens for the application."""
        request = self.request
        assert request.app is not None
        assert request.person is not None
        signed = SignedIn(request.person, request.app, ("pwd",), self.server.issuer.clock())
        return 200, self.server.give(request, signed, self._once), self.TOKEN_RESPONSE_HEADER

    def _once(self, c: Connection, _family: str) -> Refusal | None:
        """It must be the password still: comparing it takes a while, in which it may be replaced."""
        kept = self.request.password
        assert kept is not None
        return None if passwords.is_still(c, self.server.tenant, kept) else Refusal(50126)
