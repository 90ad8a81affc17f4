"""Tokens of an application that acts by itself (RFC 6749 4.4)."""

# pyright: reportUnknownMemberType=false, reportIncompatibleMethodOverride=false
# pyright: reportIncompatibleVariableOverride=false, reportUnknownParameterType=false

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant

from ropeway.service.identity.clients import OURS
from ropeway.service.identity.errors import Refusal
from ropeway.service.identity.requests import TokenRequest
from ropeway.service.identity.scopes import DEFAULT, read_scopes
from ropeway.service.identity.server import Server
from ropeway.service.identity.tokens import BEARER
from ropeway.store import applications


class ByItself(ClientCredentialsGrant):
    """An application that acts by itself, with the app roles that it was granted."""

    TOKEN_ENDPOINT_AUTH_METHODS = [OURS]  # noqa: RUF012 - as Authlib has it
    request: TokenRequest
    server: Server

    def validate_requested_scope(self) -> None:
        """One resource, and all that was granted of it."""
        asked = self.request.form.get("scope", "")
        self.request.scopes = scopes = read_scopes(asked, self.server.issuer.url)
        if scopes.names != frozenset({DEFAULT}):
            raise Refusal(1002012, asked)

    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:
        """An access token, and nothing to renew it with."""
        app, scopes = self.request.app, self.request.scopes
        assert app is not None
        assert scopes is not None
        with self.server.database.read() as c:
            roles = applications.permissions(c, app)
        claims: dict[str, Any] = {
            "appid": app.app_id,
            "azp": app.app_id,
            "app_displayname": app.name,
            "oid": app.principal,
        }
        claims |= {"sub": app.principal, "idtyp": "app", "roles": roles}
        token = {"access_token": self.server.issuer.sign(claims, scopes.resource)}
        self.save_token(token)
        return 200, BEARER | token, self.TOKEN_RESPONSE_HEADER
