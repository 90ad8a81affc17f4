"""Agents, asked of Graph's onPremisesPublishingProfiles (graph-scim.md B9)."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

import msgspec

from ropeway.control.calls import AGENTS, BETA
from ropeway.control.over_graph.graph import Graph, key, preferring
from ropeway.control.protocol import AgentView

AGENT = "ropeway.agent"
REMOVED = (("ropeway-removed", "true"),)
"""Those that were removed are told, too."""


class _Agent(msgspec.Struct, rename={"view": f"@{AGENT}"}):
    view: AgentView


class AgentsOverGraph:
    """Methods of `Control` about agents that Graph has."""

    _graph: Graph

    def agents(self) -> Sequence[AgentView]:
        """GET …/agents, sorted as Control has them: Graph's pages go by id."""
        found = self._graph.every(f"{BETA}/{AGENTS}", _Agent, query=REMOVED, annotation=AGENT)
        return sorted((one.view for one in found), key=attrgetter("domain", "name", "registered"))

    def agent(self, agent: str) -> AgentView:
        """GET …/agents/{id}."""
        path = f"{BETA}/{AGENTS}{key(agent)}"
        return self._graph.ask("GET", path, _Agent, query=REMOVED, headers=preferring(AGENT)).view

    def remove_agent(self, agent: str) -> AgentView:
        """DELETE …/agents/{id}."""
        found = self.agent(agent)
        self._graph.tell("DELETE", f"{BETA}/{AGENTS}{key(found.id)}", query=REMOVED)
        return self.agent(found.id)
