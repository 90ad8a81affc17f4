"""`/auditLogs/provisioning`: the provisioning log, filtered by the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from starlette.routing import BaseRoute

from ropeway.service.graph.api import DISPLAY_NAME, Api
from ropeway.service.graph.log_pages import log_page
from ropeway.service.graph.provisioning_shape import ACTIONS, INITIATOR, Setting, ends_of, source_system, summary
from ropeway.service.odata.answers import Answer, many, one
from ropeway.service.odata.options import LIST, ONE
from ropeway.service.odata.refusals import resource_unknown
from ropeway.service.odata.resource import Asked, Verb, resource
from ropeway.service.odata.sql import Coded, Condition, Constant, Fields, Moment, Serial, Text
from ropeway.store import explaining, jobs, looking
from ropeway.store.jobs import JobRow
from ropeway.store.looking import Event
from ropeway.store.tables import provisioning_event

CONTEXT = "auditLogs/provisioning"


@dataclass(frozen=True, slots=True)
class ProvisioningLog:
    """The log as a resource."""

    api: Api

    def routes(self) -> Sequence[BaseRoute]:
        """The list, and one line."""
        path = "/v1.0/auditLogs/provisioning"
        return [
            resource(self.api.parts, path, get=Verb(self.listed, LIST)),
            resource(self.api.parts, f"{path}/{{line}}", get=Verb(self.shown, ONE)),
        ]

    def listed(self, asked: Asked) -> Answer:
        """GET /auditLogs/provisioning."""
        rows = self._jobs()

        def read(where: Condition, after: int | None, oldest_first: bool, limit: int) -> list[Event]:
            with self.api.parts.database.read() as c:
                return looking.events_where(
                    c, self.api.parts.tenant, where, after=after, oldest_first=oldest_first, limit=limit
                )

        page = log_page(asked, self.fields(rows), read, lambda event: event.id, lambda events: self._told(events, rows))
        return many(CONTEXT, page)

    def shown(self, asked: Asked) -> Answer:
        """GET /auditLogs/provisioning/{id}."""
        line = asked.key("line")
        if not (line.isascii() and line.isdecimal() and len(line) < 19):
            raise resource_unknown(line)
        with self.api.parts.database.read() as c:
            here = provisioning_event.c.id == int(line)
            found = looking.events_where(c, self.api.parts.tenant, here, after=None, oldest_first=False, limit=1)
        if not found:
            raise resource_unknown(line)
        return one(CONTEXT, self._told(found, self._jobs())[0])

    def _jobs(self) -> list[JobRow]:
        with self.api.parts.database.read() as c:
            return jobs.every(c, self.api.parts.tenant)

    def _told(self, events: Sequence[Event], rows: Sequence[JobRow]) -> list[dict[str, Any]]:
        with self.api.parts.database.read() as c:
            names = explaining.dns_of(c, self.api.parts.tenant, ends_of(events))
        setting = Setting(self.api.ids, {row.number: row for row in rows}, names)
        return [summary(event, setting) for event in events]

    def fields(self, rows: Sequence[JobRow]) -> Fields:
        """What may be asked for, as `summary` tells it."""
        e = provisioning_event.c
        systems: dict[str, list[int]] = {}
        for row in rows:
            systems.setdefault(source_system(row)["displayName"], []).append(row.number)
        job_ids = {row.id: [row.number] for row in rows}
        job = e.job + 0  # so that no index is used: it would find, and sort, every line of a job for one page
        status = Text(e.status)
        kind = func.upper(func.substr(e.type, 1, 1)).concat(func.substr(e.type, 2))
        return {
            "id": Serial(e.id),
            "changeid": Serial(e.id),
            "cycleid": Serial(e.cycle),
            "activitydatetime": Moment(e.time),
            "tenantid": Constant(str(self.api.ids.tenant)),
            "jobid": Coded(job, job_ids),
            "provisioningaction": Coded(e.action, ACTIONS),
            "provisioningstatusinfo/status": status,
            "statusinfo/status": status,
            "sourceidentity/id": Text(e.anchor),
            "sourceidentity/displayname": Text(e.object),
            "sourceidentity/identitytype": Text(kind),
            "targetidentity/id": Text(func.coalesce(e.target, "")),
            "targetidentity/displayname": Constant(""),
            "targetidentity/identitytype": Text(kind),
            "sourcesystem/id": Coded(job, job_ids),
            "sourcesystem/displayname": Coded(job, systems),
            "targetsystem/id": Constant(str(self.api.ids.tenant)),
            "targetsystem/displayname": Constant(DISPLAY_NAME),
            "serviceprincipal/id": Constant(self.api.ids.service_principal),
            "serviceprincipal/displayname": Constant(DISPLAY_NAME),
            "initiatedby/id": Constant(INITIATOR["id"]),
            "initiatedby/displayname": Constant(INITIATOR["displayName"]),
            "initiatedby/initiatortype": Constant(INITIATOR["initiatorType"]),
        }
