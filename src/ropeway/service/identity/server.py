"""Authlib's authorization server over our requests and answers: which grants there are, and what tokens they give."""

# Authlib's classes are open to any framework and typed for none: what they hold is typed here at its first use.
# pyright: reportUnknownMemberType=false, reportIncompatibleMethodOverride=false
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationServer, BaseGrant
from authlib.oauth2.rfc6749.errors import OAuth2Error, UnsupportedGrantTypeError
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from ropeway.directory import people
from ropeway.directory.tables import domain as domains
from ropeway.service.http.buckets import Buckets
from ropeway.service.http.sealing import Seal
from ropeway.service.identity import recording
from ropeway.service.identity.clients import OURS, Client, Clients
from ropeway.service.identity.errors import Refusal
from ropeway.service.identity.issuer import LIFETIME, Issuer
from ropeway.service.identity.passwords import Passwords
from ropeway.service.identity.recording import Attempt, Recording
from ropeway.service.identity.requests import Answered, Posted, TokenRequest
from ropeway.service.identity.second_factors import SecondFactors
from ropeway.service.identity.tokens import SignedIn, client_info, tokens_of
from ropeway.service.identity.unheard import Unheard
from ropeway.store import applications, families
from ropeway.store.database import Database
from ropeway.store.families import Details, Family
from ropeway.store.metadata import tenant as tenants

DEVICES = 300, 10_000, 900.0
"""Devices that begin to wait, of one network and of all, in so many seconds: as long as one waits."""

Once = Callable[[Connection, str], Refusal | None]
"""Takes what a sign-in was shown with, once; it is told the family of the tokens."""


def _always(_c: Connection, _family: str) -> None:
    """What was shown can be shown again."""


