"""`…/synchronization/jobs`: list, make, look at, change, delete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import msgspec
from starlette.routing import BaseRoute

from ropeway.control.protocol import JobView
from ropeway.control.revisions import refuse_changed, revision_of
from ropeway.control.settling import refuse_unfit_retention, refuse_unfit_schedule
from ropeway.control.wire.strict import refuse_strange
from ropeway.engine.lifecycle.schedule import interval
from ropeway.model.job import JobSettings, Schedule, SourceKind
from ropeway.model.templates import TEMPLATES
from ropeway.service.graph.api import Api
from ropeway.service.graph.counting import Counting
from ropeway.service.graph.directories import own_schema
from ropeway.service.graph.durations import seconds_of, told_duration
from ropeway.service.graph.job_settings import (
    Pair,
    given,
    new_job,
    refuse_changes,
    with_days,
    with_threshold,
)
from ropeway.service.graph.job_shape import facts_of, job_value, schedule_state
from ropeway.service.graph.opaque import opaque_of
from ropeway.service.graph.saved import with_saved
from ropeway.service.odata.answers import Answer, changed, made, many, nothing, one
from ropeway.service.odata.bodies import Body
from ropeway.service.odata.options import LIST, ONE
from ropeway.service.odata.paging import page_of
from ropeway.service.odata.refusals import body_invalid, not_offered
from ropeway.service.odata.resource import Asked, Verb, resource
from ropeway.store import jobs
from ropeway.store.jobs import JobRow
from ropeway.store.rows import Key

JOB_NOTE = "ropeway.job"
"""The annotation with everything that `ropeway job show` tells, for clients that prefer it."""
ROOT = "/v1.0/servicePrincipals/{principal}/synchronization"
State = Literal["Active", "Disabled", "Paused"]


class ScheduleBody(Body, frozen=True):
    """Graph's synchronizationSchedule."""

    expiration: str | None = None
    interval: str | None = None
    state: State | None = None


class OwnJob(Body, frozen=True):
    """A new job in Ropeway's own words, with which more can be said than with Graph's."""

    settings: JobSettings
    containers: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    excluded_containers: tuple[str, ...] = ()


class NewJobBody(Body, frozen=True):
    """What a job is made of."""

    template_id: str
    schedule: ScheduleBody | None = None
    synchronization_job_settings: tuple[Pair, ...] = ()
    schema: dict[str, Any] | None = None
    own: OwnJob | None = msgspec.field(name="@ropeway.job", default=None)
    """Instead of the others."""


class ChangedJobBody(Body, frozen=True):
    """What PATCH changes; the rest may be said as it is, since clients send whole jobs back."""

    id: str | None = None
    template_id: str | None = None
    schedule: ScheduleBody | None = None
    synchronization_job_settings: tuple[Pair, ...] | None = None
    status: dict[str, Any] | None = None
    own_view: Any = msgspec.field(name="@ropeway.job", default=None)
    """Told to whoever prefers it, and not read."""
    own_schedule: Schedule | None = msgspec.field(name="@ropeway.schedule", default=None)
    """When it runs by itself, polling included; neither pauses nor resumes, as Graph's schedule does."""


