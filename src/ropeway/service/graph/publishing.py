"""`/beta/onPremisesPublishingProfiles/provisioning`: agents, their groups, the domains they serve.

An agent's domain is what its registration token said, so links are shown and never changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import cast

from starlette.routing import BaseRoute

from ropeway.service.graph.agents import TYPE, AgentRow, Json, Served
from ropeway.service.graph.api import Api
from ropeway.service.odata.answers import Answer, many, nothing, one
from ropeway.service.odata.bodies import without_annotations
from ropeway.service.odata.options import LIST, ONE
from ropeway.service.odata.paging import page_of
from ropeway.service.odata.refusals import body_invalid, not_offered, resource_unknown
from ropeway.service.odata.resource import Asked, Expand, Handler, Verb, resource

ROOT = "/beta/onPremisesPublishingProfiles"
PROFILE = f"{ROOT}/{{profile}}"

NOTE = "ropeway.agent"
"""The annotation with what `ropeway agent show` tells."""


@dataclass(frozen=True, slots=True)
class Publishing:
    """The profile `provisioning` and what is in it."""

    api: Api
    served: Served

    def routes(self) -> Sequence[BaseRoute]:
        """The profile, and everything in it."""
        return [
            resource(self.api.parts, ROOT, get=Verb(self.profiles, LIST)),
            self._at("", get=Verb(self.profile, ONE)),
            *self._of_agents(),
            *self._of_groups(),
            *self._of_resources(),
        ]

    def _of_agents(self) -> list[BaseRoute]:
        expands: dict[str, Expand] = {"agentGroups": lambda item: self._groups(self.served.agent(item["id"]).domain)}
        single = {"get": Verb(self.agent, ONE, expands=expands), "delete": Verb(self.remove, act="remove_agent")}
        links = Verb(self.unlink, act="unlink_agent")
        return [
            self._at("/agents", get=Verb(self.agents, LIST, expands=expands)),
            self._at("/agents/{agent}", **single),
            self._at("/agents/{agent}/agentGroups", get=Verb(self.groups_of_agent, LIST)),
            self._at("/agents/{agent}/agentGroups/$ref", post=Verb(self.link, body=True, act="link_agent")),
            self._at("/agents/{agent}/agentGroups/{group}/$ref", delete=links),
        ]

    def _of_groups(self) -> list[BaseRoute]:
        expands: dict[str, Expand] = {
            "agents": lambda item: self._agents(item["displayName"]),
            "publishedResources": lambda item: [self.served.resource_value(item["displayName"])],
        }
        every = {"get": Verb(self.groups, LIST, expands=expands), "post": self._refused("agent group")}
        return [
            self._at("/agentGroups", **every),
            self._at("/agentGroups/{group}", get=Verb(self.group, ONE, expands=expands)),
            self._at("/agentGroups/{group}/agents", get=Verb(self.agents_of_group, LIST)),
            self._at("/agentGroups/{group}/publishedResources", get=Verb(self.resources_of_group, LIST)),
        ]

    def _of_resources(self) -> list[BaseRoute]:
        expands: dict[str, Expand] = {"agentGroups": lambda item: self._groups(item["displayName"])}
        every = {"get": Verb(self.resources, LIST, expands=expands), "post": self._refused("published resource")}
        return [
            self._at("/publishedResources", **every),
            self._at("/publishedResources/{resource}", get=Verb(self.resource, ONE, expands=expands)),
            self._at("/publishedResources/{resource}/agentGroups", get=Verb(self.groups_of_resource, LIST)),
        ]

    def _at(self, path: str, **verbs: Verb) -> BaseRoute:
        return resource(self.api.parts, PROFILE + path, **{name: self._checked(verb) for name, verb in verbs.items()})

    def _checked(self, verb: Verb) -> Verb:
        """The verb where the profile is ours; other profiles are not there."""

        @wraps(verb.handler)
        def handler(asked: Asked) -> Answer:
            if asked.key("profile").lower() != TYPE:
                raise resource_unknown(asked.key("profile"))
            return verb.handler(asked)

        checked: Handler = handler
        return replace(verb, handler=checked)

    def _refused(self, what: str) -> Verb:
        def handler(_asked: Asked) -> Answer:
            raise not_offered(what, f"Each domain with an agent or a job has its {what} by itself")

        return Verb(handler, body=True, act=f"create_{what.replace(' ', '_')}")

    def _many(self, asked: Asked, path: str, items: list[Json]) -> Answer:
        context = f"onPremisesPublishingProfiles('{TYPE}')/{path}"
        return many(context, page_of(items, asked.options, asked.page_size))

    def _one(self, path: str, value: Json) -> Answer:
        return one(f"onPremisesPublishingProfiles('{TYPE}')/{path}", value)

    def _agents(self, domain: str | None = None) -> list[Json]:
        return [self.served.agent_value(found) for found in self.served.agents(domain)]

    def _groups(self, domain: str) -> list[Json]:
        return [self.served.group_value(domain)]

    # the profile

    def _profile(self) -> Json:
        return {"id": TYPE, "isEnabled": True, "isDefaultAccessEnabled": False, "hybridAgentUpdaterConfiguration": None}

    def profiles(self, asked: Asked) -> Answer:
        """The one profile that there is."""
        return many("onPremisesPublishingProfiles", page_of([self._profile()], asked.options, asked.page_size))

    def profile(self, _asked: Asked) -> Answer:
        """The profile itself."""
        return one("onPremisesPublishingProfiles", self._profile())

    # agents

    def agents(self, asked: Asked) -> Answer:
        """GET …/agents."""
        found = [self._told(asked, one) for one in self.served.agents(removed=_removed(asked))]
        return replace(self._many(asked, "agents", found), headers=_applied(asked, "odata.maxpagesize"))

    def agent(self, asked: Asked) -> Answer:
        """GET …/agents/{id}."""
        found = self.served.agent(asked.key("agent"), removed=_removed(asked))
        return replace(self._one("agents", self._told(asked, found)), headers=_applied(asked))

    def _told(self, asked: Asked, one: AgentRow) -> Json:
        more = {f"@{NOTE}": self.api.parts.control.agent(one.id)} if asked.form.wants(NOTE) else {}
        return self.served.agent_value(one) | more

    def remove(self, asked: Asked) -> Answer:
        """DELETE …/agents/{id}: its sessions end at once, and its certificate is good for nothing."""
        found = self.served.agent(asked.key("agent"), removed=_removed(asked))
        asked.tell(found.id)
        self.api.remove_agent(found.id)
        return nothing()

    def groups_of_agent(self, asked: Asked) -> Answer:
        """GET …/agents/{id}/agentGroups."""
        found = self.served.agent(asked.key("agent"))
        return self._many(asked, f"agents('{found.id}')/agentGroups", self._groups(found.domain))

    def link(self, asked: Asked) -> Answer:
        """POST …/agents/{id}/agentGroups/$ref: nothing to do for the group of its own domain, no other is possible."""
        domain = self.served.agent(asked.key("agent")).domain
        body = cast("Json", asked.body) if isinstance(asked.body, dict) else {}
        place = str(body.get("@odata.id", ""))
        id_ = place.rstrip(")'/").rpartition("/")[2].rpartition("'")[2]
        if not id_ or without_annotations(body):
            raise body_invalid("@odata.id", "it is the address of an agent group")
        if self.served.domain_of_group(id_) != domain:
            reason = (
                f"The agent was registered for {domain}, whose credentials it has; for another domain another agent is"
            )
            raise not_offered("agentGroups/$ref", f"{reason} installed there")
        return nothing()

    def unlink(self, asked: Asked) -> Answer:
        """DELETE …/agents/{id}/agentGroups/{id}/$ref: an agent without its domain has nothing to do."""
        domain = self.served.agent(asked.key("agent")).domain
        if self.served.domain_of_group(asked.key("group")) != domain:
            raise resource_unknown(asked.key("group"))
        raise not_offered("agentGroups/$ref", "An agent serves the domain it was registered for; remove it instead")

    # groups and resources

    def groups(self, asked: Asked) -> Answer:
        """GET …/agentGroups."""
        found = [self.served.group_value(domain) for domain in self.served.domains()]
        return self._many(asked, "agentGroups", found)

    def group(self, asked: Asked) -> Answer:
        """GET …/agentGroups/{id}."""
        return self._one("agentGroups", self.served.group_value(self.served.domain_of_group(asked.key("group"))))

    def agents_of_group(self, asked: Asked) -> Answer:
        """GET …/agentGroups/{id}/agents."""
        domain = self.served.domain_of_group(asked.key("group"))
        return self._many(asked, f"agentGroups('{asked.key('group')}')/agents", self._agents(domain))

    def resources_of_group(self, asked: Asked) -> Answer:
        """GET …/agentGroups/{id}/publishedResources."""
        domain = self.served.domain_of_group(asked.key("group"))
        path = f"agentGroups('{asked.key('group')}')/publishedResources"
        return self._many(asked, path, [self.served.resource_value(domain)])

    def resources(self, asked: Asked) -> Answer:
        """GET …/publishedResources."""
        found = [self.served.resource_value(domain) for domain in self.served.domains()]
        return self._many(asked, "publishedResources", found)

    def resource(self, asked: Asked) -> Answer:
        """GET …/publishedResources/{id}."""
        domain = self.served.domain_of_resource(asked.key("resource"))
        return self._one("publishedResources", self.served.resource_value(domain))

    def groups_of_resource(self, asked: Asked) -> Answer:
        """GET …/publishedResources/{id}/agentGroups."""
        domain = self.served.domain_of_resource(asked.key("resource"))
        return self._many(asked, f"publishedResources('{asked.key('resource')}')/agentGroups", self._groups(domain))


def _removed(asked: Asked) -> bool:
    """Whether agents that were removed are told, too."""
    return asked.request.query_params.get("ropeway-removed") == "true"


def _applied(asked: Asked, *names: str) -> dict[str, str]:
    return asked.form.applied(*names, *(("odata.include-annotations",) if asked.form.wants(NOTE) else ()))
