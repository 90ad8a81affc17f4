"""Whom an access token stands for now: an application, or a person with directory roles for whom one acts.

What the token says of permissions counts; whether application and person still are, and which roles the person has,
is read anew with each request, so that who is disabled, signs out or loses a role loses it at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from ropeway.directory import people
from ropeway.model.permissions import Power
from ropeway.service.identity.issuer import Claims
from ropeway.store import applications, families, roles
from ropeway.store.applications import Application
from ropeway.store.tokens import TokenRow


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sends a request."""

    row: TokenRow
    power: Power | None = None
    """None: an administrator of the service itself, who may do everything."""
    person: str = ""
    """The id of the person, where there is one."""
    app: Application | None = None
    """The application that acts, where it does by itself."""
    names: frozenset[str] = frozenset()
    """What the person is called in paths, in small letters: the id, and the userPrincipalName."""


def caller(c: Connection, tenant: int, claims: Claims) -> Caller | None:
    """Whom good claims stand for; None where application or person are gone or disabled."""
    app = applications.by_app_id(c, tenant, str(claims.get("appid", "")))
    if app is None or not app.enabled:
        return None
    if claims.get("idtyp") == "app":
        power = Power(frozenset(map(str, claims.get("roles", ()))), None)
        return Caller(_row(tenant, claims, app.name), power, app=app)
    return _person(c, tenant, claims)


def _person(c: Connection, tenant: int, claims: Claims) -> Caller | None:
    id_, scopes = str(claims.get("oid", "")), claims.get("scp")
    if not isinstance(scopes, str):
        return None
    person = people.by_id(c, tenant, id_)
    if person is None or not person.enabled or not families.is_good(c, tenant, str(claims.get("sid", ""))):
        return None
    power = Power(frozenset(scopes.split()), frozenset(roles.of(c, tenant, person.id)))
    names = frozenset({person.id.lower(), person.upn.lower()})
    return Caller(_row(tenant, claims, person.upn), power, person.id, names=names)


def _row(tenant: int, claims: Claims, name: str) -> TokenRow:
    return TokenRow(tenant, "administrator", name, claims["iat"], claims["exp"], str(claims["uti"])[:12])
