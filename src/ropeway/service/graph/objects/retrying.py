"""`…/retryServiceProvisioning`: an object's jobs decide it anew, at once and without its past failures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from starlette.routing import BaseRoute

from ropeway.control.lifecycle import Lifecycle
from ropeway.directory import Directory
from ropeway.service.graph.api import Api
from ropeway.service.graph.job_shape import schedule_state
from ropeway.service.graph.objects.kinds import CONTACTS, GROUPS, USERS, Kind
from ropeway.service.graph.objects.reading import find
from ropeway.service.odata.answers import Answer, nothing
from ropeway.service.odata.resource import Asked, Verb, resource

KINDS = (USERS, GROUPS, CONTACTS)


@dataclass(frozen=True, slots=True)
class Retrying:
    """Users, groups and contacts; what no job brought has nothing to be tried again."""

    api: Api

    def routes(self) -> Sequence[BaseRoute]:
        """Below each kind."""
        return [
            resource(
                self.api.parts,
                f"/v1.0/{kind.plural}/{{id}}/retryServiceProvisioning",
                post=Verb(partial(self.retry, kind), act="retry_provisioning"),
            )
            for kind in KINDS
        ]

    def retry(self, kind: Kind, asked: Asked) -> Answer:
        """POST …/retryServiceProvisioning: 204; the object is tried again by the next cycle, which is asked for."""
        parts = asked.parts
        with parts.database.read() as c:
            id_ = find(c, parts.tenant, kind, asked.key()).id
        said = Directory(parts.database, parts.tenant, clock=parts.clock).said_of(id_)
        contributors = said.contributors if said is not None else ()
        life = Lifecycle(parts.database, parts.tenant, parts.clock)
        for row in life.try_again((one.job, one.anchor) for one in contributors):
            if schedule_state(row) == "Active":
                parts.queue.ask(row.number)
        return nothing()
