"""The one interface behind the command line; later the same calls are served over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, Protocol

import msgspec

from ropeway.control.schema_test_views import SchemaTest, SchemaTestView
from ropeway.control.schema_views import ComparisonView, SchemaChange, SchemaText, SchemaView, TrialView
from ropeway.control.service_views import ServiceView
from ropeway.model.definition import DirectoryDefinition
from ropeway.model.job import Guards, JobSettings, Prevention, Retention, Schedule, SourceSettings
from ropeway.model.problems import Problem
from ropeway.model.secret import Secret

ObjectType = Literal["users", "groups", "contacts", "devices"]

Limit = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]
"""How many are told at most."""


class QuarantineView(msgspec.Struct, frozen=True, kw_only=True):
    """Why and since when a job is in quarantine (Graph: synchronizationQuarantine); times are ISO 8601."""

    reason: str
    """EncounteredBaseEscrowThreshold, EncounteredQuarantineException, TooManyDeletes, …"""
    current_began: str
    """Since when for this reason."""
    next_attempt: str
    series_began: str
    """Since when without an interruption."""
    series_count: int
    """Attempts that left it in quarantine."""
    error: Problem | None = None


class JobView(msgspec.Struct, frozen=True, kw_only=True):
    """A job as `job list` and `job show` tell it."""

    id: str
    name: str
    status: str
    """NotRun | Active | Paused | Quarantine."""
    source: str
    """`active-directory contoso.test`, `ldif company.ldif`."""
    settings: JobSettings
    revision: str = ""
    """Digest of the settings: who changes them may say which they were."""
    last_success: str | None = None
    """ISO 8601."""
    watermark: str | None = None
    """For people: method, controller, USN, time."""
    running: str | None = None
    """Who holds the lease and since when, or None."""
    entries: dict[str, int] = {}
    """Source objects known, by type."""
    linked: dict[str, int] = {}
    """Target objects linked, by type."""
    due: int = 0
    pending: int = 0
    held: int = 0
    escrowed: int = 0
    problems: tuple[Problem, ...] = ()
    """What is wrong with the job as a whole."""
    quarantine: QuarantineView | None = None
    disabled: str | None = None
    """Since when it is disabled, four weeks of quarantine being over."""
    next_run: str | None = None
    """When `ropeway run` runs it next; None: not by itself."""
    last_run: str | None = None
    """When the last cycle that ended well began; of a job that polls, to the hour."""
    failures_in_row: int = 0
    """Cycles stopped by a problem since then."""
    stopped_by: Problem | None = None
    """The problem of the last of them."""
    active: str | None = None
    """The machine that runs it, or ran it last, and since when no other did."""


class Progress(msgspec.Struct, frozen=True):
    """How far a stage has come."""

    stage: str
    done: int
    total: int | None = None


class CycleView(msgspec.Struct, frozen=True, kw_only=True):
    """What one cycle did."""

    job: str
    kind: Literal["initial", "delta", "recover"]
    result: Literal["success", "completed-with-errors", "held", "stopped", "nothing-to-do"]
    read: int = 0
    """Objects and links the source delivered."""
    decided: int = 0
    exported: dict[str, int] = {}
    """By kind: create, update, delete, links, …"""
    held: int = 0
    failed: int = 0
    waiting: int = 0
    staged: int = 0
    """Changes that are due and not written, since the job is staging."""
    out_of_scope: int = 0
    """How many objects were read, where not one of them is in scope; 0 where one is."""
    seconds: dict[str, float] = {}
    """By stage."""
    problems: tuple[Problem, ...] = ()
    """Of the job as a whole; those of single objects are in the log and in escrow."""


class PastCycle(msgspec.Struct, frozen=True, kw_only=True):
    """A cycle that ended; times are ISO 8601."""

    began: str
    ended: str
    cycle: CycleView


class LiveView(msgspec.Struct, frozen=True, kw_only=True):
    """A job at this moment: cheap to ask for, twice a second."""

    job: str
    status: str
    """NotRun | Active | Paused | Quarantine."""
    running: str | None = None
    """Who has the job and since when, or None."""
    stage: str = ""
    """import | decide | export: of the cycle that runs; empty where none runs for longer than a moment."""
    done: int = 0
    total: int | None = None
    rate: float | None = None
    """In a second, since the stage began."""
    stage_began: str | None = None
    """ISO 8601."""
    due: int = 0
    """To decide."""
    pending: int = 0
    """To write."""
    held: int = 0
    escrowed: int = 0
    next_run: str | None = None
    cycles: tuple[PastCycle, ...] = ()
    """The last five, the latest first; those that did nothing are not kept."""
    problems: tuple[Problem, ...] = ()


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """One planned change."""

    kind: str
    type: str
    object: str
    """The source DN."""
    anchor: str
    target: str | None = None
    attributes: dict[str, Any] = {}
    """Wanted values; None empties."""
    before: dict[str, Any] = {}
    """What was exported last, of the same attributes."""
    added: dict[str, list[str]] = {}
    removed: dict[str, list[str]] = {}
    becomes: dict[str, Any] = {}
    """Where the directory will store something else than was asked."""
    matched_by: str = ""
    hold: int | None = None
    problem: Problem | None = None


class PlanView(msgspec.Struct, frozen=True, kw_only=True):
    """A plan: what the next export would write. `changes` may be cut at a limit; `counts` never is."""

    job: str
    counts: dict[str, int]
    """`create user`, `delete group`, … to number."""
    changes: tuple[ChangeView, ...] = ()
    holds: tuple[HoldView, ...] = ()
    out_of_scope: int = 0
    """How many objects were read, where not one of them is in scope; 0 where one is."""
    problems: tuple[Problem, ...] = ()


class HoldView(msgspec.Struct, frozen=True, kw_only=True):
    """Dangerous changes that wait for somebody's approval."""

    number: int
    what: str
    """`deletes`, `disables`, `members`, `emptied`."""
    type: str
    count: int
    digest: str
    cause: Problem
    created: str
    approved: str | None = None
    sample: tuple[str, ...] = ()
    """Up to ten DNs."""


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the provisioning log (Graph: provisioningObjectSummary)."""

    id: int
    time: str
    job: str
    cycle: int
    action: str
    """create | update | delete | disable | restore | adopt | links | other."""
    status: Literal["success", "warning", "failure", "skipped"]
    type: str
    object: str
    """The source DN."""
    anchor: str
    target: str | None
    modified: dict[str, Any] = {}
    """Attribute to new value; links as `+members`, `-members` with their counts or names."""
    steps: tuple[dict[str, Any], ...] = ()
    """name, type (import|scoping|matching|processing|referenceResolution|export), status, description."""
    problem: Problem | None = None


class EventFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which events; everything given must hold."""

    job: str | None = None
    action: str | None = None
    status: str | None = None
    type: str | None = None
    object: str | None = None
    """DN, GUID, UPN, target id, or a part of the DN."""
    since: str | None = None
    """ISO 8601."""
    limit: Limit = 50


