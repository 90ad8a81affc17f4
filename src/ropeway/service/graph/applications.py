"""`/applications`: made, changed and removed, with their secrets and certificates, as administrators' scripts do it."""

from __future__ import annotations

import ssl
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from starlette.routing import BaseRoute

from ropeway.control.applications import LONGEST, Applications
from ropeway.control.protocol import ApplicationView, CredentialView
from ropeway.service.graph.api import Api
from ropeway.service.graph.objects.collections import counted_here
from ropeway.service.graph.objects.delta import OPTIONS as DELTA
from ropeway.service.graph.permission_ids import required_access, required_named
from ropeway.service.graph.short_lists import SEARCHED, changed, listed, searched
from ropeway.service.odata.answers import Answer, made, nothing, one
from ropeway.service.odata.bodies import Body
from ropeway.service.odata.options import ONE, Option
from ropeway.service.odata.refusals import body_invalid, resource_unknown
from ropeway.service.odata.resource import Asked, Verb, resource

Json = dict[str, Any]
COUNT: frozenset[Option] = frozenset({"$filter", "$search"})
LISTS = ("addIns", "appRoles", "identifierUris", "tags")
EMPTY = (
    "api", "applicationTemplateId", "certification", "defaultRedirectUri", "deletedDateTime", "description",
    "disabledByMicrosoftStatus", "groupMembershipClaims", "info", "isDeviceOnlyAuthSupported", "notes",
    "optionalClaims", "parentalControlSettings", "publisherDomain", "samlMetadataUrl", "serviceManagementReference",
    "tokenEncryptionKeyId", "uniqueName", "verifiedPublisher",
)  # fmt: skip
"""What Graph has of an application, and nobody says here."""


class Platform(Body, frozen=True):
    """Where people come back to, of one kind of application."""

    redirect_uris: tuple[str, ...] = ()


class KeyBody(Body, frozen=True):
    """A certificate: new ones have a key, those that stay are named by their ids."""

    key: str | None = None
    key_id: UUID | None = None
    display_name: str | None = None
    type: str = "AsymmetricX509Cert"
    usage: str = "Verify"
    start_date_time: str | None = None
    end_date_time: str | None = None
    custom_key_identifier: str | None = None


class Access(Body, frozen=True):
    """One permission that an application requires."""

    id: str
    type: Literal["Role", "Scope"]


class Required(Body, frozen=True):
    """What it requires of one resource: Microsoft Graph is the only one."""

    resource_app_id: Literal["00000003-0000-0000-c000-000000000000"]
    resource_access: list[Access]


class ApplicationBody(Body, frozen=True):
    """What a client says of an application; what is not said stays as it is."""

    display_name: str | None = None
    is_fallback_public_client: bool | None = None
    sign_in_audience: str = "AzureADMyOrg"
    web: Platform | None = None
    spa: Platform | None = None
    public_client: Platform | None = None
    key_credentials: list[KeyBody] | None = None
    required_resource_access: list[Required] | None = None

    @property
    def required(self) -> list[str] | None:
        """What administrators are asked for; None: nothing is said."""
        said = self.required_resource_access
        return None if said is None else [required_named(x.type, x.id) for one in said for x in one.resource_access]

    @property
    def redirects(self) -> list[str] | None:
        """All of them; None: nothing is said."""
        said = [one.redirect_uris for one in (self.web, self.spa, self.public_client) if one is not None]
        return [uri for uris in said for uri in uris] if said else None

    @property
    def public(self) -> bool | None:
        """Whether it can keep no secret; None: nothing is said."""
        public = bool(self.is_fallback_public_client or _uris(self.spa) or _uris(self.public_client))
        if public and _uris(self.web):
            raise body_invalid("web", "an application has a secret, or is one of people's machines and pages: not both")
        return public if public or _uris(self.web) else self.is_fallback_public_client


class PasswordBody(Body, frozen=True):
    """What a new secret is to be like."""

    display_name: str | None = None
    start_date_time: datetime | None = None
    end_date_time: datetime | None = None


class AddPassword(Body, frozen=True):
    """The body of addPassword."""

    password_credential: PasswordBody = PasswordBody()


class RemovePassword(Body, frozen=True):
    """The body of removePassword."""

    key_id: UUID


