"""People with the highest roles: what only a Global Administrator does to them, as in Entra ID (graph-scim.md A2)."""

from __future__ import annotations

from typing import Any

from ropeway.model.permissions import rule_of
from ropeway.service.graph.objects.kinds import Kind
from ropeway.service.odata.resource import Asked
from ropeway.service.who import check_rank, not_allowed, permitted

SENSITIVE = frozenset({
    "accountEnabled", "businessPhones", "mobilePhone", "onPremisesImmutableId", "otherMails", "passwordProfile",
    "userPrincipalName",
})  # fmt: skip
"""With these one could become somebody, or lock them out."""


def is_sensitive(body: Any) -> bool:
    """Whether a change names one of these properties."""
    return isinstance(body, dict) and not SENSITIVE.isdisjoint(body)  # pyright: ignore[reportUnknownArgumentType]


def check_kind(asked: Asked, kind: Kind, method: str) -> None:
    """RopewayError `not-allowed` where the path names no type, and that of the object is closed for this method."""
    if asked.reach != "own":
        rule = rule_of(f"/v1.0/{kind.plural}/{{id}}", method)
        if permitted(asked.caller, rule, "read" if method == "GET" else "write") != "all":
            raise not_allowed(f"This needs the permission to read {kind.plural} as a whole.")


def check_privileged(asked: Asked, person: str) -> None:
    """RopewayError `not-allowed` where somebody of a lower rank would act on somebody else who has a high one."""
    if asked.reach != "own":
        check_rank(asked.parts, asked.caller, person)
