"""What a person's sign-in gives an application: access, id and refresh token."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection

from ropeway.directory.people import Person
from ropeway.model.permissions import ROLES, SCOPES
from ropeway.service.identity.errors import Refusal
from ropeway.service.identity.issuer import LIFETIME, Issuer
from ropeway.service.identity.scopes import DEFAULT, Scopes
from ropeway.store import applications, roles
from ropeway.store.applications import Application

BEARER: dict[str, Any] = {
    "token_type": "Bearer",
    "expires_in": int(LIFETIME) - 1,
    "ext_expires_in": int(LIFETIME) - 1,
}


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person who proved who they are to an application."""

    person: Person
    app: Application
    ways: tuple[str, ...]
    """How: `pwd`, `mfa` (RFC 8176)."""
    at: float
    nonce: str = ""
    family: str = ""
    """What all its tokens go back to: they are good as long as it is there."""


def consented(c: Connection, app: Application, person: str, scopes: Scopes) -> list[str]:
    """The permissions that a token will have; Refusal 70011 for unknown ones, 65001 where nobody consented."""
    has = applications.permissions(c, app, person)
    by_name = {name.lower(): name for name in SCOPES}
    wanted = [by_name.get(name.lower(), "") for name in sorted(scopes.names - {DEFAULT})]
    if "" in wanted:
        raise Refusal(70011, " ".join(scopes.words))
    if DEFAULT in scopes.names:
        wanted = has
    if not set(wanted) <= set(has) or (DEFAULT in scopes.names and not has):
        raise Refusal(65001, f"{app.name} ({app.app_id})")
    return wanted


def tokens_of(c: Connection, tenant: int, issuer: Issuer, signed: SignedIn, scopes: Scopes) -> dict[str, Any]:
    """Access and id token, as the token endpoint gives them; a refresh token is put to them by whoever keeps it."""
    names = consented(c, signed.app, signed.person.id, scopes)
    wids = [ROLES[name] for name in roles.of(c, tenant, signed.person.id)]
    access = _access(signed, [*names, *sorted(scopes.openid - {"offline_access"})], wids)
    spelled = [*scopes.words, *(name for name in names if DEFAULT in scopes.names)]
    told = BEARER | {"scope": " ".join(dict.fromkeys(spelled)), "access_token": issuer.sign(access, scopes.resource)}
    if "openid" in scopes.openid:
        told["id_token"] = issuer.sign(_identity(signed, scopes.openid), signed.app.app_id)
    return told


def client_info(issuer: Issuer, person: Person) -> str:
    """Whose token it is, as MSAL wants it beside the tokens."""
    told = msgspec.json.encode({"uid": person.id, "utid": issuer.tenant})
    return base64.urlsafe_b64encode(told).rstrip(b"=").decode()


def _access(signed: SignedIn, names: list[str], wids: list[str]) -> dict[str, Any]:
    app = signed.app
    return _of_person(signed) | {
        "appid": app.app_id,
        "azp": app.app_id,
        "app_displayname": app.name,
        "idtyp": "user",
        "scp": " ".join(names),
        "wids": wids,
        "upn": signed.person.upn,
        "unique_name": signed.person.upn,
        "sid": signed.family,
    }


def _identity(signed: SignedIn, openid: frozenset[str]) -> dict[str, Any]:
    told = _of_person(signed) | ({"nonce": signed.nonce} if signed.nonce else {})
    return told | ({"email": signed.person.mail} if "email" in openid and signed.person.mail else {})


def _of_person(signed: SignedIn) -> dict[str, Any]:
    return {
        "oid": signed.person.id,
        "sub": signed.person.id,
        "name": signed.person.name,
        "preferred_username": signed.person.upn,
        "amr": list(signed.ways),
        "auth_time": int(signed.at),
    }
