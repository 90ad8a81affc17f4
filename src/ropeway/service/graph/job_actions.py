"""What is done with a job: start, pause, restart, one object now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from starlette.routing import BaseRoute

from ropeway.control.protocol import ProvisionView
from ropeway.rules import layers
from ropeway.service.graph.job_shape import schedule_state
from ropeway.service.graph.jobs import ROOT, Jobs
from ropeway.service.graph.objects.throttling import refusal
from ropeway.service.graph.on_demand import OnDemandBody, answer_of, line_about, subject_of
from ropeway.service.graph.opaque import LINE, opaque_of
from ropeway.service.http.buckets import Limits
from ropeway.service.odata.answers import Answer, nothing, one
from ropeway.service.odata.bodies import Body
from ropeway.service.odata.refusals import unreadable
from ropeway.service.odata.resource import Asked, Verb, resource

KEEP = "ropeway-keep"
"""The query option with which a start or restart leaves alone whether a job runs by itself: `ropeway-keep=schedule`."""
ON_DEMAND, ON_DEMAND_SECONDS = 5, 10.0
"""How many a caller may have provisioned in so many seconds, as published; each process counts for itself."""
JOB = f"{ROOT}/jobs/{{job}}"


class Criteria(Body, frozen=True):
    """Graph's synchronizationJobRestartCriteria."""

    reset_scope: str | None = None


class RestartBody(Body, frozen=True):
    """What a restart is asked with."""

    criteria: Criteria | None = None


@dataclass(frozen=True, slots=True)
class JobActions:
    """Actions below a job."""

    jobs: Jobs
    on_demand: Limits = field(default_factory=lambda: Limits(ON_DEMAND, ON_DEMAND_SECONDS))

    def routes(self) -> Sequence[BaseRoute]:
        """One route an action."""
        parts = self.jobs.api.parts
        on_demand = Verb(self.provision_on_demand, body=True, act="provision")
        return [
            resource(parts, f"{JOB}/start", post=Verb(self.start, act="resume_job")),
            resource(parts, f"{JOB}/pause", post=Verb(self.pause, act="pause_job")),
            resource(parts, f"{JOB}/restart", post=Verb(self.restart, body=True, act="restart_job")),
            resource(parts, f"{JOB}/provisionOnDemand", post=on_demand),
        ]

    def start(self, asked: Asked) -> Answer:
        """Go on, and out of quarantine."""
        self.jobs.start(self.jobs.row(asked), keep_schedule=_keeps_schedule(asked))
        return nothing()

    def pause(self, asked: Asked) -> Answer:
        """Rest; the state is kept."""
        self.jobs.api.parts.control.pause_job(self.jobs.row(asked).id)
        return nothing()

    def restart(self, asked: Asked) -> Answer:
        """Reset what the scope names; without one, what the portal's restart resets. A job that rests goes on with it.

        A quarantine stays unless the scope names it. None resets nothing: a start, as Graph's documentation says.
        """
        row = self.jobs.row(asked)
        body = asked.shaped(RestartBody) if asked.body is not None else RestartBody()
        scope = (body.criteria.reset_scope if body.criteria else None) or ""
        asked.tell(row.id, scopes=scope)
        words = [word.strip() for word in scope.split(",") if word.strip()]
        wanted = [word for word in words if word.lower() != "none"]
        resets = bool(wanted) or not words
        if resets:
            self.jobs.api.parts.control.restart_job(row.id, wanted)
        keep = _keeps_schedule(asked)
        if resets and (keep or schedule_state(row) == "Active"):
            self.jobs.api.parts.queue.ask(row.number)
        else:
            self.jobs.start(row, keep_schedule=keep)
        return nothing()

    def provision_on_demand(self, asked: Asked) -> Answer:
        """One object now; of a group up to five members with it."""
        if wait := self.on_demand.take(asked.who.subject):
            raise refusal(self.jobs.api, asked, wait, "ProvisionOnDemandLimitExceeded", "Tenant_Application/Write")
        row = self.jobs.row(asked)
        rules = layers.of_job(row.settings).document.get("synchronizationRules", [])
        subject = subject_of(asked.shaped(OnDemandBody), rules)
        said = {"job": row.id, "identifier": subject.object_id, "members": subject.member_ids()}
        asked.tell(row.id, identifier=subject.object_id, members=subject.member_ids())
        api = self.jobs.api
        if (accepted := api.later(asked, "provision", **said)) is not None:
            return accepted
        view = api.call(asked.who, "provision", ProvisionView, **said)
        with api.parts.database.read() as c:
            number = line_about(c, view, row)
        change = "" if number is None else opaque_of(api.parts).id(LINE, number)
        return one("microsoft.graph.stringKeyStringValuePair", answer_of(view, row, change), is_entity=False)


def _keeps_schedule(asked: Asked) -> bool:
    said = asked.request.query_params.get(KEEP)
    if said not in (None, "schedule"):
        raise unreadable(KEEP, "It is schedule, or is left out")
    return said is not None