class Server(AuthorizationServer):
    """The token endpoint of one tenant."""

    def __init__(
        self, database: Database, tenant: int, issuer: Issuer, seal: Seal, grants: Sequence[type[BaseGrant]]
    ) -> None:
        super().__init__()
        self.database, self.tenant, self.issuer = database, tenant, issuer
        self.second_factors = SecondFactors(database, tenant, seal, issuer.clock)
        self.clients = Clients(database, tenant, issuer, issuer.clock)
        self.passwords = Passwords(database, tenant, issuer.clock)
        self._unheard = Unheard()
        self.recording, self.devices = Recording(), Buckets(*DEVICES)
        self.register_client_auth_method(OURS, self._authenticated)
        for grant in grants:
            self.register_grant(grant)

    @property
    def organisation(self) -> str:
        """What people know the tenant as."""
        with self.database.read() as c:
            return c.scalar(select(tenants.c.name).where(tenants.c.number == self.tenant)) or "Ropeway"

    @property
    def name(self) -> str:
        """A short name for addresses that people type: a verified domain, else the id."""
        d = domains.c
        with self.database.read() as c:
            names = c.scalars(select(d.name).where(d.tenant == self.tenant, d.verified.is_(True))).all()
        return min(names, key=lambda name: (len(name), name), default=self.issuer.tenant)

    def answer(self, posted: Posted) -> Answered:
        """A token, or why there is none."""
        answered: Any = self.create_token_response(posted)
        return answered

    def give(self, request: TokenRequest, signed: SignedIn, once: Once = _always) -> dict[str, Any]:
        """Tokens of a new sign-in; Refusal where nobody consented, or as `once` says.

        `once` takes what the sign-in was shown with, in the same transaction, and is told the family of the tokens.
        """
        scopes = request.scopes
        assert scopes is not None
        name, goes_on = families.new_name(), "offline_access" in scopes.openid
        signed = replace(signed, family=families.id_of(name))
        with self.database.read() as c:
            told = tokens_of(c, self.tenant, self.issuer, signed, scopes)
        details = Details(scopes.words, scopes.resource, signed.at, signed.ways)
        whose, now, token = (signed.app.id, signed.person.id), self.issuer.clock(), ""
        with self.database.write() as c:
            refused = self._gone(c, signed.person.id) or once(c, signed.family)
            if refused is None:
                kept = families.KEPT if goes_on else LIFETIME
                token = families.begin(c, self.tenant, name, *whose, details, now, kept=kept)
                self._note(c, request, 0)
        if refused is not None:
            raise refused
        told |= {"refresh_token": token} if goes_on else {}
        return told | self._client_info(request, signed)

    def give_again(self, request: TokenRequest, signed: SignedIn, family: Family) -> dict[str, Any]:
        """Tokens of a sign-in of before; Refusal 50173 where its refresh token was used already, which ends it."""
        assert request.scopes is not None
        signed, shown = replace(signed, family=family.id), request.form["refresh_token"]
        with self.database.read() as c:
            told = tokens_of(c, self.tenant, self.issuer, signed, request.scopes)
        try:
            following = self._renewed(request, family, shown)
        except SQLAlchemyError:  # a database that is there again says at once what became of it
            following = self._renewed(request, family, shown)
        if not following:
            raise Refusal(50173)
        return told | {"refresh_token": following} | self._client_info(request, signed)

    def _renewed(self, request: TokenRequest, family: Family, shown: str) -> str:
        """The token after the one that was shown; empty where that was used before, which ends the sign-in.

        One that was stored without an answer was given to nobody: in its place the one before is good again.
        """
        good, following = (shown, *self._unheard.of(shown)), families.next_to(shown)
        try:
            with self.database.write() as c:
                renewed = any(families.renew(c, family, one, following, self.issuer.clock()) for one in good)
                if renewed:
                    self._note(c, request, 0)
                else:
                    families.end(c, family.id)
        except SQLAlchemyError:
            self._unheard.note(shown, following)
            raise
        self._unheard.forget(shown)
        return following if renewed else ""

    def _gone(self, c: Connection, person: str) -> Refusal | None:
        """Why somebody is given nothing who was somebody a moment ago; nobody ends their sign-ins meanwhile."""
        families.hold(c, self.tenant, person)
        now = people.by_id(c, self.tenant, person)
        if now is None:
            return Refusal(50173)
        return None if now.enabled else Refusal(50057)

    def revoke(self, posted: Posted) -> Answered:
        """POST /revoke: the sign-in that a refresh token belongs to is over; others are none of ours (RFC 7009)."""
        app = self.clients.authenticated(posted.form, posted.headers).app
        if not posted.form.get("token"):
            raise Refusal(900144, "token")
        with self.database.write() as c:
            family = families.find(c, self.tenant, posted.form["token"])
            if family is not None and family.application == app.id:
                families.end(c, family.id)
        return Answered(200, {})

    def end(self, family: str) -> None:
        """A sign-in is over."""
        with self.database.write() as c:
            families.end(c, family)

    def _client_info(self, request: TokenRequest, signed: SignedIn) -> dict[str, str]:
        wanted = request.form.get("client_info") == "1"
        return {"client_info": client_info(self.issuer, signed.person)} if wanted else {}

    def _authenticated(self, _query: object, request: TokenRequest) -> Client:
        client = self.clients.authenticated(request.form, request.posted.headers)
        request.client, request.app = client, client.app
        return client

    # what Authlib asks of a framework

    def query_client(self, client_id: str) -> Client:
        return self.clients.find(client_id)

    def create_oauth2_request(self, request: Posted | TokenRequest) -> TokenRequest:
        return request if isinstance(request, TokenRequest) else TokenRequest(request)

    def save_token(self, token: Mapping[str, Any], request: TokenRequest) -> None:  # noqa: ARG002 - it is in no table
        self.note(request, 0)

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""

    def handle_response(self, status: int, body: dict[str, Any], headers: Any) -> Answered:
        return Answered(status, body, dict(headers))

    def handle_error_response(self, request: TokenRequest, error: OAuth2Error) -> Answered:
        refusal = error if isinstance(error, Refusal) else _refusal(request, error)
        if refusal.number == 70016:
            pass  # nobody tried anything
        elif request.app is not None or refusal.number in (7000215, 7000222, 700027, 700024, 7000218):
            self.note(request, refusal.reason)
        correlation = request.posted.headers.get("client-request-id", "")[:64]
        headers = {"WWW-Authenticate": 'Basic realm="ropeway"'} if refusal.status_code == 401 else {}
        return Answered(refusal.status_code, refusal.body(request.posted.request, correlation), headers)

    def note(self, request: TokenRequest, error: int) -> None:
        """Put a sign-in on record."""
        if self.recording.wants(error, request.posted.address):
            with self.database.write() as c:
                self._note(c, request, error)

    def _note(self, c: Connection, request: TokenRequest, error: int) -> None:
        posted, form = request.posted, request.form
        app = request.app or applications.by_app_id(c, self.tenant, form.get("client_id", ""))
        if app is None:
            return
        way = form.get("grant_type", "")
        attempt = Attempt(posted.address, posted.headers.get("user-agent", ""), posted.request, way)
        who = None if way == "client_credentials" else request.person or request.named
        resource = request.scopes.resource if request.scopes else ""
        now = self.issuer.clock()
        recording.note(c, self.tenant, attempt, app, who=who, error=error, now=now, resource=resource)


def _refusal(request: TokenRequest, error: OAuth2Error) -> Refusal:
    """Authlib's own refusals, in Entra ID's words."""
    asked = request.form.get("grant_type", "")
    if isinstance(error, UnsupportedGrantTypeError):
        return Refusal(70003, asked) if asked else Refusal(900144, "grant_type")
    if error.error == "unauthorized_client":
        return Refusal(7000218)
    return Refusal(9002313)
