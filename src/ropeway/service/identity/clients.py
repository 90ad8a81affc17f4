"""Who a client of the token endpoint is: by secret, by an assertion signed with its certificate's key, or by name."""

from __future__ import annotations

import binascii
import hmac
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

import msgspec
from authlib.oauth2.rfc6749 import ClientMixin
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from ropeway.service.identity.errors import Refusal
from ropeway.service.identity.issuer import SKEW, Issuer
from ropeway.service.identity.keys import public_key
from ropeway.service.identity.redirects import fits
from ropeway.store import applications
from ropeway.store.applications import Application, Credential
from ropeway.store.database import Database

OURS = "ropeway"
"""What Authlib calls the one way in which clients authenticate: whichever they chose."""

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST = 16 * 1024
"""Characters of an assertion, its certificates included."""
ALGORITHMS = ["RS256", "PS256"]
LIFETIME = 86400.0
"""Seconds that an assertion may be good for; MSAL says ten minutes."""


class _Wide(JWSRegistry):
    """Headers with a chain of certificates in them, as MSAL sends."""

    max_header_length = LONGEST


@dataclass(frozen=True, slots=True)
class Client(ClientMixin):
    """An application at the token endpoint, as Authlib wants one."""

    app: Application

    def get_client_id(self) -> str:
        return self.app.app_id

    def get_default_redirect_uri(self) -> str:
        return self.app.redirects[0] if self.app.redirects else ""

    def get_allowed_scope(self, scope: Any) -> str:
        return str(scope)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return fits(self.app, redirect_uri)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002 - one method, which chose
        return True

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return not (self.app.public and grant_type == "client_credentials")


@dataclass(frozen=True, slots=True)
class Clients:
    """The applications of a tenant, as they show who they are."""

    database: Database
    tenant: int
    issuer: Issuer
    clock: Callable[[], float]

    def find(self, app_id: str) -> Client:
        """By appId; Refusal 700016 or 7000112."""
        with self.database.read() as c:
            app = applications.by_app_id(c, self.tenant, app_id) if app_id.isprintable() else None
        if app is None:
            raise Refusal(700016, app_id)
        if not app.enabled:
            raise Refusal(7000112, app.app_id)
        return Client(app)

    def authenticated(self, form: Mapping[str, str], headers: Mapping[str, str]) -> Client:
        """Whoever asks, or the Refusal that says what was wrong."""
        id_, secret = form.get("client_id", ""), form.get("client_secret", "")
        if headers.get("authorization", "").lower().startswith("basic "):
            id_, secret = _basic(headers["authorization"])
        assertion = form.get("client_assertion", "")
        if not id_ and assertion:
            id_ = str(_part(assertion, 1).get("iss", ""))
        if not id_:
            raise Refusal(900144, "client_id")
        client = self.find(id_)
        if client.app.public:
            if secret or assertion:
                raise Refusal(700025)
            return client
        if assertion:
            self._check_assertion(client.app, form.get("client_assertion_type", ""), assertion)
        elif secret:
            self._check_secret(client.app, secret)
        else:
            raise Refusal(7000218)
        return client

    def _credentials(self, app: Application, kind: str) -> list[Credential]:
        with self.database.read() as c:
            return applications.credentials(c, app, kind)

    def _check_secret(self, app: Application, secret: str) -> None:
        digest = applications.digest_of(secret)
        same = [x for x in self._credentials(app, "secret") if hmac.compare_digest(x.digest, digest)]
        if not same:
            raise Refusal(7000215)
        if same[0].expires <= self.clock():
            raise Refusal(7000222, app.app_id)

    def _check_assertion(self, app: Application, kind: str, text: str) -> None:
        if kind != ASSERTION or len(text) > LONGEST:
            raise Refusal(50012)
        certificate = self._certificate(app, _part(text, 0))
        try:
            registry = _Wide(algorithms=ALGORITHMS)
            claims = jwt.decode(text, public_key(certificate), algorithms=ALGORITHMS, registry=registry).claims
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise Refusal(700027) from None
        if claims.get("iss") != claims.get("sub") or str(claims.get("sub", "")).lower() != app.app_id:
            raise Refusal(50048)
        audience: Any = claims.get("aud")
        if audience not in (self.issuer.endpoint, self.issuer.name):
            raise Refusal(50012)
        now, ends, begins = self.clock(), claims.get("exp"), claims.get("nbf", 0)
        if not isinstance(ends, (int, float)) or not isinstance(begins, (int, float)):
            raise Refusal(700024)
        if not (begins <= now + SKEW and now - SKEW < ends <= now + LIFETIME):  # a number of any size is compared
            raise Refusal(700024)

    def _certificate(self, app: Application, header: Mapping[str, Any]) -> x509.Certificate:
        """The registered certificate that the header means; `x5c` is nobody's word but the client's."""
        shown = [_bytes(header.get(name)) for name in ("x5t#S256", "x5t", "kid")]
        for one in self._credentials(app, "certificate"):
            certificate = x509.load_pem_x509_certificate(one.certificate.encode())
            prints = (certificate.fingerprint(hashes.SHA256()), certificate.fingerprint(hashes.SHA1()))  # noqa: S303 - x5t
            if one.expires > self.clock() and any(p in shown for p in prints):
                return certificate
        raise Refusal(700027)


def _part(text: str, place: int) -> dict[str, Any]:
    """Header or claims of a JWT that nobody verified yet."""
    try:
        found = msgspec.json.decode(_bytes(text.split(".")[place]), type=dict[str, Any])
    except (msgspec.MsgspecError, IndexError, RecursionError):
        raise Refusal(50012) from None
    return found


def _bytes(value: object) -> bytes:
    text = value if isinstance(value, str) else ""
    try:
        return urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
    except (binascii.Error, UnicodeEncodeError, ValueError):
        return b""


def _basic(header: str) -> tuple[str, str]:
    """Name and secret, each encoded as in a form (RFC 6749 2.3.1)."""
    try:
        name, _, secret = b64decode(header.partition(" ")[2], validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Refusal(9002313) from None
    return unquote_plus(name), unquote_plus(secret)