class ExplainView(msgspec.Struct, frozen=True, kw_only=True):
    """Why an object is as it is: stage by stage, from the present state."""

    object: str
    anchor: str
    type: str
    job: str
    state: str
    """in step | pending | held | escrowed | out of scope | deleted | not matched yet | not imported yet; of objects
    that no job brings: lives in the cloud alone | in the recycle bin."""
    steps: tuple[dict[str, Any], ...] = ()
    """stage, outcome, rule, details."""
    target: str | None = None
    """The id of the directory's object."""
    attributes: tuple[dict[str, Any], ...] = ()
    """target, value, rule, flow, expression, sources, applies, ignored, problem, offers of lower rules; exported: what
    was written last; directory: what it shows; job: whose word counts, empty where the directory made the value;
    others: what other contributors offer; why: the problem for which the directory shows something else."""
    links: tuple[dict[str, Any], ...] = ()
    """attribute, other (DN, name or key), state (exported, to be added, to be removed, waiting, unresolved, gone), why,
    by (jobs); up to 50, unfinished ones first."""
    contributors: tuple[dict[str, Any], ...] = ()
    """job, object (DN), anchor, precedence, standing: everybody with a word in the object, by precedence."""
    next_decision: str | None = None
    """ISO 8601: when it is decided again although nothing changed; None where only a change does it."""
    problems: tuple[Problem, ...] = ()
    events: tuple[EventView, ...] = ()


class ProvisionView(msgspec.Struct, frozen=True, kw_only=True):
    """What provisioning one object on demand did (Graph: provisionOnDemand, whose names its steps have)."""

    job: str
    object: str
    """The source DN."""
    anchor: str
    type: str
    result: Literal["Success", "Skipped", "Failure", "Warning"]
    action: str
    """Create | Update | Delete | Disable | Restore | Adopt | Links | Other."""
    why: str = ""
    """Where nothing was written: RedundantExport, NotEffectivelyEntitled, StagedDelete, …"""
    target: str | None = None
    began: str = ""
    ended: str = ""
    steps: tuple[dict[str, Any], ...] = ()
    """Four: name, type (Import | Scoping | Matching | Export), status, description, timestamp, details."""
    modified: tuple[dict[str, Any], ...] = ()
    """displayName, oldValue, newValue."""
    waiting: int = 0
    """Members that the next run writes."""
    problem: Problem | None = None