@dataclass(frozen=True, slots=True)
class Jobs:
    """Jobs as a resource."""

    api: Api
    counting: Counting

    def routes(self) -> Sequence[BaseRoute]:
        """The list, and one."""
        every = {"get": Verb(self.listed, LIST), "post": Verb(self.create, ONE, body=True, act="create_job")}
        single = {
            "get": Verb(self.shown, ONE),
            "patch": Verb(self.change, ONE, body=True, act="change_job"),
            "delete": Verb(self.delete, act="delete_job"),
        }
        parts = self.api.parts
        return [resource(parts, f"{ROOT}/jobs", **every), resource(parts, f"{ROOT}/jobs/{{job}}", **single)]

    @property
    def context(self) -> str:
        """Of a job."""
        return f"servicePrincipals('{self.api.ids.service_principal}')/synchronization/jobs"

    def row(self, asked: Asked) -> JobRow:
        """The job of the path, by id or name; RopewayError where it or the service principal is none."""
        self.api.check_principal(asked.key("principal"))
        with self.api.parts.database.read() as c:
            row = jobs.find(c, self.api.parts.tenant, asked.key("job"))
        asked.tell(row.id)
        return row

    def value(self, row: JobRow) -> dict[str, Any]:
        """A job in Graph's shape."""
        with self.api.parts.database.read() as c:
            key = Key(tenant=self.api.parts.tenant, job=row.number)
            return job_value(row, facts_of(c, key, self.counting, opaque_of(self.api.parts)))

    def _again(self, id_: str) -> JobRow:
        """The job as it is now."""
        with self.api.parts.database.read() as c:
            return jobs.find(c, self.api.parts.tenant, id_)

    def _told(self, asked: Asked, row: JobRow) -> dict[str, Any]:
        """A job for whoever asks: more of it where that is preferred."""
        more = {f"@{JOB_NOTE}": self.api.parts.control.job(row.id)} if asked.form.wants(JOB_NOTE) else {}
        return self.value(row) | more

    def _headers(self, asked: Asked, row: JobRow | None = None, *preferences: str) -> dict[str, str]:
        """The revision of its settings, for If-Match, and which preferences were followed."""
        notes = ("odata.include-annotations",) if asked.form.wants(JOB_NOTE) else ()
        applied = asked.form.applied(*preferences, *notes)
        return applied | ({"ETag": f'"{revision_of(row.settings)}"'} if row is not None else {})

    def listed(self, asked: Asked) -> Answer:
        """GET …/jobs."""
        self.api.check_principal(asked.key("principal"))
        with self.api.parts.database.read() as c:
            rows = jobs.every(c, self.api.parts.tenant)
        page = page_of([self._told(asked, row) for row in rows], asked.options, asked.page_size)
        return replace(many(self.context, page), headers=self._headers(asked, None, "odata.maxpagesize"))

    def shown(self, asked: Asked) -> Answer:
        """GET …/jobs/{id}."""
        row = self.row(asked)
        return replace(one(self.context, self._told(asked, row)), headers=self._headers(asked, row))

    def create(self, asked: Asked) -> Answer:
        """POST …/jobs. As in Graph a job rests until it is started, unless its schedule says that it is active."""
        self.api.check_principal(asked.key("principal"))
        body = asked.shaped(NewJobBody)
        kind = TEMPLATES.get(body.template_id)
        if kind is None:
            raise body_invalid("templateId", f"there is no template '{body.template_id}', only {', '.join(TEMPLATES)}")
        wanted = self._own(asked, body.own, kind) if body.own is not None else self._wanted(body, kind)
        if (accepted := self.api.later(asked, "create_job", **wanted)) is not None:
            return accepted
        view = self.api.call(asked.who, "create_job", JobView, **wanted)
        self.ask(view.id)
        row = self._again(view.id)
        answer = made(self.context, self._told(asked, row), f"{self.context}/{view.id}")
        return replace(answer, headers=self._headers(asked, row))

    def _own(self, asked: Asked, own: OwnJob, kind: SourceKind) -> dict[str, Any]:
        """A job in Ropeway's own words, checked as strictly as its own calls are."""
        if reason := refuse_strange(asked.body[f"@{JOB_NOTE}"], OwnJob, "$"):
            raise body_invalid(f"@{JOB_NOTE}", reason)
        if own.settings.source.kind != kind:
            raise body_invalid("templateId", f"the job's source is of another kind: {own.settings.source.kind}")
        asked.tell(own.settings.name)
        return {name: getattr(own, name) for name in OwnJob.__struct_fields__}

    def _wanted(self, body: NewJobBody, kind: SourceKind) -> dict[str, Any]:
        said = body.schedule or ScheduleBody()
        every = None if said.interval is None else _seconds(said.interval)
        schedule = Schedule(every=every, off=said.state != "Active")
        schema = own_schema(body.schema) if body.schema is not None else None
        pairs = with_saved(self.api, kind, given(body.synchronization_job_settings))
        return new_job(kind, pairs, schedule, schema)._asdict()

    def change(self, asked: Asked) -> Answer:
        """PATCH …/jobs/{id}: schedule and settings; nothing is changed where a part of it cannot be.

        With If-Match only while the settings are still those.
        """
        row, body = self.row(asked), asked.shaped(ChangedJobBody)
        asked.tell(row.id, schedule=body.own_schedule or body.schedule, settings=body.synchronization_job_settings)
        refuse_changed(row, asked.revision)
        if body.id not in (None, row.id):
            raise body_invalid("id", "an id does not change")
        before, said = row.settings, given(body.synchronization_job_settings or ())
        refuse_changes(before, said)
        guards, retention = with_threshold(before.guards, said), with_days(before.retention, said)
        schedule = _scheduled(before, body.schedule) if body.schedule is not None else before.schedule
        schedule = body.own_schedule or schedule
        refuse_unfit_retention(row.name, retention)
        refuse_unfit_schedule(row.name, schedule)
        control, seen = self.api.parts.control, asked.revision
        if guards != before.guards:
            seen = _next(seen, control.guard_job(row.id, guards, revision=seen))
        if retention != before.retention:
            seen = _next(seen, control.keep_job_history(row.id, retention, revision=seen))
        if schedule != before.schedule:
            control.schedule_job(row.id, schedule, revision=seen)
        self._rest(row, body.schedule.state if body.schedule is not None else None)
        now = self._again(row.id)
        return replace(
            changed(self.context, lambda: self._told(asked, now)), headers=self._headers(asked, now, "return")
        )

    def delete(self, asked: Asked) -> Answer:
        """DELETE …/jobs/{id}: what it brought stays, as in Graph, unless `ropeway-withdraw=true` is said."""
        row = self.row(asked)
        keep = asked.request.query_params.get("ropeway-withdraw") != "true"
        asked.tell(row.id, keep=keep)
        if (accepted := self.api.later(asked, "delete_job", job=row.id, keep=keep)) is not None:
            return accepted
        self.api.call(asked.who, "delete_job", int, job=row.id, keep=keep)
        return nothing()

    def _rest(self, row: JobRow, state: State | None) -> None:
        """Pause a job, or let it go on, where that is wanted and not so yet."""
        if state == "Paused" and schedule_state(row) != "Paused":
            self.api.parts.control.pause_job(row.id)
        elif state == "Active" and schedule_state(row) != "Active":
            self.api.parts.control.resume_job(row.id)
            self.ask(row.id)

    def start(self, row: JobRow, *, keep_schedule: bool = False) -> None:
        """Let a job go on that is paused, disabled, or was never started, and out of quarantine."""
        if keep_schedule:
            self.api.parts.control.resume_job(row.id)
            self.api.parts.queue.ask(row.number)
            return
        if row.settings.schedule.off:
            on = msgspec.structs.replace(row.settings.schedule, off=False)
            self.api.parts.control.schedule_job(row.id, on)
        self.api.parts.control.resume_job(row.id)
        self.ask(row.id)

    def ask(self, id_: str) -> None:
        """Ask for a cycle, where the job is one that runs by itself."""
        with self.api.parts.database.read() as c:
            row = jobs.find(c, self.api.parts.tenant, id_)
        if schedule_state(row) == "Active":
            self.api.parts.queue.ask(row.number)


def _next(seen: str | None, view: JobView) -> str | None:
    """What was seen, after one's own change; nobody may come between two of them."""
    return None if seen is None else view.revision


def _scheduled(settings: JobSettings, said: ScheduleBody) -> Schedule:
    """When a job is to run by itself; RopewayError for what is no schedule of Ropeway's."""
    if said.expiration is not None:
        raise not_offered("schedule.expiration", "A job has no day on which it ends; delete it when it is over")
    now = settings.schedule
    same = said.interval is None or _seconds(said.interval) == _seconds(told_duration(interval(settings)))
    every = now.every if same else _seconds(said.interval or "")
    return Schedule(every=every, off=now.off if said.state in (None, "Paused") else said.state == "Disabled")


def _seconds(duration: str) -> float:
    found = seconds_of(duration)
    if found is None:
        raise body_invalid("schedule.interval", "it is a duration in ISO 8601, such as PT40M")
    return found
