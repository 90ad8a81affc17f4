"""Jobs, asked of Graph's synchronization API (graph-scim.md B)."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, TypeVar

import msgspec

from ropeway.control.following import Following
from ropeway.control.over_graph.graph import Graph, key, preferring
from ropeway.control.protocol import JobView, ProvisionView
from ropeway.engine.lifecycle.restarts import scope_of
from ropeway.model.definition import DirectoryDefinition
from ropeway.model.job import JobSettings, Retention, Schedule
from ropeway.model.templates import TEMPLATE_OF

KEEP = (("ropeway-keep", "schedule"),)
"""What rests goes on resting, as a restart here has it; Graph's own would start it."""

JOB = "ropeway.job"
LATER = {"Prefer": "respond-async"}
T = TypeVar("T")


class Job(msgspec.Struct, rename={"view": f"@{JOB}"}):
    """Graph's synchronizationJob, as far as it is read here."""

    view: JobView


class _Directory(msgspec.Struct):
    id: str
    discoverabilities: str


class JobsOverGraph:
    """Methods of `Control` about jobs that Graph has."""

    _graph: Graph
    _errands: Following

    def create_job(
        self,
        settings: JobSettings,
        *,
        containers: Sequence[str] = (),
        groups: Sequence[str] = (),
        excluded_containers: Sequence[str] = (),
    ) -> JobView:
        """POST …/jobs; Graph's settings of a job have no words for guards, notifications and some more."""
        own = {"settings": settings, "containers": containers, "groups": groups,
               "excludedContainers": excluded_containers}  # fmt: skip
        body = {"templateId": TEMPLATE_OF[settings.source.kind], f"@{JOB}": own}
        return self._long("create_job", "POST", f"{self._graph.synchronization}/jobs", JobView, body=body)

    def delete_job(self, job: str, *, keep: bool) -> int:
        """DELETE …/jobs/{id}, which in Graph keeps what the job brought."""
        query = () if keep else (("ropeway-withdraw", "true"),)
        return self._long("delete_job", "DELETE", self._job(job), int, query=query)

    def check_source(self, job: str) -> None:
        """POST …/jobs/{id}/validateCredentials."""
        self._long("describe_source", "POST", f"{self._job(job)}/validateCredentials", DirectoryDefinition)

    def discover(self, job: str) -> DirectoryDefinition:
        """POST …/schema/directories/{id}/discover, of the one that has something to discover."""
        path = f"{self._job(job)}/schema/directories"
        found = self._graph.every(path, _Directory, query=(("$select", "id,discoverabilities"),))
        id_ = next(one.id for one in found if one.discoverabilities != "None")
        return self._long("describe_source", "POST", f"{path}{key(id_)}/discover", DirectoryDefinition)

    def jobs(self) -> Sequence[JobView]:
        """GET …/jobs, by name: Graph's pages go by id."""
        found = self._graph.every(f"{self._graph.synchronization}/jobs", Job, annotation=JOB)
        return sorted((one.view for one in found), key=attrgetter("name"))

    def job(self, job: str) -> JobView:
        """GET …/jobs/{id}."""
        return self._graph.ask("GET", self._job(job), Job, headers=preferring(JOB)).view

    def pause_job(self, job: str) -> JobView:
        """POST …/jobs/{id}/pause."""
        return self._done(job, "pause")

    def resume_job(self, job: str) -> JobView:
        """POST …/jobs/{id}/start."""
        return self._done(job, "start", query=KEEP)

    def restart_job(self, job: str, scopes: Sequence[str] = ()) -> JobView:
        """POST …/jobs/{id}/restart."""
        scope_of(scopes)
        body = {"criteria": {"resetScope": ", ".join(scopes)}}
        return self._done(job, "restart", query=KEEP, body=body)

    def clear_quarantine(self, job: str) -> JobView:
        """POST …/jobs/{id}/restart, with what keeps the watermark."""
        return self.restart_job(job, ("QuarantineState", "Escrows"))

    def schedule_job(self, job: str, schedule: Schedule, *, revision: str | None = None) -> JobView:
        """PATCH …/jobs/{id}; Graph's schedule has no polling, and pauses or resumes with it."""
        return self._changed(job, {"@ropeway.schedule": schedule}, revision)

    def keep_job_history(self, job: str, retention: Retention, *, revision: str | None = None) -> JobView:
        """PATCH …/jobs/{id}."""
        days = {"LogDays": retention.log, "CycleDays": retention.cycles}
        pairs = [{"name": name, "value": str(value)} for name, value in days.items()]
        return self._changed(job, {"synchronizationJobSettings": pairs}, revision)

    def provision(self, job: str, identifier: str, *, members: Sequence[str] = ()) -> ProvisionView:
        """POST …/jobs/{id}/provisionOnDemand."""
        links = {"links": {"members": [{"objectId": one} for one in members]}} if members else {}
        body = {"parameters": [{"subjects": [{"objectId": identifier, **links}]}]}
        return self._long("provision", "POST", f"{self._job(job)}/provisionOnDemand", ProvisionView, body=body)

    def _long(self, method: str, verb: str, path: str, kind: type[T], **more: Any) -> T:
        """What reads the source or takes long: begun, and followed as an errand."""
        result = self._errands.begun(method, self._graph.request(verb, path, headers=LATER, **more))
        return self._graph.decoded(result, kind)

    def _job(self, job: str) -> str:
        return f"{self._graph.synchronization}/jobs{key(job)}"

    def _done(self, job: str, action: str, **more: Any) -> JobView:
        self._graph.tell("POST", f"{self._job(job)}/{action}", **more)
        return self.job(job)

    def _changed(self, job: str, body: dict[str, Any], revision: str | None) -> JobView:
        headers = preferring(JOB, "return=representation")
        if revision is not None:
            headers["If-Match"] = f'"{revision}"'
        return self._graph.ask("PATCH", self._job(job), Job, body=body, headers=headers).view
