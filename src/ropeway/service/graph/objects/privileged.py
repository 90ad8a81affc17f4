"""People with the highest roles: what only a Global Administrator does to them, as in Entra ID (graph-scim.md A2)."""

from __future__ import annotations

from typing import Any

from ropeway.model.permissions import GLOBAL, PRIVILEGED
from ropeway.service.http.who import not_allowed
from ropeway.service.odata.resource import Asked
from ropeway.store import roles

SENSITIVE = frozenset({
    "accountEnabled", "businessPhones", "mobilePhone", "onPremisesImmutableId", "otherMails", "passwordProfile",
    "userPrincipalName",
})  # fmt: skip
"""With these one could become somebody, or lock them out."""


def is_sensitive(body: Any) -> bool:
    """Whether a change names one of these properties."""
    return isinstance(body, dict) and not SENSITIVE.isdisjoint(body)  # pyright: ignore[reportUnknownArgumentType]


def check_privileged(asked: Asked, person: str) -> None:
    """RopewayError `not-allowed` where somebody of a lower rank would act on whoever has a high one.

    A permission alone, of an application that acts by itself, has no rank.
    """
    power = asked.caller.power
    if power is None or asked.reach == "own" or GLOBAL in (power.roles or ()):
        return
    with asked.parts.database.read() as c:
        high = PRIVILEGED.intersection(roles.of(c, asked.parts.tenant, person))
    if high:
        raise not_allowed(f"Only a {GLOBAL} does this to a {min(high)}.")
