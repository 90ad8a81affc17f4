"""Applications, for administrators: who they are, what they show, what they may do."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import Connection, select

from ropeway.control.protocol import ApplicationView, CredentialView, SecretView
from ropeway.control.running import trouble
from ropeway.control.views import iso
from ropeway.model.permissions import KNOWN, SCOPES
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.store import applications
from ropeway.store.applications import Application, Credential
from ropeway.store.database import Database
from ropeway.store.metadata import tenant

if TYPE_CHECKING:
    from cryptography import x509

LONGEST_NAME = 120
_HOST = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")
SHORTEST, LONGEST = 60.0, 2 * 365 * 86400.0
"""Seconds for which a secret may be good."""


class Applications:
    """The applications of a tenant."""

    def __init__(self, database: Database, tenant: int, clock: Callable[[], float]) -> None:
        self._db, self._tenant, self._clock = database, tenant, clock

    def every(self) -> list[ApplicationView]:
        """All of them."""
        with trouble(), self._db.read() as c:
            return [self._view(c, app) for app in applications.every(c, self._tenant)]

    def one(self, named: str) -> ApplicationView:
        """By name or one of its ids."""
        with trouble(), self._db.read() as c:
            return self._view(c, applications.find(c, self._tenant, named))

    def create(self, name: str, *, public: bool, redirects: Sequence[str]) -> ApplicationView:
        """A new one."""
        _check_name(name)
        for uri in redirects:
            check_redirect(uri)
        with trouble(), self._db.write() as c:
            made = applications.create(
                c, self._tenant, name.strip(), self._clock(), public=public, redirects=tuple(redirects)
            )
            return self._view(c, made)

    def change(
        self,
        named: str,
        *,
        name: str | None = None,
        redirects: Sequence[str] | None = None,
        enabled: bool | None = None,
        required: Sequence[str] | None = None,
    ) -> ApplicationView:
        """What is said; None stays as it is."""
        if name is not None:
            _check_name(name)
        for uri in redirects or ():
            check_redirect(uri)
        with trouble(), self._db.write() as c:
            app = applications.find(c, self._tenant, named)
            app = app._replace(
                name=app.name if name is None else name.strip(),
                redirects=app.redirects if redirects is None else tuple(dict.fromkeys(redirects)),
                enabled=app.enabled if enabled is None else enabled,
                required=app.required if required is None else tuple(sorted(set(required))),
            )
            return self._view(c, applications.change(c, app))

    def strip(self, named: str) -> ApplicationView:
        """It signs in no more, and has no permissions; its credentials stay."""
        with trouble(), self._db.write() as c:
            app = applications.find(c, self._tenant, named)
            applications.forbid_all(c, app)
            return self._view(c, applications.change(c, app._replace(enabled=False)))

    def remove(self, named: str) -> ApplicationView:
        """With everything that it has."""
        with trouble(), self._db.write() as c:
            app = applications.find(c, self._tenant, named)
            view = self._view(c, app)
            applications.remove(c, app)
            return view

    def add_secret(self, named: str, name: str, lifetime: float) -> SecretView:
        """Shown this once."""
        now, seconds = self._clock(), min(max(lifetime, SHORTEST), LONGEST)
        with trouble(), self._db.write() as c:
            app = self._confidential(c, named)
            made, secret = applications.add_secret(c, app, name[:LONGEST_NAME], now=now, expires=now + seconds)
        return SecretView(application=app.name, id=made.id, secret=secret.reveal(), expires=iso(made.expires) or "")

    def add_certificate(self, named: str, pem: str, name: str) -> ApplicationView:
        """A certificate of the application's own; nobody needs to have signed it."""
        from cryptography.hazmat.primitives import hashes, serialization  # large, and most commands need none of it

        certificate = _read(pem)
        ends = certificate.not_valid_after_utc.timestamp()
        if ends <= self._clock():
            raise _invalid(f"The certificate expired {certificate.not_valid_after_utc:%Y-%m-%d}")
        with trouble(), self._db.write() as c:
            app = self._confidential(c, named)
            applications.add_certificate(
                c,
                app,
                name[:LONGEST_NAME] or certificate.subject.rfc4514_string()[:LONGEST_NAME],
                pem=certificate.public_bytes(serialization.Encoding.PEM).decode(),
                fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
                now=self._clock(),
                expires=ends,
            )
            return self._view(c, app)

    def drop(self, named: str, id_: str) -> ApplicationView:
        """Away with a secret or certificate."""
        with trouble(), self._db.write() as c:
            app = applications.find(c, self._tenant, named)
            applications.drop_credential(c, app, id_)
            return self._view(c, app)

    def set_redirects(self, named: str, add: Sequence[str], remove: Sequence[str]) -> ApplicationView:
        """Where people come back to."""
        for uri in add:
            check_redirect(uri)
        with trouble(), self._db.write() as c:
            app = applications.find(c, self._tenant, named)
            unknown = next((uri for uri in remove if uri not in app.redirects), None)
            if unknown is not None:
                raise _invalid(f"{app.name} has no redirect URI “{shown(unknown)}”")
            kept = [uri for uri in app.redirects if uri not in remove]
            app = app._replace(redirects=tuple(dict.fromkeys([*kept, *add])))
            return self._view(c, applications.change(c, app))

    def require(
        self, named: str, add: Sequence[str], remove: Sequence[str], *, delegated: bool = False
    ) -> ApplicationView:
        """What administrators are asked for; nothing is granted by it."""
        kind = "Scope" if delegated else "Role"
        more = {f"{kind} {name}" for name in _known(add, delegated=delegated)}
        less = {f"{kind} {name}".lower() for name in remove}
        with trouble(), self._db.write() as c:
            app = applications.find(c, self._tenant, named)
            kept = {one for one in app.required if one.lower() not in less}
            return self._view(c, applications.change(c, app._replace(required=tuple(sorted(kept | more)))))

    def permit(
        self, named: str, grant: Sequence[str], revoke: Sequence[str], *, delegated: bool = False
    ) -> ApplicationView:
        """Grant and take back; tokens that were issued keep what they say until they expire, within the hour."""
        person = applications.EVERYBODY if delegated else applications.BY_ITSELF
        granted = _known(grant, delegated=delegated)
        with trouble(), self._db.write() as c:
            app = applications.find(c, self._tenant, named)
            applications.allow(c, app, granted, self._clock(), person)
            applications.forbid(
                c, app, [_spelled(delegated=delegated).get(name.lower(), name) for name in revoke], person
            )
            return self._view(c, app)

    def _confidential(self, c: Connection, named: str) -> Application:
        app = applications.find(c, self._tenant, named)
        if app.public:
            raise _invalid(f"{app.name} is a public application, which can keep no secret")
        return app

    def _view(self, c: Connection, app: Application) -> ApplicationView:
        return ApplicationView(
            name=app.name,
            app_id=app.app_id,
            id=app.id,
            service_principal=app.principal,
            tenant=c.scalar(select(tenant.c.id).where(tenant.c.number == self._tenant)) or "",
            public=app.public,
            enabled=app.enabled,
            redirect_uris=app.redirects,
            permissions=tuple(applications.permissions(c, app)),
            delegated=tuple(applications.permissions(c, app, applications.EVERYBODY)),
            required=app.requires("Role"),
            required_delegated=app.requires("Scope"),
            credentials=tuple(_credential(one) for one in applications.credentials(c, app)),
            created=iso(app.created) or "",
        )


