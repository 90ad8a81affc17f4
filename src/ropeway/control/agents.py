"""Agents, for administrators: who they are, tokens for new ones, and away with them."""

from __future__ import annotations

from collections.abc import Callable

from ropeway.control.protocol import AgentView, RegistrationView
from ropeway.control.running import trouble
from ropeway.control.views import iso
from ropeway.directory.domains import domain_key
from ropeway.directory.drafts import Refused
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.store import agents, tokens
from ropeway.store.agents import AgentRow
from ropeway.store.database import Database

LEVELS = ("error", "warning", "info", "debug")
SHORTEST, LONGEST = 60.0, 7 * 86400.0
"""Seconds for which a registration token may be good."""


class Agents:
    """The agents of a tenant."""

    def __init__(self, database: Database, tenant: int, clock: Callable[[], float]) -> None:
        self._db, self._tenant, self._clock = database, tenant, clock

    def every(self) -> list[AgentView]:
        """All of them, those removed as well."""
        with trouble(), self._db.read() as c:
            return [self._view(row) for row in agents.every(c, self._tenant)]

    def one(self, agent: str) -> AgentView:
        """By id or name."""
        with trouble(), self._db.read() as c:
            return self._view(agents.find(c, self._tenant, agent))

    def remove(self, agent: str) -> AgentView:
        """Its certificate and its sessions are worth nothing from now on."""
        with trouble(), self._db.write() as c:
            row = agents.find(c, self._tenant, agent)
            agents.remove(c, row, self._clock())
            return self._view(agents.find(c, self._tenant, row.id))

    def set_trace(self, agent: str, level: str) -> AgentView:
        """Told to the agent at once, where it is connected."""
        if level not in LEVELS:
            details = {"reason": f"“{shown(level)}” is no level; there are {', '.join(LEVELS)}."}
            raise RopewayError(Problem("agent-settings-invalid", object="trace", details=details))
        with trouble(), self._db.write() as c:
            row = agents.find(c, self._tenant, agent)
            if row.removed is not None:
                raise RopewayError(Problem("agent-removed", object=row.name))
            agents.set_trace(c, row, level)
        return self.one(row.id)

    def token(self, domain: str, lifetime: float) -> RegistrationView:
        """For one new agent of that domain."""
        try:
            name = domain_key(domain.rstrip("."))
        except Refused as refused:
            raise RopewayError(refused.problem) from None
        now, seconds = self._clock(), min(max(lifetime, SHORTEST), LONGEST)
        with trouble(), self._db.write() as c:
            made = tokens.issue(c, self._tenant, "agent-registration", name, now=now, lifetime=seconds)
        return RegistrationView(domain=name, token=made.reveal(), expires=iso(now + seconds) or "")

    def _view(self, row: AgentRow) -> AgentView:
        return AgentView(
            id=row.id,
            name=row.name,
            domain=row.domain,
            status=row.status(self._clock()),
            version=row.version,
            address=row.address,
            trace=row.trace,
            registered=iso(row.registered) or "",
            last_seen=iso(row.seen) or "",
            certificate_expires=iso(row.expires) or "",
            removed=iso(row.removed),
        )
