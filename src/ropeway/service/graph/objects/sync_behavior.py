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
from ropeway.service.odata.resource import Asked, Verb, resource

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

    def shown(self, kind: Kind, asked: Asked) -> Answer:
        """GET /users/{id}/onPremisesSyncBehavior."""
        return one(f"{kind.plural}('{asked.key()}')/{CONTEXT}", self._value(kind, self._id(kind, asked)))

    def change(self, kind: Kind, asked: Asked) -> Answer:
        """PATCH /users/{id}/onPremisesSyncBehavior: the cloud takes an object over, or gives it back."""
        id_, said = self._id(kind, asked), asked.shaped(Behavior)
        check_privileged(asked, id_)
        asked.parts.control.manage_object(PLURALS[kind], id_, in_cloud=said.is_cloud_managed)
        return changed(f"{kind.plural}('{id_}')/{CONTEXT}", lambda: self._value(kind, id_))

    def _id(self, kind: Kind, asked: Asked) -> str:
        with asked.parts.database.read() as c:
            return find(c, asked.parts.tenant, kind, asked.key()).id

    def _value(self, kind: Kind, id_: str) -> dict[str, Any]:
        parts = self.api.parts
        directory = Directory(parts.database, parts.tenant, clock=parts.clock)
        return {"id": id_, "isCloudManaged": directory.is_cloud_managed(PLURALS[kind], id_)}
