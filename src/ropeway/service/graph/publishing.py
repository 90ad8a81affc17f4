"""`/beta/onPremisesPublishingProfiles/provisioning`: agents, their groups, the domains they serve (graph-scim.md B9).

Agents of one domain are one group, which is there as long as the domain has an agent or a job; the domain is the
published resource. An agent's domain is what its registration token said, so links are shown and never changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from sqlalchemy import select
from starlette.routing import BaseRoute

from ropeway.service.graph.api import Api
from ropeway.service.odata.answers import Answer, many, nothing, one
from ropeway.service.odata.bodies import without_annotations
from ropeway.service.odata.options import LIST, ONE
from ropeway.service.odata.paging import page_of
from ropeway.service.odata.refusals import body_invalid, not_offered, resource_unknown
from ropeway.service.odata.resource import Asked, Verb, resource
from ropeway.store import jobs
from ropeway.store.service_tables import agent

TYPE = "provisioning"
ROOT = "/beta/onPremisesPublishingProfiles"
PROFILE = f"{ROOT}/{{profile}}"
ACTIVE_FOR = 90.0
"""Seconds after its last sign of life for which an agent is active: three heartbeats."""

Json = dict[str, Any]


class AgentRow(NamedTuple):
    """An agent as it is told."""

    id: str
    name: str
    domain: str
    address: str
    seen: float


@dataclass(frozen=True, slots=True)
class Publishing:
    """The profile `provisioning` and what is in it."""

    api: Api

    def routes(self) -> Sequence[BaseRoute]:
        """Profile, agents, groups, resources, and the links between them."""
        agents = {"agentGroups": self._groups_of_agent}
        groups = {"agents": self._agents_of_group, "publishedResources": self._resources_of_group}
        resources = {"agentGroups": self._groups_of_resource}
        return [
            self._at("", get=Verb(self.profile, ONE)),
            resource(self.api.parts, ROOT, get=Verb(self.profiles, LIST)),
            self._at("/agents", get=Verb(self.agents, LIST, expands=agents)),
            self._at(
                "/agents/{agent}",
                get=Verb(self.agent, ONE, expands=agents),
                delete=Verb(self.remove, act="remove_agent"),
            ),
            self._at("/agents/{agent}/agentGroups", get=Verb(self.groups_of_agent, LIST)),
            self._at("/agents/{agent}/agentGroups/$ref", post=Verb(self.link, body=True, act="link_agent")),
            self._at("/agents/{agent}/agentGroups/{group}/$ref", delete=Verb(self.unlink, act="unlink_agent")),
            self._at("/agentGroups", get=Verb(self.groups, LIST, expands=groups), post=self._refused("agent group")),
            self._at("/agentGroups/{group}", get=Verb(self.group, ONE, expands=groups)),
            self._at("/agentGroups/{group}/agents", get=Verb(self.agents_of_group, LIST)),
            self._at("/agentGroups/{group}/publishedResources", get=Verb(self.resources_of_group, LIST)),
            self._at(
                "/publishedResources",
                get=Verb(self.resources, LIST, expands=resources),
                post=self._refused("published resource"),
            ),
            self._at("/publishedResources/{resource}", get=Verb(self.resource, ONE, expands=resources)),
            self._at("/publishedResources/{resource}/agentGroups", get=Verb(self.groups_of_resource, LIST)),
        ]

    def _at(self, path: str, **verbs: Verb) -> BaseRoute:
        return resource(self.api.parts, PROFILE + path, **verbs)

    # what there is

    def _agents(self, asked: Asked) -> list[AgentRow]:
        """Agents that were not removed; other profiles than `provisioning` are none of ours."""
        self._check_profile(asked)
        a = agent.c
        query = select(a.id, a.name, a.domain, a.address, a.seen).where(
            a.tenant == self.api.parts.tenant, a.removed.is_(None)
        )
        with self.api.parts.database.read() as c:
            return [AgentRow(*row) for row in c.execute(query.order_by(a.id))]

    def _check_profile(self, asked: Asked) -> None:
        if asked.key("profile").lower() != TYPE:
            raise resource_unknown(asked.key("profile"))

    def _domains(self, asked: Asked) -> list[str]:
        with self.api.parts.database.read() as c:
            rows = jobs.every(c, self.api.parts.tenant)
        read = {str(row.settings.source.settings.get("domain", "")).lower() for row in rows}
        return sorted(({one.domain.lower() for one in self._agents(asked)} | read) - {""})

    def _agent_value(self, one_: AgentRow) -> Json:
        active = self.api.parts.clock() - one_.seen < ACTIVE_FOR
        return {
            "id": one_.id,
            "machineName": one_.name,
            "externalIp": one_.address,
            "status": "active" if active else "inactive",
            "supportedPublishingTypes": [TYPE],
        }

    def _group_value(self, domain: str) -> Json:
        id_ = self.api.ids.of(f"agents of {domain}")
        return {"id": id_, "displayName": domain, "publishingType": TYPE, "isDefault": False}

    def _resource_value(self, domain: str) -> Json:
        id_ = self.api.ids.of(f"domain {domain}")
        return {"id": id_, "displayName": domain, "resourceName": domain, "publishingType": TYPE}

    def _one_agent(self, asked: Asked) -> AgentRow:
        id_ = asked.key("agent")
        found = next((one_ for one_ in self._agents(asked) if one_.id == id_), None)
        if found is None:
            raise resource_unknown(id_)
        return found

    def _domain_of_group(self, asked: Asked, id_: str) -> str:
        found = next((d for d in self._domains(asked) if self._group_value(d)["id"] == id_.lower()), None)
        if found is None:
            raise resource_unknown(id_)
        return found

    def _domain_of_resource(self, asked: Asked) -> str:
        id_ = asked.key("resource")
        found = next((d for d in self._domains(asked) if self._resource_value(d)["id"] == id_.lower()), None)
        if found is None:
            raise resource_unknown(id_)
        return found

    # $expand

    def _groups_of_agent(self, asked: Asked, item: Json) -> list[Json]:
        found = next(one_ for one_ in self._agents(asked) if one_.id == item["id"])
        return [self._group_value(found.domain.lower())]

    def _agents_of_group(self, asked: Asked, item: Json) -> list[Json]:
        domain = item["displayName"]
        return [self._agent_value(one_) for one_ in self._agents(asked) if one_.domain.lower() == domain]

    def _resources_of_group(self, _asked: Asked, item: Json) -> list[Json]:
        return [self._resource_value(item["displayName"])]

    def _groups_of_resource(self, _asked: Asked, item: Json) -> list[Json]:
        return [self._group_value(item["displayName"])]

    # the profile

    def _profile(self) -> Json:
        return {"id": TYPE, "isEnabled": True, "isDefaultAccessEnabled": False, "hybridAgentUpdaterConfiguration": None}

    def profiles(self, asked: Asked) -> Answer:
        """The one profile that there is."""
        return many("onPremisesPublishingProfiles", page_of([self._profile()], asked.options, asked.page_size))

    def profile(self, asked: Asked) -> Answer:
        """The profile itself."""
        self._check_profile(asked)
        return one("onPremisesPublishingProfiles", self._profile())

    # agents

    def _context(self, path: str) -> str:
        return f"onPremisesPublishingProfiles('{TYPE}')/{path}"

    def _many(self, asked: Asked, path: str, items: list[Json]) -> Answer:
        return many(self._context(path), page_of(items, asked.options, asked.page_size))

    def agents(self, asked: Asked) -> Answer:
        """GET …/agents."""
        return self._many(asked, "agents", [self._agent_value(one_) for one_ in self._agents(asked)])

    def agent(self, asked: Asked) -> Answer:
        """GET …/agents/{id}."""
        return one(self._context("agents"), self._agent_value(self._one_agent(asked)))

    def remove(self, asked: Asked) -> Answer:
        """DELETE …/agents/{id}: its sessions end at once, and its certificate is good for nothing."""
        self.api.remove_agent(self._one_agent(asked).id)
        return nothing()

    def groups_of_agent(self, asked: Asked) -> Answer:
        """GET …/agents/{id}/agentGroups."""
        domain = self._one_agent(asked).domain.lower()
        return self._many(asked, f"agents('{asked.key('agent')}')/agentGroups", [self._group_value(domain)])

    def link(self, asked: Asked) -> Answer:
        """POST …/agents/{id}/agentGroups/$ref: nothing to do for the group of its own domain, no other is possible."""
        own = self._group_value(self._one_agent(asked).domain.lower())
        body = cast("Json", asked.body) if isinstance(asked.body, dict) else {}
        place = str(body.get("@odata.id", ""))
        id_ = place.rstrip(")'/").rpartition("/")[2].rpartition("'")[2]
        if not id_ or without_annotations(body):
            raise body_invalid("@odata.id", "it is the address of an agent group")
        if self._domain_of_group(asked, id_) != own["displayName"]:
            raise not_offered(
                "agentGroups/$ref",
                f"The agent was registered for {own['displayName']}, whose credentials it has; for another domain an "
                "agent is installed there",
            )
        return nothing()

    def unlink(self, asked: Asked) -> Answer:
        """DELETE …/agents/{id}/agentGroups/{id}/$ref: an agent without its domain has nothing to do."""
        own = self._group_value(self._one_agent(asked).domain.lower())
        if asked.key("group").lower() != own["id"]:
            raise resource_unknown(asked.key("group"))
        raise not_offered(
            "agentGroups/$ref", "An agent serves the domain it was registered for; remove the agent instead"
        )

    # groups and resources

    def groups(self, asked: Asked) -> Answer:
        """GET …/agentGroups."""
        return self._many(asked, "agentGroups", [self._group_value(domain) for domain in self._domains(asked)])

    def group(self, asked: Asked) -> Answer:
        """GET …/agentGroups/{id}."""
        return one(self._context("agentGroups"), self._group_value(self._domain_of_group(asked, asked.key("group"))))

    def agents_of_group(self, asked: Asked) -> Answer:
        """GET …/agentGroups/{id}/agents."""
        group = self._group_value(self._domain_of_group(asked, asked.key("group")))
        return self._many(asked, f"agentGroups('{group['id']}')/agents", self._agents_of_group(asked, group))

    def resources_of_group(self, asked: Asked) -> Answer:
        """GET …/agentGroups/{id}/publishedResources."""
        group = self._group_value(self._domain_of_group(asked, asked.key("group")))
        path = f"agentGroups('{group['id']}')/publishedResources"
        return self._many(asked, path, self._resources_of_group(asked, group))

    def resources(self, asked: Asked) -> Answer:
        """GET …/publishedResources."""
        found = [self._resource_value(domain) for domain in self._domains(asked)]
        return self._many(asked, "publishedResources", found)

    def resource(self, asked: Asked) -> Answer:
        """GET …/publishedResources/{id}."""
        return one(self._context("publishedResources"), self._resource_value(self._domain_of_resource(asked)))

    def groups_of_resource(self, asked: Asked) -> Answer:
        """GET …/publishedResources/{id}/agentGroups."""
        domain = self._domain_of_resource(asked)
        path = f"publishedResources('{asked.key('resource')}')/agentGroups"
        return self._many(asked, path, [self._group_value(domain)])

    def _refused(self, what: str) -> Verb:
        def handler(asked: Asked) -> Answer:
            self._check_profile(asked)
            raise not_offered(what, f"Each domain with an agent or a job has its {what} by itself")

        return Verb(handler, body=True, act=f"create_{what.replace(' ', '_')}")
