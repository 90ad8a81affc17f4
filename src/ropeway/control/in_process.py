"""Control on a database of one's own, without a service."""

from __future__ import annotations

import gc
import time
from calendar import timegm
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from ropeway.control import switches
from ropeway.control.agents import Agents
from ropeway.control.applications import Applications
from ropeway.control.asking import Asking
from ropeway.control.attribute_stories import job_names
from ropeway.control.comparing import Comparing, opened, side
from ropeway.control.domain_proof import Proof, by_word
from ropeway.control.domains import Domains
from ropeway.control.heartbeat import heartbeat
from ropeway.control.holder import a_run, is_dead
from ropeway.control.keeping import Keeping, Works, work_off
from ropeway.control.lifecycle import Lifecycle
from ropeway.control.log_lines import ends_of, event_view
from ropeway.control.notifying.courier import Courier
from ropeway.control.on_demand import OnDemand
from ropeway.control.people import People
from ropeway.control.planning import change_views
from ropeway.control.protocol import (
    AgentView,
    ApplicationView,
    AuditView,
    CompareView,
    CycleView,
    DomainView,
    EventFilter,
    EventView,
    ExplainView,
    FindingView,
    HoldView,
    JobView,
    Limit,
    LiveView,
    ObjectType,
    OnProgress,
    PasswordView,
    PlanView,
    ProvisionView,
    RegistrationView,
    ReportView,
    RoleView,
    SecondFactorView,
    SecretView,
    SynchronizationChange,
    SynchronizationView,
)
from ropeway.control.queueing.scheduler import Scheduler
from ropeway.control.reporting import Reporting
from ropeway.control.roles import Roles
from ropeway.control.room import room, taken
from ropeway.control.running import Running, dead_holders, refuse_rest, trouble
from ropeway.control.schema_test_views import SchemaTest, SchemaTestView
from ropeway.control.schema_views import ComparisonView, SchemaChange, SchemaText, SchemaView, TrialView
from ropeway.control.schemas import Form, Schemas
from ropeway.control.service_status import service_view
from ropeway.control.service_views import ServiceView
from ropeway.control.settling import settled
from ropeway.control.sources import Ask, FromHere, Sources
from ropeway.control.views import act_view, cycle_view, hold_view, iso, job_view
from ropeway.control.watching import live_view
from ropeway.directory import Directory
from ropeway.model.definition import DirectoryDefinition
from ropeway.model.job import Guards, JobSettings, JobStatus, Retention, Schedule, SourceSettings
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.model.secret import Secret
from ropeway.rules import compile_rules
from ropeway.rules.layers import job_schema, redacted_names
from ropeway.store import agenda, explaining, guarding, jobs, leases, looking, trail
from ropeway.store.database import Database
from ropeway.store.jobs import JobRow
from ropeway.store.rows import Key
from ropeway.store.schema import Older, prepare
from ropeway.store.state import SqlState
from ropeway.store.tenants import HOME
from ropeway.store.trouble import state_problem
from ropeway.store.upgrading import migrate

TENANT = HOME

COLLECT = (100_000, 20, 100)
"""Rows come in hundreds of thousands, live briefly and form no cycles: Python need not look for any so often."""

HOUSEKEEPING_EVERY = 3600.0
"""Seconds between looks at what is old enough to go for good."""

INITIAL_DOMAIN = "initial.ropeway.internal"
"""What UPNs of unverified domains are rewritten to (entra.md 1.11); `.internal` is reserved for private use."""


def file_of(url: str) -> str:
    """The file of a state; nothing for a database server, whose answer names it."""
    return url.removeprefix("sqlite:///") if url.startswith("sqlite:///") else ""


def open_control(url: str, *, ask: Ask | None = None) -> InProcess:
    """Control over the state at `url`, whose sources are opened from here."""
    database = open_database(url)
    return InProcess(database, FromHere(ask))


