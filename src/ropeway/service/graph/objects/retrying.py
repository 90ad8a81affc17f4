"""`…/retryServiceProvisioning`: an object's jobs decide it anew, at once and without its past failures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from starlette.routing import BaseRoute

from ropeway.directory import tables
from ropeway.directory.computed import ADMINISTRATORS
from ropeway.service.graph.api import Api
from ropeway.service.graph.job_shape import schedule_state
from ropeway.service.graph.objects.kinds import CONTACTS, GROUPS, USERS, Kind
from ropeway.service.graph.objects.reading import find
from ropeway.service.odata.answers import Answer, nothing
from ropeway.service.odata.resource import Asked, Verb, resource
from ropeway.store import jobs, lifecycle
from ropeway.store.rows import Key

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
        parts, said = asked.parts, tables.contribution.c
        with parts.database.read() as c:
            number = find(c, parts.tenant, kind, asked.key()).number
            mine = (said.object == number, said.tenant == parts.tenant, said.job != ADMINISTRATORS)
            found = c.execute(select(said.job, said.anchor).where(*mine)).all()
            named = {row.number: row for row in jobs.every(c, parts.tenant)}
        for job, anchor in found:
            with parts.database.write() as c:
                lifecycle.try_again(c, Key(tenant=parts.tenant, job=job), anchor)
            if job in named and schedule_state(named[job]) == "Active":
                parts.queue.ask(job)
        return nothing()
