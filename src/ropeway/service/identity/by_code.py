"""Tokens for the code that came back from the sign-in pages (RFC 6749 4.1, RFC 7636)."""

# pyright: reportUnknownMemberType=false, reportIncompatibleMethodOverride=false
# pyright: reportIncompatibleVariableOverride=false, reportUnknownParameterType=false

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from functools import partial
from typing import Any

from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from sqlalchemy import Connection

from ropeway.directory import people
from ropeway.service.identity.clients import OURS
from ropeway.service.identity.errors import Refusal
from ropeway.service.identity.requests import TokenRequest
from ropeway.service.identity.scopes import read_scopes
from ropeway.service.identity.server import Server
from ropeway.service.identity.tokens import SignedIn
from ropeway.store import codes, families
from ropeway.store.codes import Code

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class ByCode(AuthorizationCodeGrant):
    """A person who signed in at a browser."""

    TOKEN_ENDPOINT_AUTH_METHODS = [OURS]  # noqa: RUF012 - as Authlib has it
    request: TokenRequest
    server: Server

    def validate_token_request(self) -> None:
        """The code must be the application's, still good, and be shown as it was asked for."""
        self.authenticate_token_endpoint_client()
        request, server = self.request, self.server
        assert request.app is not None
        for name in ("code", "redirect_uri"):
            if not request.form.get(name):
                raise Refusal(900144, name)
        with server.database.read() as c:
            code = codes.find(c, server.tenant, request.form["code"])
            if code is None or code.application != request.app.id:
                raise Refusal(70000)
            request.person = people.by_id(c, server.tenant, code.person)
        self._check(code)
        request.code = code
        request.scopes = read_scopes(" ".join(code.details.scopes), server.issuer.url)

    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:
        """Tokens, this once."""
        request, code = self.request, self.request.code
        assert request.app is not None
        assert request.person is not None
        assert code is not None
        said = code.details
        signed = SignedIn(request.person, request.app, said.ways, said.at, said.nonce)
        return 200, self.server.give(request, signed, partial(self._once, code)), self.TOKEN_RESPONSE_HEADER

    def _check(self, code: Code) -> None:
        request, server = self.request, self.server
        if code.used is not None:
            if code.family:
                server.end(code.family)
            raise Refusal(54005)
        if code.expires <= server.issuer.clock():
            raise Refusal(70008)
        if code.details.redirect != request.form["redirect_uri"]:
            raise Refusal(70000)
        verifier = request.form.get("code_verifier", "")
        if bool(verifier) != bool(code.details.challenge) or (verifier and not _VERIFIER.fullmatch(verifier)):
            raise Refusal(501481)
        if verifier and not hmac.compare_digest(challenge_of(verifier), code.details.challenge):
            raise Refusal(501481)
        if request.person is None:
            raise Refusal(50173)
        if not request.person.enabled:
            raise Refusal(50057)

    def _once(self, code: Code, c: Connection, family: str) -> Refusal | None:
        """Of two who show it at once the second one ends what the first one got."""
        if codes.use(c, code, family, self.server.issuer.clock()):
            return None
        now = codes.find(c, self.server.tenant, self.request.form["code"])
        if now is not None and now.family:
            families.end(c, now.family)
        return Refusal(54005)


def challenge_of(verifier: str) -> str:
    """What a verifier's challenge is, S256."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode()
