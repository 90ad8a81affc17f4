"""Tokens anew, by the refresh token that came with the last ones (RFC 6749 6, RFC 9700 4.14)."""

# pyright: reportUnknownMemberType=false, reportIncompatibleMethodOverride=false
# pyright: reportIncompatibleVariableOverride=false, reportUnknownParameterType=false

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749.grants import RefreshTokenGrant

from ropeway.directory import people
from ropeway.service.identity.clients import OURS
from ropeway.service.identity.errors import Refusal
from ropeway.service.identity.requests import TokenRequest
from ropeway.service.identity.scopes import read_scopes
from ropeway.service.identity.server import Server
from ropeway.service.identity.tokens import SignedIn
from ropeway.store import families
from ropeway.store.families import Family


class ByRefresh(RefreshTokenGrant):
    """A sign-in of before, gone on with."""

    TOKEN_ENDPOINT_AUTH_METHODS = [OURS]  # noqa: RUF012 - as Authlib has it
    request: TokenRequest
    server: Server

    def validate_token_request(self) -> None:
        """Who asks, and what for; whether the token is good is found out when it is used."""
        self.authenticate_token_endpoint_client()
        request = self.request
        if not request.form.get("refresh_token"):
            raise Refusal(900144, "refresh_token")
        request.family = family = self._family(request.form["refresh_token"])
        asked = request.form.get("scope", "") or " ".join(family.details.scopes)
        request.scopes = read_scopes(asked, self.server.issuer.url)

    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:
        """Tokens, and the next refresh token in place of this one."""
        request, family = self.request, self.request.family
        assert request.app is not None
        assert request.person is not None
        assert family is not None
        signed = SignedIn(request.person, request.app, family.details.ways, family.details.at)
        return 200, self.server.give_again(request, signed, family), self.TOKEN_RESPONSE_HEADER

    def _family(self, text: str) -> Family:
        """Refusal 70000 for a token of nobody, or of another application; 70008 for an expired one; 50057, 50173."""
        request, server = self.request, self.server
        assert request.app is not None
        with server.database.read() as c:
            family = families.find(c, server.tenant, text)
            if family is None or family.application != request.app.id:
                raise Refusal(70000)
            request.person = people.by_id(c, server.tenant, family.person)
        if family.expires <= server.issuer.clock():
            raise Refusal(70008)
        if request.person is None or not request.person.enabled:
            server.end(family.id)
            raise Refusal(50057 if request.person else 50173)
        return family
