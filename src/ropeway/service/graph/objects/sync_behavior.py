"""`…/onPremisesSyncBehavior`: who is master of an object, its jobs or the cloud (graph-scim.md A5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.routing import BaseRoute

from ropeway.directory import Directory
from ropeway.service.graph.api import Api
from ropeway.service.graph.objects.kinds import CONTACTS, GROUPS, USERS, Kind
from ropeway.service.graph.objects.privileged import check_privileged
from ropeway.service.graph.objects.reading import find
from ropeway.service.graph.objects.writing import PLURALS
from ropeway.service.odata.answers import Answer, changed, one
from ropeway.service.odata.bodies import Body
from ropeway.service.odata.options import ONE
from ropeway.service.odata.refusals import not_offered
from ropeway.service.odata.resource import Asked, Verb, resource
from ropeway.store import jobs

CONTEXT = "onPremisesSyncBehavior"
KINDS = (USERS, GROUPS, CONTACTS)


class Behavior(Body, frozen=True):
    """What PATCH says."""

    is_cloud_managed: bool
    id: str | None = None


@dataclass(frozen=True, slots=True)
class SyncBehavior:
    """The one onPremisesSyncBehavior of each user, group and contact."""

    api: Api

    def routes(self) -> Sequence[BaseRoute]:
        """Below each kind."""
        return [
            resource(
                self.api.parts,
                f"/v1.0/{kind.plural}/{{id}}/{CONTEXT}",
                get=Verb(partial(self.shown, kind), ONE),
                patch=Verb(partial(self.change, kind), body=True, act="change_master"),
            )
            for kind in KINDS
        ]

    @property
    def _directory(self) -> Directory:
        parts = self.api.parts
        return Directory(parts.database, parts.tenant, clock=parts.clock)

    def shown(self, kind: Kind, asked: Asked) -> Answer:
        """GET /users/{id}/onPremisesSyncBehavior."""
        return one(f"{kind.plural}('{asked.key()}')/{CONTEXT}", self._value(kind, self._id(kind, asked)))

    def change(self, kind: Kind, asked: Asked) -> Answer:
        """PATCH /users/{id}/onPremisesSyncBehavior: the cloud takes an object over, or gives it back."""
        id_, said = self._id(kind, asked), asked.shaped(Behavior)
        check_privileged(asked, id_)
        if said.is_cloud_managed:
            self._directory.manage_in_cloud(PLURALS[kind], id_)
        elif self._directory.is_cloud_managed(PLURALS[kind], id_):
            self._give_back(kind, id_)
        return changed(f"{kind.plural}('{id_}')/{CONTEXT}", lambda: self._value(kind, id_))

    def _give_back(self, kind: Kind, id_: str) -> None:
        """Links that jobs said meanwhile were not taken: of a group its job tells them anew."""
        parts = self.api.parts
        numbers = self._directory.manage_on_premises(PLURALS[kind], id_)
        if not numbers:
            raise not_offered("isCloudManaged", "No job provides this object, so there is nobody to give it to")
        with parts.database.read() as c:
            rows = [row for row in jobs.every(c, parts.tenant) if row.number in numbers and kind is GROUPS]
        for row in rows:
            parts.control.restart_job(row.id, ["ConnectorDataStore"])

    def _id(self, kind: Kind, asked: Asked) -> str:
        with asked.parts.database.read() as c:
            return find(c, asked.parts.tenant, kind, asked.key()).id

    def _value(self, kind: Kind, id_: str) -> dict[str, Any]:
        return {"id": id_, "isCloudManaged": self._directory.is_cloud_managed(PLURALS[kind], id_)}