@dataclass(frozen=True, slots=True)
class ApplicationRoutes:
    """Applications as resources; the key is the id, or the appId."""

    api: Api

    def routes(self) -> Sequence[BaseRoute]:
        """The list, one of it, and its secrets."""
        parts, path = self.api.parts, "/v1.0/applications"
        create = Verb(self.create, body=True, act="create_application")
        change = Verb(self.change, body=True, act="change_application")
        remove = Verb(self.remove, act="remove_application")
        add, drop = Verb(self.add, body=True, act="add_secret"), Verb(self.drop, body=True, act="drop_credential")
        return [
            resource(parts, path, get=Verb(self.listed, SEARCHED), post=create),
            resource(parts, f"{path}/delta", get=Verb(self.delta, DELTA)),
            resource(parts, f"{path}/$count", get=Verb(self.count, COUNT)),
            resource(parts, f"{path}/{{application}}", get=Verb(self.shown, ONE), patch=change, delete=remove),
            resource(parts, f"{path}/{{application}}/addPassword", post=add),
            resource(parts, f"{path}/{{application}}/removePassword", post=drop),
        ]

    def listed(self, asked: Asked) -> Answer:
        """GET /applications."""
        return listed(asked, "applications", _every(asked))

    def delta(self, asked: Asked) -> Answer:
        """GET /applications/delta."""
        return changed(asked, "applications", _every(asked))

    def count(self, asked: Asked) -> Answer:
        """GET /applications/$count: an advanced query."""
        return counted_here(asked, searched(asked, _every(asked)))

    def shown(self, asked: Asked) -> Answer:
        """GET /applications/{id}."""
        return one("applications", _application(_named(asked)))

    def create(self, asked: Asked) -> Answer:
        """POST /applications: 201. Its service principal is there at once."""
        said = _said(asked)
        if not said.display_name:
            raise body_invalid("displayName", "it is required")
        known, redirects, required = _known(asked), said.redirects or [], said.required
        view = known.create(said.display_name, public=bool(said.public), redirects=redirects)
        try:
            view = known.change(view.id, required=required)
            for key in said.key_credentials or ():
                view = known.add_certificate(view.id, _pem(key), key.display_name or "")
        except BaseException:
            known.remove(view.id)
            raise
        return made("applications", _application(view), f"applications/{view.id}")

    def change(self, asked: Asked) -> Answer:
        """PATCH /applications/{id}: 204."""
        said, view, known = _said(asked), _named(asked), _known(asked)
        if said.public is not None and said.public != view.public:
            raise body_invalid("isFallbackPublicClient", "it stays what it was made as")
        keys = said.key_credentials or []
        kept = {str(key.key_id) for key in keys if not key.key}
        fresh = [(_pem(key), key.display_name or "") for key in keys if key.key]
        known.change(view.id, name=said.display_name, redirects=said.redirects, required=said.required)
        for pem, name in fresh:  # before others go: one that is refused locks nobody out
            known.add_certificate(view.id, pem, name)
        if said.key_credentials is not None:
            for one_ in view.credentials:
                if one_.kind == "certificate" and one_.id not in kept:
                    known.drop(view.id, one_.id)
        return nothing()

    def remove(self, asked: Asked) -> Answer:
        """DELETE /applications/{id}: 204. There is no recycle bin for applications."""
        _known(asked).remove(_named(asked).id)
        return nothing()

    def add(self, asked: Asked) -> Answer:
        """POST /applications/{id}/addPassword: the secret is told this once."""
        said = asked.shaped(AddPassword).password_credential
        ends = said.end_date_time.timestamp() if said.end_date_time else None
        lifetime = LONGEST if ends is None else ends - asked.parts.clock()
        found = _known(asked).add_secret(_named(asked).id, said.display_name or "", lifetime)
        held = next(one for one in _named(asked).credentials if one.id == found.id)
        told = _credential(held) | {"secretText": found.secret, "customKeyIdentifier": None}
        return one("microsoft.graph.passwordCredential", told, is_entity=False)

    def drop(self, asked: Asked) -> Answer:
        """POST /applications/{id}/removePassword: 204."""
        _known(asked).drop(_named(asked).id, str(asked.shaped(RemovePassword).key_id))
        return nothing()


def _every(asked: Asked) -> list[Json]:
    return [_application(view) for view in asked.parts.control.applications()]


def _known(asked: Asked) -> Applications:
    return Applications(asked.parts.database, asked.parts.tenant, asked.parts.clock)


def _named(asked: Asked) -> ApplicationView:
    wanted = asked.key("application").lower()
    found = next((v for v in asked.parts.control.applications() if wanted in (v.id, v.app_id)), None)
    if found is None:
        raise resource_unknown(wanted)
    return found


def _said(asked: Asked) -> ApplicationBody:
    said = asked.shaped(ApplicationBody)
    if said.sign_in_audience != "AzureADMyOrg":
        raise body_invalid("signInAudience", "applications are the tenant's own: AzureADMyOrg")
    return said


def _uris(platform: Platform | None) -> bool:
    return platform is not None and bool(platform.redirect_uris)


def _pem(key: KeyBody) -> str:
    """A certificate in PEM, of one in DER or PEM, in Base64 as Graph takes it."""
    if not key.key or key.type != "AsymmetricX509Cert" or key.usage != "Verify":
        raise body_invalid("keyCredentials", "a key is a certificate that verifies: AsymmetricX509Cert, Verify")
    try:
        raw = b64decode(key.key, validate=True)
    except ValueError:
        raise body_invalid("keyCredentials", "key is no Base64") from None
    return raw.decode("ascii", "replace") if raw.startswith(b"-----") else ssl.DER_cert_to_PEM_cert(raw)


def _application(view: ApplicationView) -> Json:
    kinds: dict[str, list[Json]] = {"secret": [], "certificate": []}
    for credential in view.credentials:
        kinds[credential.kind].append(_credential(credential))
    local = [uri for uri in view.redirect_uris if view.public and uri.startswith("http://")]
    pages = [uri for uri in view.redirect_uris if view.public and uri not in local]
    return {
        "id": view.id,
        "appId": view.app_id,
        "createdDateTime": view.created,
        "displayName": view.name,
        "isFallbackPublicClient": view.public,
        "keyCredentials": kinds["certificate"],
        "passwordCredentials": kinds["secret"],
        "publicClient": {"redirectUris": local},
        "spa": {"redirectUris": pages},
        "requiredResourceAccess": required_access(view.required, view.required_delegated),
        "web": {"redirectUris": [] if view.public else list(view.redirect_uris)},
        "signInAudience": "AzureADMyOrg",
        **{name: [] for name in LISTS},
        **dict.fromkeys(EMPTY),
    }


def _credential(one: CredentialView) -> Json:
    told = {"displayName": one.name, "endDateTime": one.expires, "keyId": one.id, "startDateTime": one.created}
    return told | ({"hint": one.hint} if one.kind == "secret" else {"type": "AsymmetricX509Cert", "usage": "Verify"})