def _credential(one: Credential) -> CredentialView:
    return CredentialView(
        id=one.id,
        kind=one.kind,
        name=one.name,
        hint=one.hint if one.kind == "secret" else one.digest,
        created=iso(one.created) or "",
        expires=iso(one.expires) or "",
    )


def _read(pem: str) -> x509.Certificate:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import rsa

    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        key = certificate.public_key()
    except ValueError:
        raise _invalid("This is no certificate in PEM") from None
    if not isinstance(key, rsa.RSAPublicKey) or not 2048 <= key.key_size <= 8192:
        raise _invalid("The certificate's key must be RSA of 2048 to 8192 bits, which MSAL signs with")
    return certificate


def _known(names: Sequence[str], *, delegated: bool) -> list[str]:
    """Permissions as they are spelled; RopewayError `permission-unknown`."""
    by_name = _spelled(delegated=delegated)
    unknown = next((name for name in names if name.lower() not in by_name), None)
    if unknown is not None:
        raise RopewayError(_unknown_permission(unknown, delegated=delegated))
    return [by_name[name.lower()] for name in names]


def _spelled(*, delegated: bool) -> dict[str, str]:
    return {name.lower(): name for name in (SCOPES if delegated else KNOWN)}


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise _invalid(f"“{shown(name)}” is no name: it has 1 to {LONGEST_NAME} characters that can be seen")


def check_redirect(uri: str) -> None:
    """HTTPS anywhere, HTTP on loopback alone; no fragment (RFC 6749 3.1.2), nothing that is no address.

    A host is a name or an address, as ASCII has it: pages name it in their content security policy.
    """
    try:
        parts = urlsplit(uri)
        local, port = parts.hostname in ("localhost", "127.0.0.1", "::1"), parts.port
        host = parts.netloc if port is None else parts.netloc.removesuffix(f":{port}")
        good = bool(_HOST.fullmatch(host)) and (parts.scheme == "https" or (parts.scheme == "http" and local))
    except ValueError:
        good = False
    if not good or set(uri) & set('#*" <>\\^`{|}') or not (uri.isascii() and uri.isprintable()) or len(uri) > 500:
        raise _invalid(f"“{shown(uri)}” is no redirect URI: https://HOST/PATH, or http://localhost for programs")


def _invalid(reason: str) -> RopewayError:
    return RopewayError(Problem("application-invalid", details={"reason": reason}))


def _unknown_permission(name: str, *, delegated: bool) -> Problem:
    """It may be one that is for people alone."""
    for_people = not delegated and name.lower() in {one.lower() for one in SCOPES}
    otherwise = " to an application by itself, only for people: add --delegated" if for_people else ""
    return Problem("permission-unknown", value=shown(name), details={"otherwise": otherwise})
