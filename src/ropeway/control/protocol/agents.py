"""Agents, and tokens for new ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec


class AgentView(msgspec.Struct, frozen=True, kw_only=True):
    """A process beside a domain (Graph: onPremisesAgent); times are ISO 8601."""

    id: str
    name: str
    """Of its machine (Graph: machineName)."""
    domain: str
    status: Literal["active", "inactive", "removed"]
    """active: heard of in the last 90 seconds."""
    version: str
    address: str
    """Where it calls from (Graph: externalIp)."""
    trace: str
    """Level of its own log: error | warning | info | debug."""
    registered: str
    last_seen: str
    certificate_expires: str
    removed: str | None = None


class RegistrationView(msgspec.Struct, frozen=True, kw_only=True):
    """A token for one new agent. It is shown this once: what is kept is its digest."""

    domain: str
    token: str
    expires: str

    def __repr__(self) -> str:
        return f"RegistrationView(domain={self.domain!r}, expires={self.expires!r})"


class AgentCalls(Protocol):
    """Agents of the tenant, by id or by the name of the machine."""

    def agents(self) -> Sequence[AgentView]:
        """All agents by domain and name, those removed as well."""
        ...

    def agent(self, agent: str) -> AgentView:
        """One, by id or by the name of its machine."""
        ...

    def remove_agent(self, agent: str) -> AgentView:
        """It is nobody from now on: its certificate is revoked, its session ended, its work given to others."""
        ...

    def registration_token(self, domain: str, lifetime: float = 3600.0) -> RegistrationView:
        """A token with which one new agent of this domain registers within `lifetime` seconds, a week at most."""
        ...

    def set_trace(self, agent: str, level: str) -> AgentView:
        """How much the agent writes into its own log: error | warning | info | debug."""
        ...
