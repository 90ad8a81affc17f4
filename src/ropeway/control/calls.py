"""Every call of Control as it is made over HTTP: one table, read by the service, by its workers, and by the client.

A parameter is in the path where the path names it; `revision` is If-Match; the others are the query of a GET or DELETE,
else members of a JSON object. They are checked by the types that `Control` gives them (`wire.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BASE = "/v1.0/ropeway"
"""Below it is what Graph has no words for."""

GRAPH, BETA = "/v1.0", "/beta"
"""What Graph has is asked as Graph has it (docs/graph-api.md), by `over_graph`."""

AGENTS = "onPremisesPublishingProfiles/provisioning/agents"
JOBS = "servicePrincipals/{principal}/synchronization/jobs"

Verb = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

SMALL, LARGE = 1 << 20, 48 << 20
"""Bytes of a request at most: a call, and one that carries files."""


@dataclass(frozen=True, slots=True)
class Errand:
    """Why a worker does it, and what becomes of it when that worker dies."""

    why: str
    look: str = ""
    """The command that tells whether it was done; empty: it changes nothing, and another worker takes it up again."""
    long: bool = False
    """It may take minutes: a few of these are done at once, so that short ones need not wait for them."""


@dataclass(frozen=True, slots=True)
class Call:
    """How one method of Control is asked for."""

    method: str
    verb: Verb
    path: str
    """Below `base`; `{name}` is a parameter."""
    errand: Errand | None = None
    """None: answered at once, from the database alone."""
    whole: str = ""
    """The parameter whose members are the members of query or body."""
    most: int = SMALL
    due: bool = False
    """A cycle of the job is due afterwards."""
    base: str = BASE

    @property
    def route(self) -> str:
        """The path from the root."""
        return f"{self.base}/{self.path}"

    @property
    def is_own(self) -> bool:
        """Whether it has a route by itself, whose types are Control's."""
        return self.base == BASE

    @property
    def changes(self) -> bool:
        """Whether it is an act that the audit trail tells of."""
        return self.verb != "GET" if self.errand is None else bool(self.errand.look)


READS = "reads the source"
LONG = "goes through all objects"
COMPUTES = "computes for long where the file is large"

