"""What a restart resets: Graph's synchronizationJobRestartScope, with its bits.

Source: Graph synchronization-synchronizationjobrestartcriteria; cloud-sync/how-to-accidental-deletes.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntFlag

from ropeway.model.problems import Problem, RopewayError


class Scope(IntFlag):
    """What is reset, together."""

    CONNECTOR_DATA_STORE = 1
    """Which target object each source object is: forgotten, and found again by the directory's own records."""
    ESCROWS = 2
    """Objects set aside: their attempts are forgotten, and they are tried now."""
    WATERMARK = 4
    """The next cycle is an initial one: everything is read and decided again."""
    QUARANTINE_STATE = 8
    """The quarantine, until a cycle finds its cause again."""
    FORCE_DELETES = 32
    """Deletes and disables that are held now are approved (the portal's Allow deletes)."""


FULL = Scope.CONNECTOR_DATA_STORE | Scope.ESCROWS | Scope.WATERMARK | Scope.QUARANTINE_STATE
AS_PORTAL = Scope.QUARANTINE_STATE | Scope.WATERMARK | Scope.ESCROWS
"""What a restart without a scope means."""
CLEAR_QUARANTINE = Scope.QUARANTINE_STATE | Scope.ESCROWS
"""The watermark stays: a delta follows."""

NAMES = {
    "Escrows": Scope.ESCROWS,
    "Watermark": Scope.WATERMARK,
    "QuarantineState": Scope.QUARANTINE_STATE,
    "ConnectorDataStore": Scope.CONNECTOR_DATA_STORE,
    "Full": FULL,
    "ForceDeletes": Scope.FORCE_DELETES,
}
"""As Graph spells them; it has None too, which is not to be used."""


def scope_of(names: Iterable[str]) -> Scope:
    """The scope that names mean, several also with commas, in any case; none at all: as the portal's restart.

    RopewayError `restart-scope-unknown` for another name. Without the links that are forgotten with the data store a
    delta would not look at anybody, so that scope brings the watermark's with it.
    """
    known = {name.lower(): scope for name, scope in NAMES.items()}
    scope = Scope(0)
    for word in (part.strip() for name in names for part in name.split(",")):
        if word.lower() not in known:
            raise RopewayError(Problem("restart-scope-unknown", value=word, details={"scopes": ", ".join(NAMES)}))
        scope |= known[word.lower()]
    return with_consequences(scope or AS_PORTAL)


def with_consequences(scope: Scope) -> Scope:
    """The scope, and what must be reset with it."""
    return scope | Scope.WATERMARK if Scope.CONNECTOR_DATA_STORE in scope else scope


def told(scope: Scope) -> str:
    """A scope as Graph writes it."""
    return ", ".join(name for name, one in NAMES.items() if one in scope and one != FULL)