def open_database(url: str, *, older: Older | None = None) -> Database:
    """The state at `url` (`sqlite:///FILE`, `postgresql://…`), made where there is none.

    One of an older version is upgraded where it is a file, after a copy was made, if nothing else is said; on a server,
    where others may be using it, it is refused: `ropeway service migrate` does it.
    """
    gc.set_threshold(*COLLECT)
    try:
        database = Database(url)
    except (SQLAlchemyError, ImportError) as error:
        raise RopewayError(state_problem(error, "state-cannot-open", file_of(url))) from error
    except ValueError:
        raise RopewayError(
            Problem("state-cannot-open", object=file_of(url), details={"error": "its port is no number"})
        ) from None
    try:
        if database.is_sqlite and older != "refuse":
            migrate(database)
        prepare(database, older="refuse")
        _directory(database, TENANT).initialise("Ropeway", INITIAL_DOMAIN)
    except (SQLAlchemyError, OSError) as error:
        database.close()
        raise RopewayError(state_problem(error, "state-cannot-open", file_of(url))) from error
    except RopewayError:
        database.close()
        raise
    return database


def _directory(database: Database, tenant: int) -> Directory:
    return Directory(database, tenant, clock=time.time)


class InProcess:
    """Implements `Control`."""

    def __init__(self, database: Database, sources: Sources, tenant: int = TENANT, proof: Proof = by_word) -> None:
        self._db = database
        self._tenant = tenant
        self._directory = _directory(database, tenant)
        self._sources = sources
        self._house_kept = -HOUSEKEEPING_EVERY
        self._schemas = Schemas(database, tenant, sources)
        self._lifecycle = Lifecycle(database, tenant, time.time)
        self._courier = Courier(database, tenant, time.time)
        self._on_demand = OnDemand(database, tenant, self._open)
        self._domains = Domains(database, self._directory, tenant, proof)
        self._agents = Agents(database, tenant, time.time)
        self._applications = Applications(database, tenant, time.time)
        self._people = People(database, tenant, time.time)
        self._roles = Roles(database, tenant, time.time)

    def close(self) -> None:
        """Let go of the database."""
        self._db.close()

    def _row(self, job: str) -> JobRow:
        with trouble(), self._db.read() as c:
            return jobs.find(c, self._tenant, job)

    def _open(self, job: str) -> Running:
        return Running(self._db, self._directory, self._tenant, self._row(job), self._sources)

    def running(self, row: JobRow) -> Running:
        """The job with its lease held and its source open."""
        return self._open(row.id)

    # jobs

    def create_job(
        self,
        settings: JobSettings,
        *,
        containers: Sequence[str] = (),
        groups: Sequence[str] = (),
        excluded_containers: Sequence[str] = (),
    ) -> JobView:
        settings = switches.new_settings(settings, self._directory)
        settings = settled(settings, containers, groups, excluded_containers, self._sources)
        with trouble(), self._db.write() as c:
            row = jobs.create(c, self._db, self._tenant, settings, time.time())
        self._schemas.begin(row)
        return self.job(row.id)

    def describe_source(self, *, job: str | None = None, source: SourceSettings | None = None) -> DirectoryDefinition:
        row = self._row(job) if job is not None else None
        settings = row.settings.source if row is not None else source
        if settings is None:
            raise RopewayError(
                Problem("source-settings-invalid", object="source", details={"reason": "There is none."})
            )
        opened = self._sources(settings, row.number if row is not None else 0)
        try:
            return opened.describe()
        finally:
            opened.close()

    def jobs(self) -> Sequence[JobView]:
        with trouble(), self._db.read() as c:
            rows = jobs.every(c, self._tenant)
        return [self.job(row.id) for row in rows]

    def job(self, job: str) -> JobView:
        now = time.time()
        with trouble(), self._db.read() as c:
            row = jobs.find(c, self._tenant, job)
            key = Key(tenant=self._tenant, job=row.number)
            view = job_view(row, looking.counts(c, key), leases.holder(c, key, now), now, leases.active(c, key))
        off = (Problem("synchronization-off", object=row.name),) if self._directory.features().off else ()
        found = (*off, *view.problems, *self._lifecycle.problems(row), *self._schemas.problems(row))
        return msgspec.structs.replace(view, problems=found)

    def live(self, job: str) -> LiveView:
        now = time.time()
        with trouble(), self._db.read() as c:
            row = jobs.find(c, self._tenant, job)
            return live_view(c, row, Key(tenant=self._tenant, job=row.number), now)

    def run_job(self, job: str, *, full: bool = False, progress: OnProgress | None = None) -> CycleView:
        with trouble():
            try:
                with taken(self._db, self._row(job), self._open) as running:
                    outcome = running.cycle(full=full, progress=progress)
                    if outcome.result == "nothing-to-do" and outcome.held:
                        outcome.result = "held"
            finally:
                self._courier.deliver()
            view = self._not_written(cycle_view(running.name, outcome))
        self.keep_house()
        return view

    def _not_written(self, view: CycleView) -> CycleView:
        """What was done, with what a healthy look would hide: a staging job's changes, a scope of nobody."""
        row = self._row(view.job)
        key = Key(tenant=self._tenant, job=row.number)
        with self._db.read() as c:
            staged = sum(looking.plan_counts(c, key).values()) if row.settings.staging else 0
        return msgspec.structs.replace(view, staged=staged, out_of_scope=self._out_of_scope(row))

    def plan_job(
        self, job: str, *, limit: Limit = 200, refresh: bool = True, progress: OnProgress | None = None
    ) -> PlanView:
        with trouble(), taken(self._db, self._row(job), self._open) as running:
            problems = running.look(progress).problems if refresh else []
            work = running.work()
            changes = change_views(work.state, work.target, work.rules, limit)
            counts = work.state.plan_counts()
            out_of_scope = self._out_of_scope(self._row(job))
        return PlanView(
            job=job,
            counts=counts,
            changes=tuple(changes),
            holds=tuple(self.holds(job)),
            out_of_scope=out_of_scope,
            problems=tuple(problems),
        )

    def _out_of_scope(self, row: JobRow) -> int:
        with self._db.read() as c:
            return looking.without_scope(c, Key(tenant=self._tenant, job=row.number))

    def report_job(
        self,
        job: str,
        *,
        limit: Limit = 200,
        refresh: bool = True,
        each: Callable[[FindingView], None] | None = None,
        progress: OnProgress | None = None,
    ) -> ReportView:
        with trouble():
            if refresh:
                with taken(self._db, self._row(job), self._open) as running:
                    running.look(progress)
            about = self._row(job)
            with self._db.read() as c:
                others = [row for row in jobs.every(c, self._tenant) if row.number != about.number]
            reporting = Reporting(self._db, self._directory, self._tenant)
            with_rules = [(row, compile_rules(job_schema(row.settings))) for row in (about, *others)]
            report = reporting.run(with_rules[0], with_rules[1:], limit=limit, each=each, progress=progress)
            return msgspec.structs.replace(report, out_of_scope=self._out_of_scope(about))

    def holds(self, job: str) -> Sequence[HoldView]:
        row = self._row(job)
        key = Key(tenant=self._tenant, job=row.number)
        with trouble(), self._db.read() as c:
            return [hold_view(h, looking.hold_sample(c, key, h.number, 10)) for h in looking.holds(c, key)]

    def approve(self, job: str, hold: int, digest: str | None = None) -> HoldView:
        row = self._row(job)
        key = Key(tenant=self._tenant, job=row.number)
        with trouble(), self._db.write() as c:
            guarding.recount(c, key, hold)
            found = next((h for h in looking.holds(c, key) if h.number == hold), None)
            if found is None:
                raise RopewayError(Problem("hold-unknown", object=row.name, value=str(hold)))
            if digest is not None and digest != found.digest:
                raise RopewayError(Problem("hold-changed", object=row.name, details={"digest": found.digest}))
            now = time.time()
            guarding.approve(c, key, hold, now)
            self._lifecycle.run_soon(c, row.number)
            found = msgspec.structs.replace(found, approved=now)
            return hold_view(found, looking.hold_sample(c, key, hold, 10))

    def pause_job(self, job: str) -> JobView:
        row = self._row(job)
        with trouble(), self._db.write() as c:
            jobs.set_status(c, row.number, JobStatus.PAUSED, row.problems)
        return self.job(row.id)

    def resume_job(self, job: str) -> JobView:
        self._lifecycle.resume(job)
        return self.job(job)

    def schedule_job(self, job: str, schedule: Schedule, *, revision: str | None = None) -> JobView:
        self._lifecycle.schedule(job, schedule, revision)
        return self.job(job)

    def guard_job(self, job: str, guards: Guards, *, revision: str | None = None) -> JobView:
        self._lifecycle.guard(job, guards, revision)
        return self.job(job)

    def keep_job_history(self, job: str, retention: Retention, *, revision: str | None = None) -> JobView:
        self._lifecycle.retain(job, retention, revision)
        return self.job(job)

    def notify(self, job: str, file: str, *, revision: str | None = None) -> JobView:
        self._lifecycle.notify(job, file, revision)
        return self.job(job)

    def try_notifications(self, job: str) -> None:
        self._lifecycle.try_notifications(job)

    def clear_quarantine(self, job: str) -> JobView:
        self._lifecycle.clear_quarantine(job)
        return self.job(job)

    def restart_job(self, job: str, scopes: Sequence[str] = ()) -> JobView:
        self._lifecycle.restart(job, scopes)
        return self.job(job)

    def provision(self, job: str, identifier: str, *, members: Sequence[str] = ()) -> ProvisionView:
        row = self._row(job)
        return self._on_demand.provision(row, self._names(identifier), [self._names(one) for one in members])

    def compare_jobs(self, job: str, other: str, *, state: str | None = None, limit: Limit = 200) -> CompareView:
        there = self._db if state is None else opened(state)
        try:
            return Comparing(side(self._db, self._tenant, job), side(there, self._tenant, other)).run(limit)
        finally:
            if there is not self._db:
                there.close()

    def delete_job(self, job: str, *, keep: bool) -> int:
        row = self._row(job)
        with trouble(), a_run() as holder:
            state = SqlState(self._db, self._tenant, row.number)

            def take() -> None:
                state.acquire(holder, dead_holders(self._db, self._tenant, row.number))

            with room(self._db, row.number, take), heartbeat(state.renew):
                done = self._directory.keep_job(row.number) if keep else self._directory.withdraw_job(row.number)
                jobs.erase(self._db, Key(tenant=self._tenant, job=row.number))
                self._schemas.forget(row)
                self._lifecycle.forget(row)
        return done

    def keep_in_step(
        self, jobs: Sequence[str], *, stop: Callable[[], bool], cycle: Callable[[CycleView], None]
    ) -> None:
        named = [self._row(job) for job in jobs]
        for row in named:
            self._tell_obstacles(row, cycle)

        def tell(problem: Problem | None) -> None:
            if problem is not None:
                cycle(CycleView(job="all jobs", kind="delta", result="stopped", problems=(problem,)))

        only = {row.number for row in named} or None
        self.work_off(Scheduler(self._db, self._tenant, only=only, tell=tell), stop=stop, cycle=cycle)

    def work_off(self, queue: Works, *, stop: Callable[[], bool], cycle: Callable[[CycleView], None]) -> None:
        """Run cycles as a queue gives them, deliver messages and keep house, until `stop`."""
        with self._courier.delivering(), Keeping(self._db, self.running, cycle) as keeping:

            def ends() -> bool:
                self.keep_house()
                return stop()

            work_off(queue, keeping, ends)

    def _tell_obstacles(self, row: JobRow, cycle: Callable[[CycleView], None]) -> None:
        """Of a job that somebody named, why it will not run for now: it is paused, or somebody else has it."""
        with trouble(), self._db.read() as c:
            holder = leases.holder(c, Key(tenant=self._tenant, job=row.number), time.time())
        try:
            refuse_rest(row)
            if holder and not is_dead(holder[0]):
                details = {"holder": holder[0], "since": iso(holder[1]) or ""}
                raise RopewayError(Problem("job-is-running", details=details))
        except RopewayError as error:
            cycle(CycleView(job=row.name, kind="delta", result="stopped", problems=(error.problem,)))

    def keep_house(self) -> None:
        """Once in an hour, what was in the recycle bin for 30 days goes; trouble is left to the jobs to tell."""
        now = time.monotonic()
        if now < self._house_kept + HOUSEKEEPING_EVERY:
            return
        self._house_kept = now
        with suppress(RopewayError), trouble():
            self._directory.purge(time.time())

    # what happened

    def events(self, which: EventFilter) -> Sequence[EventView]:
        with trouble(), self._db.read() as c:
            rows = [jobs.find(c, self._tenant, which.job)] if which.job else jobs.every(c, self._tenant)
            found = looking.events(
                c,
                self._tenant,
                jobs=[row.number for row in rows],
                action=which.action,
                status=which.status,
                type_=which.type,
                names=self._names(which.object),
                since=_seconds(which.since),
                limit=which.limit,
            )
            dns = explaining.dns_of(c, self._tenant, ends_of(found))
        names = {row.number: row.name for row in rows}
        secret = {row.number: redacted_names(row.settings) for row in rows}
        return [event_view(event, names[event.job], dns, secret[event.job]) for event in found]

    def _names(self, identifier: str | None) -> list[str]:
        """An identifier, and the directory id of the user it may name."""
        if identifier is None:
            return []
        found = self._directory_id(identifier) if "@" in identifier else None
        return [identifier, found] if found else [identifier]

    def _directory_id(self, identifier: str) -> str | None:
        kinds: tuple[ObjectType, ...] = ("users", "groups", "contacts")
        for kind in kinds:
            try:
                return self._directory.show_object(kind, identifier)["id"]
            except RopewayError:
                continue
        return None

    def explain(self, identifier: str, *, job: str | None = None) -> ExplainView:
        with trouble(), self._db.read() as c:
            rows = [jobs.find(c, self._tenant, job)] if job else jobs.every(c, self._tenant)
            names = {row.number: row.name for row in jobs.every(c, self._tenant)}
        asking = Asking(self._db, self._directory, self._tenant, self._sources, self.events)
        with trouble():
            return asking.explain(self._names(identifier), rows, names)

    def audit(self, *, who: str | None = None, since: str | None = None, limit: int = 100) -> Sequence[AuditView]:
        with trouble(), self._db.read() as c:
            found = trail.latest(c, self._tenant, who=who, since=_seconds(since), limit=limit)
        return [act_view(act) for act in found]

    # schemas

    def schema(self, job: str, *, type_: str | None = None, attribute: str | None = None) -> SchemaView:
        return self._schemas.show(job, type_=type_, attribute=attribute)

    def export_schema(self, job: str, *, form: Form = "yaml") -> SchemaText:
        return self._schemas.export(job, form)

    def check_schema(self, text: str, *, source_kind: str) -> dict[str, Any]:
        return self._schemas.check(text, source_kind)

    def try_schema(self, job: str, change: SchemaChange, *, progress: OnProgress | None = None) -> TrialView:
        return self._schemas.attempt(job, change, progress)

    def change_schema(self, job: str, change: SchemaChange, *, revision: int | None = None) -> SchemaView:
        return self._schemas.change(job, change, revision)

    def compare_schema(self, job: str, *, text: str | None = None) -> ComparisonView:
        return self._schemas.compare(job, text)

    def schema_upgrade(self, job: str, *, seen: bool = False) -> ComparisonView:
        return self._schemas.upgrade(job, seen=seen)

    def test_schema(self, asked: SchemaTest) -> SchemaTestView:
        return self._schemas.test(asked, lambda name: self._anchor(asked.job, name))

    def _anchor(self, job: str | None, name: str) -> str | None:
        """The anchor of the stored object that somebody names by UPN, GUID, target id or DN."""
        if job is None:
            return None
        key = Key(tenant=self._tenant, job=self._row(job).number)
        with trouble(), self._db.read() as c:
            found = (looking.entries_named(c, key, each) for each in self._names(name))
            return next((entries[0].anchor for entries in found if entries), None)

    # agents

    def agents(self) -> Sequence[AgentView]:
        return self._agents.every()

    def agent(self, agent: str) -> AgentView:
        return self._agents.one(agent)

    def remove_agent(self, agent: str) -> AgentView:
        return self._agents.remove(agent)

    def registration_token(self, domain: str, lifetime: float = 3600.0) -> RegistrationView:
        return self._agents.token(domain, lifetime)

    def set_trace(self, agent: str, level: str) -> AgentView:
        return self._agents.set_trace(agent, level)

    # applications

    def applications(self) -> Sequence[ApplicationView]:
        return self._applications.every()

    def application(self, application: str) -> ApplicationView:
        return self._applications.one(application)

    def create_application(
        self, name: str, *, public: bool = False, redirect_uris: Sequence[str] = ()
    ) -> ApplicationView:
        return self._applications.create(name, public=public, redirects=redirect_uris)

    def remove_application(self, application: str) -> ApplicationView:
        return self._applications.remove(application)

    def add_secret(self, application: str, name: str = "", lifetime: float = 15552000.0) -> SecretView:
        return self._applications.add_secret(application, name, lifetime)

    def add_certificate(self, application: str, certificate: str, name: str = "") -> ApplicationView:
        return self._applications.add_certificate(application, certificate, name)

    def drop_credential(self, application: str, credential: str) -> ApplicationView:
        return self._applications.drop(application, credential)

    def set_permissions(
        self, application: str, *, grant: Sequence[str] = (), revoke: Sequence[str] = (), delegated: bool = False
    ) -> ApplicationView:
        return self._applications.permit(application, grant, revoke, delegated=delegated)

    def set_redirects(
        self, application: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> ApplicationView:
        return self._applications.set_redirects(application, add, remove)

    # directory synchronization

    def synchronization(self) -> SynchronizationView:
        return switches.view_of(self._directory.features())

    def change_synchronization(self, change: SynchronizationChange) -> SynchronizationView:
        wanted = switches.changed(self._directory.features(), change)
        self._directory.set_features(wanted)
        with trouble(), self._db.read() as c:
            rows = jobs.every(c, self._tenant)
        for row in rows:
            if switches.is_about_deletions(change):
                self.guard_job(row.id, switches.guarded(row.settings.guards, wanted))
            if change.enabled:
                with trouble(), self._db.write() as c:
                    agenda.hurry(c, row.number)
        return switches.view_of(wanted)

    # directory roles

    def roles(self) -> Sequence[RoleView]:
        return self._roles.every()

    def assign_role(self, role: str, user: str) -> RoleView:
        return self._roles.assign(role, user)

    def withdraw_role(self, role: str, user: str) -> RoleView:
        return self._roles.withdraw(role, user)

    # the installation

    def service_status(self) -> ServiceView:
        with trouble():
            return service_view(self._db, self._tenant, time.time())

    # the directory

    def list_objects(
        self, type_: ObjectType, *, contains: str | None = None, deleted: bool = False, limit: Limit = 100
    ) -> Sequence[dict[str, Any]]:
        return self._directory.list_objects(type_, contains=contains, deleted=deleted, limit=limit)

    def show_object(self, type_: ObjectType, identifier: str) -> dict[str, Any]:
        return self._with_names(self._directory.show_object(type_, identifier))

    def create_object(self, type_: ObjectType, properties: dict[str, Any]) -> dict[str, Any]:
        return self._with_names(self._directory.create_object(type_, properties))

    def update_object(self, type_: ObjectType, identifier: str, properties: dict[str, Any]) -> dict[str, Any]:
        return self._with_names(self._directory.update_object(type_, identifier, properties))

    def delete_object(self, type_: ObjectType, identifier: str) -> None:
        self._directory.delete_object(type_, identifier)

    def restore_object(self, type_: ObjectType, identifier: str) -> dict[str, Any]:
        return self._with_names(self._directory.restore_object(type_, identifier))

    def set_password(self, user: str, password: Secret[str] | None = None, *, must_change: bool = True) -> PasswordView:
        return self._people.set_password(user, password, must_change=must_change)

    def set_second_factor(self, user: str, *, wanted: bool = True) -> SecondFactorView:
        return self._people.set_second_factor(user, wanted=wanted)

    def end_sign_ins(self, user: str) -> None:
        self._people.end_sign_ins(user)

    def _with_names(self, found: dict[str, Any]) -> dict[str, Any]:
        """An object whose contributions name their jobs."""
        with trouble(), self._db.read() as c:
            names = job_names({row.number: row.name for row in jobs.every(c, self._tenant)})
        told = [one | {"job": names.get(one["job"], str(one["job"]))} for one in found["contributions"]]
        return found | {"contributions": told}

    def domains(self) -> Sequence[DomainView]:
        return self._domains.every()

    def add_domain(self, name: str) -> DomainView:
        return self._domains.add(name)

    def verify_domain(self, name: str) -> DomainView:
        return self._domains.verify(name)

    def remove_domain(self, name: str) -> None:
        self._domains.remove(name)


def _seconds(iso: str | None) -> float | None:
    if iso is None:
        return None
    try:
        when = datetime.fromisoformat(iso)
    except (ValueError, OverflowError) as error:
        raise RopewayError(Problem("time-unreadable", value=shown(iso))) from error
    return float(timegm((when if when.tzinfo else when.replace(tzinfo=UTC)).utctimetuple()))