class DifferenceView(msgspec.Struct, frozen=True, kw_only=True):
    """An object that two jobs would make different things of."""

    what: Literal["only here", "only there", "different"]
    object: str
    anchor: str
    type: str
    attributes: dict[str, tuple[Any, Any]] = {}
    """Attribute of the target to (here, there)."""
    links: dict[str, dict[str, Any]] = {}
    """Attribute of the source to `only here` and `only there`, numbers, and the first names of each."""


class CompareView(msgspec.Struct, frozen=True, kw_only=True):
    """Two jobs side by side; `differences` may be cut at a limit, `counts` never is."""

    job: str
    other: str
    as_of: tuple[str | None, str | None]
    """When each last ran: what changed since is not in the comparison."""
    counts: dict[str, int] = {}
    """same | different | only here | only there."""
    settings: dict[str, tuple[Any, Any]] = {}
    """Settings that differ, of those that should be the same at both."""
    differences: tuple[DifferenceView, ...] = ()


class AuditView(msgspec.Struct, frozen=True, kw_only=True):
    """One administrative act, done or refused."""

    time: str
    """ISO 8601."""
    who: str
    action: str
    """As Control calls it: pause_job, revoke_login."""
    subject: str
    outcome: str
    """`success`, or the code of the problem."""
    details: dict[str, Any] = {}
    request: str = ""
    """The id that its answer carried."""


class FindingView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the report before the first run."""

    severity: str
    """error: the object would be set aside; warning: a value would be changed or left out; info: neither."""
    error: str
    """duplicate | anchor | blank | character | format | length | limit | unverified | topleveldomain | prefix | dot |
    space | mapping | match | unreadable."""
    dn: str
    type: str
    """The source's object type."""
    attribute: str
    value: str
    suggestion: str = ""
    """A value that would do, or nothing."""
    action: str = ""
    """EDIT: write the suggestion; REMOVE the value; COMPLETE: leave it; empty: somebody must decide."""
    remark: str = ""


class ReportView(msgspec.Struct, frozen=True, kw_only=True):
    """What should be put right on premises; `findings` may be cut at a limit, `counts` never is."""

    job: str
    examined: int
    """Objects in scope that were looked at."""
    out_of_scope: int = 0
    """How many objects were read, where not one of them is in scope; 0 where one is."""
    counts: dict[str, int] = {}
    """`error duplicate`, `warning unverified`, … to number."""
    findings: tuple[FindingView, ...] = ()
    """The gravest first."""


class DomainView(msgspec.Struct, frozen=True, kw_only=True):
    """A domain of the tenant."""

    name: str
    verified: bool
    initial: bool = False
    default: bool = False
    record: str = ""
    """The text of the TXT record that shows whose the domain is; empty where it is verified, or a word will do."""


class AgentView(msgspec.Struct, frozen=True, kw_only=True):
    """A process beside a domain (Graph: onPremisesAgent); times are ISO 8601."""

    id: str
    name: str
    """Of its machine (Graph: machineName)."""
    domain: str
    status: Literal["active", "inactive", "removed"]
    """active: heard of in the last 90 seconds."""
    version: str
    address: str
    """Where it calls from (Graph: externalIp)."""
    trace: str
    """Level of its own log: error | warning | info | debug."""
    registered: str
    last_seen: str
    certificate_expires: str
    removed: str | None = None


class RegistrationView(msgspec.Struct, frozen=True, kw_only=True):
    """A token for one new agent. It is shown this once: what is kept is its digest."""

    domain: str
    token: str
    expires: str

    def __repr__(self) -> str:
        return f"RegistrationView(domain={self.domain!r}, expires={self.expires!r})"


class CredentialView(msgspec.Struct, frozen=True, kw_only=True):
    """What an application shows: `secret` or `certificate`."""

    id: str
    kind: str
    name: str
    hint: str
    """The first characters of a secret, or the SHA-256 of a certificate."""
    created: str
    expires: str


