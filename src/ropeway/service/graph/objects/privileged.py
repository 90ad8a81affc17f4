"""People with the highest roles: what only a Global Administrator does to them, as in Entra ID (graph-scim.md A2)."""

from __future__ import annotations

from typing import Any

from ropeway.service.odata.resource import Asked
from ropeway.service.who import check_rank

SENSITIVE = frozenset({
    "accountEnabled", "businessPhones", "mobilePhone", "onPremisesImmutableId", "otherMails", "passwordProfile",
    "userPrincipalName",
})  # fmt: skip
"""With these one could become somebody, or lock them out."""


def is_sensitive(body: Any) -> bool:
    """Whether a change names one of these properties."""
    return isinstance(body, dict) and not SENSITIVE.isdisjoint(body)  # pyright: ignore[reportUnknownArgumentType]


def check_privileged(asked: Asked, person: str) -> None:
    """RopewayError `not-allowed` where somebody of a lower rank would act on somebody else who has a high one."""
    if asked.reach != "own":
        check_rank(asked.parts, asked.caller, person)
