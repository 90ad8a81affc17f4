"""Agents, their groups and the domains they serve, as Graph names them (graph-scim.md B9).

Agents of one domain are one group, which is there as long as the domain has an agent or a job; the domain is the
published resource.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import select

from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.service.graph.api import Api
from ropeway.service.odata.refusals import resource_unknown
from ropeway.store import agents, jobs
from ropeway.store.agents import ACTIVE_FOR
from ropeway.store.service_tables import agent

TYPE = "provisioning"

Json = dict[str, Any]


class AgentRow(NamedTuple):
    """An agent as it is told."""

    id: str
    name: str
    domain: str
    """In small letters."""
    address: str
    seen: float


@dataclass(frozen=True, slots=True)
class Served:
    """What there is now; RopewayError `resource-unknown` for ids of nothing."""

    api: Api

    def agents(self, domain: str | None = None, *, removed: bool = False) -> list[AgentRow]:
        """Agents of one domain or of all; those that were removed, too, where that is asked."""
        a = agent.c
        query = select(a.id, a.name, a.domain, a.address, a.seen).where(a.tenant == self.api.parts.tenant)
        query = query if removed else query.where(a.removed.is_(None))
        with self.api.parts.database.read() as c:
            rows = [AgentRow(*row) for row in c.execute(query.order_by(a.id))]
        found = [row._replace(domain=row.domain.lower()) for row in rows]
        return found if domain is None else [one for one in found if one.domain == domain]

    def domains(self) -> list[str]:
        """DNS names of the domains that have an agent or a job."""
        with self.api.parts.database.read() as c:
            rows = jobs.every(c, self.api.parts.tenant)
        read = {str(row.settings.source.settings.get("domain", "")).lower() for row in rows}
        return sorted(({one.domain for one in self.agents()} | read) - {""})

    def agent(self, named: str, *, removed: bool = False) -> AgentRow:
        """One agent, by its id or the name of its machine; RopewayError `agent-unknown`."""
        with self.api.parts.database.read() as c:
            id_ = agents.find(c, self.api.parts.tenant, named).id
        found = next((one for one in self.agents(removed=removed) if one.id == id_), None)
        if found is None:
            raise RopewayError(Problem("agent-unknown", object=shown(named)))
        return found

    def domain_of_group(self, id_: str) -> str:
        """The domain whose agents are this group."""
        return self._domain(id_, self.group_value)

    def domain_of_resource(self, id_: str) -> str:
        """The domain that is this published resource."""
        return self._domain(id_, self.resource_value)

    def _domain(self, id_: str, value: Callable[[str], Json]) -> str:
        found = next((domain for domain in self.domains() if value(domain)["id"] == id_.lower()), None)
        if found is None:
            raise resource_unknown(id_)
        return found

    def agent_value(self, one: AgentRow) -> Json:
        """Graph's onPremisesAgent."""
        active = self.api.parts.clock() - one.seen < ACTIVE_FOR
        return {
            "id": one.id,
            "machineName": one.name,
            "externalIp": one.address,
            "status": "active" if active else "inactive",
            "supportedPublishingTypes": [TYPE],
        }

    def group_value(self, domain: str) -> Json:
        """Graph's onPremisesAgentGroup."""
        id_ = self.api.ids.of(f"agents of {domain}")
        return {"id": id_, "displayName": domain, "publishingType": TYPE, "isDefault": False}

    def resource_value(self, domain: str) -> Json:
        """Graph's publishedResource."""
        id_ = self.api.ids.of(f"domain {domain}")
        return {"id": id_, "displayName": domain, "resourceName": domain, "publishingType": TYPE}
