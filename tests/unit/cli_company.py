"""A small company behind Control, in memory: what the command line is tried on. It notes every call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ropeway.control.protocol import (
    AuditView,
    ChangeView,
    CompareView,
    CycleView,
    DomainView,
    EventFilter,
    EventView,
    ExplainView,
    HoldView,
    JobView,
    LiveView,
    OnProgress,
    PlanView,
    Progress,
    ProvisionView,
    SignInView,
)
from ropeway.model.definition import AttributeDefinition, DirectoryDefinition, ObjectDefinition
from ropeway.model.job import Guards, JobSettings, Retention, Schedule, SourceSettings
from ropeway.model.problems import Problem, RopewayError

ZOE = "CN=Zoë Müller,OU=Sales,DC=contoso,DC=test"
ZOE_ANCHOR = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
MASS_DELETION = Problem("hold-many-changes", object="Contoso", details={"count": "57"})

JOB = JobView(
    id="9c5b94b1-35ad-49bb-b118-8e8fc24abf80",
    name="Contoso",
    status="Active",
    source="active-directory contoso.test",
    settings=JobSettings("Contoso", SourceSettings("active-directory", {"domain": "contoso.test"})),
    last_success="2026-11-21T06:00:00Z",
    watermark="dirsync, dc1, USN 12345",
    entries={"user": 1000, "group": 40},
    linked={"user": 990, "group": 40},
    held=57,
)

HOLD = HoldView(
    number=3,
    what="deletes",
    type="user",
    count=57,
    digest="ab12cd34",
    cause=MASS_DELETION,
    created="2026-11-21T06:30:00Z",
    sample=(ZOE,),
)

RENAME = ChangeView(
    kind="update",
    type="user",
    object=ZOE,
    anchor=ZOE_ANCHOR,
    target="t-1",
    attributes={"displayName": "Zoë Müller", "department": None},
    before={"displayName": "Zoë Schmidt", "department": "Sales"},
    becomes={"displayName": "Zoë Müller (2)"},
)

EVENT = EventView(
    time="2026-11-21T06:00:01Z",
    job="Contoso",
    action="update",
    status="success",
    type="user",
    object=ZOE,
    anchor=ZOE_ANCHOR,
    target="t-1",
    modified={"displayName": "Zoë Müller"},
    steps=({"name": "EntryImport", "type": "import", "status": "success", "description": "Read from dc1."},),
)

PROVISIONED = ProvisionView(
    job="Contoso",
    object=ZOE,
    anchor=ZOE_ANCHOR,
    type="user",
    result="Success",
    action="Update",
    target="t-1",
    steps=({"name": "EntryImport", "type": "Import", "status": "Success", "description": "Read from the source."},),
    modified=({"displayName": "department", "oldValue": "Sales", "newValue": "Marketing"},),
)

STORY = ExplainView(
    object=ZOE,
    anchor=ZOE_ANCHOR,
    type="user",
    job="Contoso",
    state="in step",
    target="t-1",
    steps=({"stage": "scope", "outcome": "in scope", "rule": "OU=Sales", "details": "below a chosen container"},),
    attributes=(
        {
            "target": "displayName",
            "value": "Zoë Müller",
            "flow": "expression",
            "expression": "Coalesce([displayName], [cn])",
            "sources": {"displayName": "Zoë Müller"},
            "exported": "Zoë Schmidt",
            "directory": "Zoë Schmidt",
        },
        {"target": "faxNumber", "value": None, "flow": "direct", "expression": "[facsimileTelephoneNumber]"},
    ),
    links=({"attribute": "manager", "other": "CN=Åsa Öberg", "state": "exported"},),
    events=(EVENT,),
)


class Company:
    """An implementation of Control that keeps objects in dictionaries; results may be set by a test."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.all_jobs: list[JobView] = [JOB]
        self.cycle = CycleView(
            job="Contoso", kind="delta", result="success", read=3, exported={"update": 2, "links": 1}
        )
        self.plan = PlanView(job="Contoso", counts={"update user": 1}, changes=(RENAME,))
        self.all_holds: list[HoldView] = [HOLD]
        self.log: list[EventView] = [EVENT]
        self.objects: dict[str, dict[str, Any]] = {
            "t-1": {"id": "t-1", "displayName": "Zoë Müller", "userPrincipalName": "zoe@contoso.test"}
        }
        self.moments: list[LiveView] = [LiveView(job="Contoso", status="Active")]
        self.failure: RopewayError | None = None
        self.closed = False
        self.during_keep_in_step: Callable[[], None] = lambda: None

    def _note(self, *call: Any) -> None:
        self.calls.append(call)
        if self.failure:
            raise self.failure

    def create_job(
        self,
        settings: JobSettings,
        *,
        containers: Sequence[str] = (),
        groups: Sequence[str] = (),
        excluded_containers: Sequence[str] = (),
    ) -> JobView:
        self._note("create_job", settings, list(containers), list(groups), list(excluded_containers))
        source = f"{settings.source.kind} {settings.source.settings.get('domain', '')}"
        return JobView(id="new", name=settings.name, status="NotRun", source=source, settings=settings)

    def jobs(self) -> Sequence[JobView]:
        self.calls.append(("jobs",))
        return self.all_jobs

    def job(self, job: str) -> JobView:
        found = next((j for j in self.all_jobs if job in (j.name, j.id)), None)
        if found is None:
            raise RopewayError(Problem("job-unknown", object=job))
        return found

    def run_job(self, job: str, *, full: bool = False, progress: OnProgress | None = None) -> CycleView:
        self._note("run_job", job, full)
        if progress:
            for done in range(0, 1001, 100):
                progress(Progress("import", done, 1000))
        return self.cycle

    def plan_job(
        self, job: str, *, limit: int = 200, refresh: bool = True, progress: OnProgress | None = None
    ) -> PlanView:
        self._note("plan_job", job, limit, refresh)
        return self.plan

    def holds(self, job: str) -> Sequence[HoldView]:
        self._note("holds", job)
        return self.all_holds

    def approve(self, job: str, hold: int, digest: str | None = None) -> HoldView:
        self._note("approve", job, hold, digest)
        return HOLD

    def pause_job(self, job: str) -> JobView:
        self._note("pause_job", job)
        return JOB

    def resume_job(self, job: str) -> JobView:
        self._note("resume_job", job)
        return JOB

    def live(self, job: str) -> LiveView:
        self._note("live", job)
        return self.moments.pop(0) if len(self.moments) > 1 else self.moments[0]

    def schedule_job(self, job: str, schedule: Schedule, *, revision: str | None = None) -> JobView:
        self._note("schedule_job", job, schedule, *filter(None, [revision]))
        return JOB

    def describe_source(self, *, job: str | None = None, source: SourceSettings | None = None) -> DirectoryDefinition:
        self._note("describe_source", job, source)
        return DirectoryDefinition("d-1", "contoso.test")

    def check_source(self, job: str) -> None:
        self._note("check_source", job)

    def discover(self, job: str) -> DirectoryDefinition:
        self._note("discover", job)
        types = {"user": "badgeNumber", "group": "gidNumber"}
        objects = tuple(ObjectDefinition(name, (AttributeDefinition(one),)) for name, one in types.items())
        return DirectoryDefinition("d-1", "contoso.test", objects)

    def scope_job(
        self,
        job: str,
        *,
        containers: Sequence[str] = (),
        groups: Sequence[str] = (),
        excluded_containers: Sequence[str] = (),
        nested_groups: bool = False,
        revision: str | None = None,
    ) -> JobView:
        self._note("scope_job", job, list(containers), list(groups), list(excluded_containers), nested_groups)
        return JOB

    def stage_job(self, job: str, staging: bool, *, revision: str | None = None) -> JobView:
        self._note("stage_job", job, staging)
        return JOB

    def guard_job(self, job: str, guards: Guards, *, revision: str | None = None) -> JobView:
        self._note("guard_job", job, guards)
        return JOB

    def keep_job_history(self, job: str, retention: Retention, *, revision: str | None = None) -> JobView:
        self._note("keep_job_history", job, retention, *filter(None, [revision]))
        return JOB

    def notify(self, job: str, file: str, *, revision: str | None = None) -> JobView:
        self._note("notify", job, file, *filter(None, [revision]))
        return JOB

    def try_notifications(self, job: str) -> None:
        self._note("try_notifications", job)

    def compare_jobs(self, job: str, other: str, *, state: str | None = None, limit: int = 200) -> CompareView:
        self._note("compare_jobs", job, other, state, limit)
        return CompareView(job=job, other=other, as_of=(None, None), counts={"same": 3, "only here": 1})

    def clear_quarantine(self, job: str) -> JobView:
        self._note("clear_quarantine", job)
        return JOB

    def restart_job(self, job: str, scopes: Sequence[str] = ()) -> JobView:
        self._note("restart_job", job, list(scopes))
        return JOB

    def provision(self, job: str, identifier: str, *, members: Sequence[str] = ()) -> ProvisionView:
        self._note("provision", job, identifier, list(members))
        return PROVISIONED

    def delete_job(self, job: str, *, keep: bool) -> int:
        self._note("delete_job", job, keep)
        return 990

    def keep_in_step(
        self, jobs: Sequence[str], *, stop: Callable[[], bool], cycle: Callable[[CycleView], None]
    ) -> None:
        self._note("keep_in_step", list(jobs))
        while not stop():
            cycle(self.cycle)
            self.during_keep_in_step()

    def events(self, which: EventFilter) -> Sequence[EventView]:
        self._note("events", which)
        return self.log

    def explain(self, identifier: str, *, job: str | None = None) -> ExplainView:
        self._note("explain", identifier, job)
        return STORY

    def audit(self, *, who: str | None = None, since: str | None = None, limit: int = 100) -> Sequence[AuditView]:
        self._note("audit", who, since, limit)
        return [
            AuditView(time="2026-11-21T06:00:01Z", who="zoe", action="pause_job", subject="Contoso", outcome="success")
        ]

    def sign_ins(
        self, *, who: str | None = None, since: str | None = None, failed: bool = False, limit: int = 100
    ) -> Sequence[SignInView]:
        self._note("sign_ins", who, since, failed, limit)
        return [
            SignInView(
                time="2026-11-21T06:00:01Z", who="zoe@contoso.test", application="Desktop", way="password",
                resource="Microsoft Graph", address="::1", error=50126, reason="Error validating credentials.",
            )
        ]  # fmt: skip

    def list_objects(
        self, type_: str, *, contains: str | None = None, deleted: bool = False, limit: int = 100
    ) -> Sequence[dict[str, Any]]:
        self._note("list_objects", type_, contains, deleted, limit)
        return list(self.objects.values())[:limit]

    def show_object(self, type_: str, identifier: str) -> dict[str, Any]:
        self._note("show_object", type_, identifier)
        return self.objects[identifier] | {"memberOf": [{"id": "g-1", "displayName": "Sales"}]}

    def create_object(self, type_: str, properties: dict[str, Any]) -> dict[str, Any]:
        self._note("create_object", type_, properties)
        return properties | {"id": "t-2"}

    def update_object(self, type_: str, identifier: str, properties: dict[str, Any]) -> dict[str, Any]:
        self._note("update_object", type_, identifier, properties)
        return self.objects[identifier] | properties

    def delete_object(self, type_: str, identifier: str, *, for_good: bool = False) -> None:
        self._note("delete_object", type_, identifier, *(["for good"] if for_good else []))

    def restore_object(self, type_: str, identifier: str) -> dict[str, Any]:
        self._note("restore_object", type_, identifier)
        return self.objects[identifier]

    def manage_object(self, type_: str, identifier: str, *, in_cloud: bool) -> dict[str, Any]:
        self._note("manage_object", type_, identifier, in_cloud)
        return self.objects[identifier]

    def domains(self) -> Sequence[DomainView]:
        self._note("domains")
        return [DomainView(name="contoso.test", verified=True, default=True)]

    def add_domain(self, name: str) -> DomainView:
        self._note("add_domain", name)
        return DomainView(name=name, verified=False)

    def verify_domain(self, name: str) -> DomainView:
        self._note("verify_domain", name)
        return DomainView(name=name, verified=True)

    def close(self) -> None:
        self.closed = True
