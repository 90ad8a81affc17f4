"""Ids of things that there is one of in a tenant: they follow from its own, and need not be stored or looked up."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5


@dataclass(frozen=True, slots=True)
class Ids:
    """Ids that follow from the tenant's own, so that they stay the same wherever the state is moved."""

    tenant: UUID

    def of(self, what: str) -> str:
        """The id of a thing that there is once in a tenant, or once for each domain."""
        return str(uuid5(self.tenant, what))

    @property
    def service_principal(self) -> str:
        """Of the one service principal, which stands for the synchronization of this tenant."""
        return self.of("service principal")

    @property
    def application(self) -> str:
        """Its appId, and the id of its application."""
        return self.of("application")