class ApplicationView(msgspec.Struct, frozen=True, kw_only=True):
    """An application that signs in by itself or for people."""

    name: str
    app_id: str
    """What it calls itself: client_id."""
    id: str
    service_principal: str
    tenant: str
    public: bool
    """It can keep no secret."""
    enabled: bool
    redirect_uris: tuple[str, ...]
    permissions: tuple[str, ...]
    """What it may do by itself."""
    delegated: tuple[str, ...] = ()
    """What it may do for everybody who signs in to it, as far as they may."""
    credentials: tuple[CredentialView, ...]
    created: str


class SecretView(msgspec.Struct, frozen=True, kw_only=True):
    """A new secret of an application. It is shown this once: what is kept is its digest."""

    application: str
    id: str
    secret: str
    expires: str

    def __repr__(self) -> str:
        return f"SecretView(application={self.application!r}, id={self.id!r})"


class PasswordView(msgspec.Struct, frozen=True, kw_only=True):
    """A new password of a user."""

    user: str
    password: str
    """Shown this once where it was made here; empty where it was chosen."""
    must_change: bool
    """Whoever signs in with it has to choose another first."""

    def __repr__(self) -> str:
        return f"PasswordView(user={self.user!r})"


class SynchronizationView(msgspec.Struct, frozen=True, kw_only=True):
    """Directory synchronization of the tenant as a whole."""

    enabled: bool
    """Whether jobs may run."""
    prevention: Prevention
    """What makes many deletions an accident, which waits for approval."""
    alert_threshold: int
    block_soft_match: bool
    block_hard_takeover: bool
    soft_match_on_upn: bool


