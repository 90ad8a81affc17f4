"""`/auditLogs/provisioning`: the provisioning log, filtered by the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import and_, func, true
from starlette.routing import BaseRoute

from ropeway.control import log_lines
from ropeway.control.protocol import EventView
from ropeway.directory.reading import meant
from ropeway.rules.layers import redacted_names
from ropeway.service.graph.api import DISPLAY_NAME, Api
from ropeway.service.graph.logs import Log
from ropeway.service.graph.opaque import CYCLE, LINE, opaque_of
from ropeway.service.graph.provisioning_shape import ACTIONS, INITIATOR, Setting, ends_of, source_system, summary
from ropeway.service.odata.resource import Asked
from ropeway.service.odata.sql import Coded, Condition, Constant, Fields, Moment, Serial, Text
from ropeway.store import explaining, jobs, looking
from ropeway.store.jobs import JobRow
from ropeway.store.looking import Event
from ropeway.store.tables import provisioning_event

NOTE = "ropeway.event"
"""The annotation with what `ropeway log` tells."""


@dataclass(frozen=True, slots=True)
class ProvisioningLog:
    """The log as a resource."""

    api: Api

    def routes(self) -> Sequence[BaseRoute]:
        """The list, and one line."""
        serial, read = provisioning_event.c.id, looking.events_where
        log = Log(
            self.api.parts,
            "auditLogs/provisioning",
            serial,
            LINE,
            self.fields,
            read,
            attrgetter("id"),
            self._told,
            note=NOTE,
            view=self._views,
            narrow=self._narrow,
        )
        return log.routes()

    def _narrow(self, asked: Asked) -> Condition:
        """What Graph's filter has no words for: Ropeway's actions, a job and an object by any of their names."""
        said, e, tenant = asked.request.query_params, provisioning_event.c, self.api.parts.tenant
        parts: list[Condition] = []
        with self.api.parts.database.read() as c:
            if (named := said.get("ropeway-job")) is not None:
                parts.append(e.job == jobs.find(c, tenant, named).number)
            if (action := said.get("ropeway-action")) is not None:
                parts.append(e.action == action)
            if (wanted := said.get("ropeway-object")) is not None:
                kinds = ("user", "group", "contact") if "@" in wanted else ()
                ids = [id_ for kind in kinds for id_ in meant(c, tenant, kind, wanted)]
                parts.append(looking.named([wanted, *ids]))
        return and_(true(), *parts)

    def _views(self, events: Sequence[Event]) -> list[EventView]:
        with self.api.parts.database.read() as c:
            names = explaining.dns_of(c, self.api.parts.tenant, log_lines.ends_of(events))
        rows = {row.number: row for row in self._jobs()}
        secret = {number: redacted_names(row.settings) for number, row in rows.items()}
        return [log_lines.event_view(e, rows[e.job].name, names, secret[e.job]) for e in events]

    def _jobs(self) -> list[JobRow]:
        with self.api.parts.database.read() as c:
            return jobs.every(c, self.api.parts.tenant)

    def _told(self, events: Sequence[Event]) -> list[dict[str, Any]]:
        with self.api.parts.database.read() as c:
            names = explaining.dns_of(c, self.api.parts.tenant, ends_of(events))
        rows = {row.number: row for row in self._jobs()}
        told = {event.job for event in events} & rows.keys()
        secret = {number: redacted_names(rows[number].settings) for number in told}
        setting = Setting(self.api.ids, opaque_of(self.api.parts), rows, names, secret)
        return [summary(event, setting) for event in events]

    def fields(self) -> Fields:
        """What may be asked for, as `summary` tells it."""
        e, rows, ids = provisioning_event.c, self._jobs(), opaque_of(self.api.parts)
        systems: dict[str, list[int]] = {}
        for row in rows:
            systems.setdefault(source_system(row)["displayName"], []).append(row.number)
        job_ids = {row.id: [row.number] for row in rows}
        job = e.job + 0  # so that no index is used: it would find, and sort, every line of a job for one page
        status = Text(e.status)
        kind = func.upper(func.substr(e.type, 1, 1)).concat(func.substr(e.type, 2))
        return {
            "id": Serial(e.id, ids.reader(LINE)),
            "changeid": Serial(e.id, ids.reader(LINE)),
            "cycleid": Serial(e.cycle, ids.reader(CYCLE)),
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
