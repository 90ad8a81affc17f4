"""Sign-in of one tenant: its issuer, its token endpoint, and whom a token of its stands for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from sqlalchemy import select

from ropeway.directory import people, tables
from ropeway.service.http.sealing import Seal
from ropeway.service.identity.by_code import ByCode
from ropeway.service.identity.by_device import ByDevice
from ropeway.service.identity.by_itself import ByItself
from ropeway.service.identity.by_password import ByPassword
from ropeway.service.identity.by_refresh import ByRefresh
from ropeway.service.identity.callers import Caller, caller
from ropeway.service.identity.errors import Refusal
from ropeway.service.identity.issuer import Issuer
from ropeway.service.identity.keys import SigningKeys
from ropeway.service.identity.redirects import origin
from ropeway.service.identity.server import Server
from ropeway.store import applications
from ropeway.store.database import Database
from ropeway.store.metadata import tenant as tenants

ANY = ("common", "organizations")
"""Segments that name no tenant: the one that is served."""
GRANTS = (ByItself, ByPassword, ByCode, ByDevice, ByRefresh)
"""The ways to a token."""


class Identity:
    """What the service has for sign-in."""

    def __init__(self, database: Database, tenant: int, url: str, seal: Seal, clock: Callable[[], float]) -> None:
        self._db, self._tenant, self._url, self._seal, self._clock = database, tenant, url, seal, clock
        self.keys = SigningKeys(database, tenant, seal, clock)

    @cached_property
    def issuer(self) -> Issuer:
        """Whoever signs."""
        with self._db.read() as c:
            id_: str = c.scalar(select(tenants.c.id).where(tenants.c.number == self._tenant)) or ""
        return Issuer(self._url, id_, self.keys, self._clock)

    @cached_property
    def _server(self) -> Server:
        return Server(self._db, self._tenant, self.issuer, self._seal, GRANTS)

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

    def person(self, text: str) -> dict[str, str] | None:
        """Whom an access token with `openid` is about, as userinfo tells it (OpenID Connect Core 5.3)."""
        claims = self.issuer.verified(text)
        if claims is None or "openid" not in str(claims.get("scp", "")).split() or self.caller(text) is None:
            return None
        with self._db.read() as c:
            person = people.by_id(c, self._tenant, str(claims.get("oid", "")))
        if person is None:
            return None
        told = {"sub": person.id, "name": person.name, "preferred_username": person.upn, "email": person.mail}
        return {name: value for name, value in told.items() if value}

    def origins(self) -> set[str]:
        """Where pages are of applications that are such pages."""
        with self._db.read() as c:
            apps = [app for app in applications.every(c, self._tenant) if app.public]
        return {origin(uri) for app in apps for uri in app.redirects}

    def caller(self, text: str) -> Caller | None:
        """Whom an access token stands for; None for every text that is none of ours, or whose bearer is gone."""
        claims = self.issuer.verified(text)
        if claims is None:
            return None
        with self._db.read() as c:
            return caller(c, self._tenant, claims)