class SynchronizationChange(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be otherwise; None stays."""

    enabled: bool | None = None
    prevention: Prevention | None = None
    alert_threshold: int | None = None
    block_soft_match: bool | None = None
    block_hard_takeover: bool | None = None
    soft_match_on_upn: bool | None = None


class RoleMemberView(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who has a directory role."""

    id: str
    user: str
    """The userPrincipalName; empty for one who was deleted."""


class RoleView(msgspec.Struct, frozen=True, kw_only=True):
    """A directory role, and who has it."""

    name: str
    template_id: str
    members: tuple[RoleMemberView, ...]


class SecondFactorView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a user is asked for more than a password."""

    user: str
    second_factor: str
    """`none`, `wanted`: it is set up at the next sign-in, or `set up`."""


OnProgress = Callable[[Progress], None]


class Control(Protocol):
    """Calls raise RopewayError; nothing else is expected to come through. Names or ids of jobs are accepted alike."""

    # jobs
    def create_job(
        self,
        settings: JobSettings,
        *,
        containers: Sequence[str] = (),
        groups: Sequence[str] = (),
        excluded_containers: Sequence[str] = (),
    ) -> JobView:
        """Check the settings against the live source, turn container and group DNs into GUIDs, and keep the job."""
        ...

    def describe_source(self, *, job: str | None = None, source: SourceSettings | None = None) -> DirectoryDefinition:
        """What the live source of a job, or one with these settings, offers; RopewayError where it cannot be read."""
        ...

    def jobs(self) -> Sequence[JobView]: ...
    def job(self, job: str) -> JobView: ...
    def live(self, job: str) -> LiveView:
        """How far its running cycle has come, the last ones, and when the next is."""
        ...

    def run_job(self, job: str, *, full: bool = False, progress: OnProgress | None = None) -> CycleView:
        """One cycle now: import, decide, export."""
        ...

    def plan_job(
        self, job: str, *, limit: Limit = 200, refresh: bool = True, progress: OnProgress | None = None
    ) -> PlanView:
        """What the next export would write; `refresh` reads the source first. Writes nothing to source or target."""
        ...

    def report_job(
        self,
        job: str,
        *,
        limit: Limit = 200,
        refresh: bool = True,
        each: Callable[[FindingView], None] | None = None,
        progress: OnProgress | None = None,
    ) -> ReportView:
        """What should be put right on premises; `each` gets every finding, the gravest first.

        `refresh` reads the source first. Writes nothing to source or target.
        """
        ...

    def holds(self, job: str) -> Sequence[HoldView]: ...
    def approve(self, job: str, hold: int, digest: str | None = None) -> HoldView:
        """Let exactly the rows of this hold go; with a digest only if it is still the same."""
        ...

    def pause_job(self, job: str) -> JobView: ...
    def resume_job(self, job: str) -> JobView:
        """Graph's start: a paused or disabled job goes on, a quarantine is lifted, and a cycle is due now."""
        ...

    def delete_job(self, job: str, *, keep: bool) -> int:
        """Keep: its objects stay, as cloud objects. Otherwise its contributions are withdrawn. Answers their number."""
        ...

    def keep_in_step(
        self, jobs: Sequence[str], *, stop: Callable[[], bool], cycle: Callable[[CycleView], None]
    ) -> None:
        """Stay: poll, and run a cycle whenever there is something; a job in trouble waits longer, others go on.

        No job named: all that are not paused, and those that are created later.
        """
        ...

    # a job's life
    # `revision`: only if the job's settings are still those; else RopewayError `job-changed`
    def schedule_job(self, job: str, schedule: Schedule, *, revision: str | None = None) -> JobView:
        """When the job runs by itself under `keep_in_step`."""
        ...

    def guard_job(self, job: str, guards: Guards, *, revision: str | None = None) -> JobView:
        """How much may be taken away before somebody must approve."""
        ...

    def keep_job_history(self, job: str, retention: Retention, *, revision: str | None = None) -> JobView:
        """How long the job's log and cycles are kept."""
        ...

    def notify(self, job: str, file: str, *, revision: str | None = None) -> JobView:
        """Whom to tell when something happens to the job: the settings in this file, where jobs run; "" nobody."""
        ...

    def try_notifications(self, job: str) -> None:
        """A trial message now; RopewayError where it does not arrive."""
        ...

    def clear_quarantine(self, job: str) -> JobView:
        """Out of quarantine, what was set aside is tried now, the watermark stays; a delta is due now."""
        ...

    def restart_job(self, job: str, scopes: Sequence[str] = ()) -> JobView:
        """Reset what the scopes name (Graph: resetScope); the next cycle, due now, does it. None: as the portal."""
        ...

    def provision(self, job: str, identifier: str, *, members: Sequence[str] = ()) -> ProvisionView:
        """One object now (DN, GUID, UPN or target id); of a group these members, at most five."""
        ...

    def compare_jobs(self, job: str, other: str, *, state: str | None = None, limit: Limit = 200) -> CompareView:
        """What each would have in the directory in the end, compared; `state`: the other one's, if not this."""
        ...

    # what happened
    def events(self, which: EventFilter) -> Sequence[EventView]: ...
    def explain(self, identifier: str, *, job: str | None = None) -> ExplainView:
        """By DN, GUID, UPN or target id."""
        ...

    def audit(self, *, who: str | None = None, since: str | None = None, limit: int = 100) -> Sequence[AuditView]:
        """What administrators did at the service, the latest last."""
        ...

    # schemas
    def schema(self, job: str, *, type_: str | None = None, attribute: str | None = None) -> SchemaView:
        """A job's attribute mappings and scopes, each beside what the default has; of one type or attribute only."""
        ...

    def export_schema(self, job: str, *, form: Literal["yaml", "json"] = "yaml") -> SchemaText:
        """The whole schema as a file for `change_schema`, here or at another job."""
        ...

    def check_schema(self, text: str, *, source_kind: str) -> dict[str, Any]:
        """The schema in a file, YAML or JSON, in Graph's shape and shortest form; an invalid one is refused."""
        ...

    def try_schema(self, job: str, change: SchemaChange, *, progress: OnProgress | None = None) -> TrialView:
        """What a change would do to how many of the stored objects. Reads no source, writes nothing."""
        ...

    def change_schema(self, job: str, change: SchemaChange, *, revision: int | None = None) -> SchemaView:
        """Make the change, if the schema still has this revision; the next cycle decides everything anew."""
        ...

    def compare_schema(self, job: str, *, text: str | None = None) -> ComparisonView:
        """The job's schema against its default, or a file's against the job's."""
        ...

    def schema_upgrade(self, job: str, *, seen: bool = False) -> ComparisonView:
        """What another default schema, brought by an upgrade, changes for a job; `seen` closes the notice of it."""
        ...

    def test_schema(self, asked: SchemaTest) -> SchemaTestView:
        """What a schema or an expression makes of pasted, live or written entries, and whether that was expected."""
        ...

    # the installation
    def service_status(self) -> ServiceView:
        """Processes, jobs, agents, state and backups in short, and what of that needs a person."""
        ...

    # the directory
    def list_objects(
        self, type_: ObjectType, *, contains: str | None = None, deleted: bool = False, limit: Limit = 100
    ) -> Sequence[dict[str, Any]]:
        """Objects with Graph's property names, by displayName."""
        ...

    def show_object(self, type_: ObjectType, identifier: str) -> dict[str, Any]:
        """By id, UPN, mail or mailNickname; with manager, members, memberOf, contributions and withheld values."""
        ...

    def create_object(self, type_: ObjectType, properties: dict[str, Any]) -> dict[str, Any]: ...
    def update_object(self, type_: ObjectType, identifier: str, properties: dict[str, Any]) -> dict[str, Any]:
        """What is mastered on premises is refused, with the place to change it."""
        ...

    def delete_object(self, type_: ObjectType, identifier: str) -> None: ...
    def restore_object(self, type_: ObjectType, identifier: str) -> dict[str, Any]: ...
    def set_password(self, user: str, password: Secret[str] | None = None, *, must_change: bool = True) -> PasswordView:
        """For a user of the cloud alone, by UPN or id; without one it is made. All sign-ins of before end."""
        ...

    def set_second_factor(self, user: str, *, wanted: bool = True) -> SecondFactorView:
        """A user of the cloud alone has to set up a second factor at the next sign-in, or has none any more."""
        ...

    def end_sign_ins(self, user: str) -> None:
        """Refresh tokens, codes and browser sessions of a user are worth nothing any more."""
        ...

    # agents
    def agents(self) -> Sequence[AgentView]:
        """All agents by domain and name, those removed as well."""
        ...

    def agent(self, agent: str) -> AgentView:
        """One, by id or by the name of its machine."""
        ...

    def remove_agent(self, agent: str) -> AgentView:
        """It is nobody from now on: its certificate is revoked, its session ended, its work given to others."""
        ...

    def registration_token(self, domain: str, lifetime: float = 3600.0) -> RegistrationView:
        """A token with which one new agent of this domain registers within `lifetime` seconds, a week at most."""
        ...

    def set_trace(self, agent: str, level: str) -> AgentView:
        """How much the agent writes into its own log: error | warning | info | debug."""
        ...

    # applications
    def applications(self) -> Sequence[ApplicationView]:
        """All of them, by name."""
        ...

    def application(self, application: str) -> ApplicationView:
        """One, by name, appId or id."""
        ...

    def create_application(
        self, name: str, *, public: bool = False, redirect_uris: Sequence[str] = ()
    ) -> ApplicationView:
        """A new one that may do nothing yet; a public one, for programs on people's machines, can keep no secret."""
        ...

    def remove_application(self, application: str) -> ApplicationView:
        """It is nobody from now on: its tokens, secrets and certificates are worth nothing."""
        ...

    def add_secret(self, application: str, name: str = "", lifetime: float = 15552000.0) -> SecretView:
        """A new secret, good for `lifetime` seconds, two years at most."""
        ...

    def add_certificate(self, application: str, certificate: str, name: str = "") -> ApplicationView:
        """A certificate in PEM whose RSA key will sign assertions."""
        ...

    def drop_credential(self, application: str, credential: str) -> ApplicationView:
        """A secret or certificate, by its id, is worth nothing any more."""
        ...

    def set_permissions(
        self, application: str, *, grant: Sequence[str] = (), revoke: Sequence[str] = (), delegated: bool = False
    ) -> ApplicationView:
        """What it may do by itself, or for everybody who signs in to it, named as Graph's permissions."""
        ...

    def set_redirects(
        self, application: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> ApplicationView:
        """Where people come back to after they signed in."""
        ...

    # directory synchronization
    def synchronization(self) -> SynchronizationView:
        """Whether it is activated, and its switches."""
        ...

    def change_synchronization(self, change: SynchronizationChange) -> SynchronizationView:
        """Change switches; the guards of every job follow from what counts as an accident."""
        ...

    # directory roles
    def roles(self) -> Sequence[RoleView]:
        """All of them, with their members."""
        ...

    def assign_role(self, role: str, user: str) -> RoleView:
        """Give a role, by name or template id, to a user, by userPrincipalName or id."""
        ...

    def withdraw_role(self, role: str, user: str) -> RoleView:
        """Take a role away; it is gone with the user's next request."""
        ...

    def domains(self) -> Sequence[DomainView]: ...
    def add_domain(self, name: str) -> DomainView: ...
    def verify_domain(self, name: str) -> DomainView:
        """By its TXT record, or by the administrator's word where nobody else can be meant."""
        ...

    def remove_domain(self, name: str) -> None:
        """Users with names in it are called after their mailNickname at the initial domain."""
        ...

    def close(self) -> None: ...
