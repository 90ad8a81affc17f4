"""Sign-in of one tenant: its issuer, its token endpoint, and whom a token of its stands for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from sqlalchemy import select
from starlette.requests import HTTPConnection

from ropeway.directory import tables
from ropeway.model.permissions import access_of, may, rule_of
from ropeway.model.problems import Problem, RopewayError
from ropeway.service.http.sealing import Seal
from ropeway.service.identity.errors import Refusal
from ropeway.service.identity.issuer import Claims, Issuer
from ropeway.service.identity.keys import SigningKeys
from ropeway.service.identity.server import Server
from ropeway.store import applications
from ropeway.store.database import Database
from ropeway.store.metadata import tenant as tenants
from ropeway.store.tokens import TokenRow

ANY = ("common", "organizations")
"""Segments that name no tenant: the one that is served."""


class Identity:
    """What the service has for sign-in."""

    def __init__(self, database: Database, tenant: int, url: str, seal: Seal, clock: Callable[[], float]) -> None:
        self._db, self._tenant, self._url, self._clock = database, tenant, url, clock
        self.keys = SigningKeys(database, tenant, seal, clock)

    @cached_property
    def issuer(self) -> Issuer:
        """Whoever signs."""
        with self._db.read() as c:
            id_: str = c.scalar(select(tenants.c.id).where(tenants.c.number == self._tenant)) or ""
        return Issuer(self._url, id_, self.keys, self._clock)

    @cached_property
    def _server(self) -> Server:
        return Server(self._db, self._tenant, self.issuer)

    def issuer_of(self, segment: str) -> Issuer:
        """The issuer of the tenant that a path names, by id or verified domain; Refusal 90002."""
        name = segment.lower()
        if name not in (self.issuer.tenant, *ANY) and not self.has_domain(name):
            raise Refusal(90002, segment)
        return self.issuer

    def server_of(self, segment: str) -> Server:
        """The token endpoint of that tenant."""
        self.issuer_of(segment)
        return self._server

    def has_domain(self, name: str) -> bool:
        """Whether a domain is verified here."""
        d = tables.domain.c
        with self._db.read() as c:
            return bool(c.scalar(select(d.verified).where(d.tenant == self._tenant, d.name == name.lower())))

    def caller(self, request: HTTPConnection, text: str) -> TokenRow:
        """Whom an access token stands for, where it opens what the request asks for.

        RopewayError `not-signed-in` or `not-allowed`.
        """
        claims = self.issuer.verified(text)
        if claims is None or not self._is_there(claims):
            raise RopewayError(Problem("not-signed-in"))
        rule = rule_of(request.scope["path"], request.scope.get("raw_path") or request.scope["path"].encode())
        access = access_of(request.scope["method"])
        if not may(rule, access, has=claims["roles"], roles=None):
            wanted = " or ".join(sorted(rule.permissions(access))) if rule else ""
            reason = f"This needs the permission {wanted}." if wanted else "No permission opens this to applications."
            raise RopewayError(Problem("not-allowed", details={"reason": reason}))
        name = str(claims["app_displayname"])
        return TokenRow(self._tenant, "administrator", name, claims["iat"], claims["exp"], str(claims["uti"])[:12])

    def _is_there(self, claims: Claims) -> bool:
        """Whether the application still is: one that was removed or disabled has no token that is worth anything."""
        if claims.get("idtyp") != "app":
            return False
        with self._db.read() as c:
            app = applications.by_app_id(c, self._tenant, str(claims.get("appid", "")))
        return app is not None and app.enabled
