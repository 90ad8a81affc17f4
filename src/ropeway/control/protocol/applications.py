"""Applications that sign in, and what they may do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec


class CredentialView(msgspec.Struct, frozen=True, kw_only=True):
    """What an application shows: `secret` or `certificate`."""

    id: str
    kind: str
    name: str
    hint: str
    """The first characters of a secret, or the SHA-256 of a certificate."""
    created: str
    expires: str


class ApplicationView(msgspec.Struct, frozen=True, kw_only=True):
    """An application that signs in by itself or for people."""

    name: str
    app_id: str
    """What it calls itself: client_id."""
    id: str
    service_principal: str
    tenant: str
    public: bool
    """It can keep no secret."""
    enabled: bool
    redirect_uris: tuple[str, ...]
    permissions: tuple[str, ...]
    """What it may do by itself."""
    delegated: tuple[str, ...] = ()
    """What it may do for everybody who signs in to it, as far as they may."""
    required: tuple[str, ...] = ()
    """What administrators are asked to let it do by itself."""
    required_delegated: tuple[str, ...] = ()
    """What they are asked to let it do for everybody."""
    credentials: tuple[CredentialView, ...]
    created: str


class SecretView(msgspec.Struct, frozen=True, kw_only=True):
    """A new secret of an application. It is shown this once: what is kept is its digest."""

    application: str
    id: str
    secret: str
    expires: str

    def __repr__(self) -> str:
        return f"SecretView(application={self.application!r}, id={self.id!r})"


class ApplicationCalls(Protocol):
    """Applications, by name, appId or id."""

    def applications(self) -> Sequence[ApplicationView]:
        """All of them, by name."""
        ...

    def application(self, application: str) -> ApplicationView:
        """One, by name, appId or id."""
        ...

    def create_application(
        self, name: str, *, public: bool = False, redirect_uris: Sequence[str] = ()
    ) -> ApplicationView:
        """A new one that may do nothing yet; a public one, for programs on people's machines, can keep no secret."""
        ...

    def remove_application(self, application: str) -> ApplicationView:
        """It is nobody from now on: its tokens, secrets and certificates are worth nothing."""
        ...

    def add_secret(self, application: str, name: str = "", lifetime: float = 15552000.0) -> SecretView:
        """A new secret, good for `lifetime` seconds, two years at most."""
        ...

    def add_certificate(self, application: str, certificate: str, name: str = "") -> ApplicationView:
        """A certificate in PEM whose RSA key will sign assertions."""
        ...

    def drop_credential(self, application: str, credential: str) -> ApplicationView:
        """A secret or certificate, by its id, is worth nothing any more."""
        ...

    def set_permissions(
        self, application: str, *, grant: Sequence[str] = (), revoke: Sequence[str] = (), delegated: bool = False
    ) -> ApplicationView:
        """What it may do by itself, or for everybody who signs in to it, named as Graph's permissions."""
        ...

    def set_required(
        self, application: str, *, add: Sequence[str] = (), remove: Sequence[str] = (), delegated: bool = False
    ) -> ApplicationView:
        """What administrators are asked to consent to at /adminconsent; nothing is granted by it."""
        ...

    def set_redirects(
        self, application: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> ApplicationView:
        """Where people come back to after they signed in."""
        ...