GROUPS: dict[str, tuple[Call, ...]] = {
    "Jobs": (
        Call("jobs", "GET", JOBS, base=GRAPH),
        Call("create_job", "POST", JOBS, Errand(READS, "ropeway job list"), base=GRAPH),
        Call("job", "GET", f"{JOBS}/{{job}}", base=GRAPH),
        Call("live", "GET", "jobs/{job}/live"),
        Call("describe_source", "POST", "sources/describe", Errand(READS)),
        Call("check_source", "POST", f"{JOBS}/{{job}}/validateCredentials", Errand(READS), base=GRAPH),
        Call(
            "discover", "POST", f"{JOBS}/{{job}}/schema/directories/{{directory}}/discover", Errand(READS), base=GRAPH
        ),
        Call("run_job", "POST", "jobs/{job}/run", Errand(READS, "ropeway job show {job}", long=True)),
        Call("plan_job", "POST", "jobs/{job}/plan", Errand(READS, long=True)),
        Call("report_job", "POST", "jobs/{job}/report", Errand(READS, long=True)),
        Call("holds", "GET", "jobs/{job}/holds"),
        Call("approve", "POST", "jobs/{job}/holds/{hold}/approve", due=True),
        Call("pause_job", "POST", f"{JOBS}/{{job}}/pause", base=GRAPH),
        Call("resume_job", "POST", f"{JOBS}/{{job}}/start", base=GRAPH),
        Call("delete_job", "DELETE", f"{JOBS}/{{job}}", Errand(LONG, "ropeway job list", long=True), base=GRAPH),
    ),
    "A job's life": (
        Call("schedule_job", "PATCH", f"{JOBS}/{{job}}", base=GRAPH),
        Call("scope_job", "PUT", "jobs/{job}/scope", Errand(READS, "ropeway job show {job}")),
        Call("guard_job", "PUT", "jobs/{job}/guards", whole="guards"),
        Call("stage_job", "PUT", "jobs/{job}/staging", due=True),
        Call("keep_job_history", "PATCH", f"{JOBS}/{{job}}", base=GRAPH),
        Call(
            "notify",
            "PUT",
            "jobs/{job}/notifications",
            Errand("reads a file of the machine where jobs run", "ropeway job show {job}"),
        ),
        Call(
            "try_notifications",
            "POST",
            "jobs/{job}/notifications/try",
            Errand("waits for a mail server or webhook", "ropeway job notify {job} --test"),
        ),
        Call("clear_quarantine", "POST", f"{JOBS}/{{job}}/restart", base=GRAPH),
        Call("restart_job", "POST", f"{JOBS}/{{job}}/restart", base=GRAPH),
        Call(
            "provision",
            "POST",
            f"{JOBS}/{{job}}/provisionOnDemand",
            Errand(READS, "ropeway log --job {job}"),
            base=GRAPH,
        ),
        Call("compare_jobs", "POST", "jobs/{job}/compare", Errand(LONG, long=True)),
    ),
    "What happened": (
        Call("events", "GET", "auditLogs/provisioning", base=GRAPH),
        Call("explain", "GET", "explain", Errand("reads the source, where no job knows the object yet")),
        Call("audit", "GET", "auditLogs/directoryAudits", base=GRAPH),
        Call("sign_ins", "GET", "auditLogs/signIns", base=GRAPH),
    ),
    "The installation": (
        Call("service_status", "GET", "service/status"),
        Call("agents", "GET", AGENTS, base=BETA),
        Call("agent", "GET", f"{AGENTS}/{{agent}}", base=BETA),
        Call("remove_agent", "DELETE", f"{AGENTS}/{{agent}}", base=BETA),
        Call("registration_token", "POST", "agents/tokens"),
        Call("set_trace", "PUT", "agents/{agent}/trace"),
    ),
    "Applications": (
        Call("applications", "GET", "applications"),
        Call("create_application", "POST", "applications"),
        Call("application", "GET", "applications/{application}"),
        Call("remove_application", "DELETE", "applications/{application}"),
        Call("add_secret", "POST", "applications/{application}/secrets"),
        Call("add_certificate", "POST", "applications/{application}/certificates"),
        Call("drop_credential", "DELETE", "applications/{application}/credentials/{credential}"),
        Call("set_permissions", "POST", "applications/{application}/permissions"),
        Call("set_required", "POST", "applications/{application}/required"),
        Call("set_redirects", "POST", "applications/{application}/redirects"),
    ),
    "Directory synchronization": (
        Call("synchronization", "GET", "directory/onPremisesSynchronization/{tenant}", base=GRAPH),
        Call("change_synchronization", "PATCH", "directory/onPremisesSynchronization/{tenant}", base=GRAPH),
    ),
    "Directory roles": (
        Call("roles", "GET", "roles"),
        Call("assign_role", "POST", "roles/{role}/members"),
        Call("withdraw_role", "DELETE", "roles/{role}/members/{user}"),
    ),
    "Schemas": (
        Call("schema", "GET", f"{JOBS}/{{job}}/schema", base=GRAPH),
        Call(
            "change_schema",
            "PUT",
            "jobs/{job}/schema",
            Errand("reads the source, where groups are named by DN", "ropeway schema show {job}"),
            whole="change",
            most=LARGE,
        ),
        Call("try_schema", "POST", "jobs/{job}/schema/try", Errand(LONG, long=True), whole="change", most=LARGE),
        Call("export_schema", "GET", f"{JOBS}/{{job}}/schema", base=GRAPH),
        Call("compare_schema", "POST", "jobs/{job}/schema/compare", Errand(COMPUTES), most=LARGE),
        Call("schema_upgrade", "POST", "jobs/{job}/schema/upgrade"),
        Call("check_schema", "POST", "schemas/check", Errand(COMPUTES), most=LARGE),
        Call("test_schema", "POST", "schemas/test", Errand("reads a live object"), whole="asked", most=LARGE),
    ),
    "The directory": (
        Call("domains", "GET", "domains", base=GRAPH),
        Call("add_domain", "POST", "domains", base=GRAPH),
        Call("verify_domain", "POST", "domains/{name}/verify", base=GRAPH),
        Call("remove_domain", "DELETE", "domains/{name}", base=GRAPH),
        Call("set_password", "POST", "directory/users/{user}/password"),
        Call("set_second_factor", "POST", "directory/users/{user}/second-factor"),
        Call("end_sign_ins", "POST", "directory/users/{user}/end-sign-ins"),
        Call("list_objects", "GET", "directory/{type}"),
        Call("create_object", "POST", "directory/{type}", whole="properties"),
        Call("show_object", "GET", "directory/{type}/{identifier}"),
        Call("update_object", "PATCH", "directory/{type}/{identifier}", whole="properties"),
        Call("delete_object", "DELETE", "directory/{type}/{identifier}"),
        Call("restore_object", "POST", "directory/{type}/{identifier}/restore"),
        Call("manage_object", "POST", "directory/{type}/{identifier}/manage"),
    ),
}
"""Calls by what they are about; where two paths fit, the first is meant."""

CALLS: dict[str, Call] = {call.method: call for calls in GROUPS.values() for call in calls}
"""Calls by their method."""

OWN: tuple[Call, ...] = tuple(call for call in CALLS.values() if call.is_own)
"""Those with a route by themselves."""

FOLLOWED = "errands/{number}"
"""Below `BASE`: the answer of an errand once more, for a client whose connection was cut."""
