"""Control, in this process and over HTTPS: the same calls, the same answers, the same problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from ropeway.control.in_process import open_control
from ropeway.control.protocol import (
    Control,
    EventFilter,
    FindingView,
    JobView,
    Progress,
    SynchronizationChange,
    SynchronizationView,
)
from ropeway.control.schema_test_views import SchemaTest
from ropeway.control.schema_views import SchemaChange
from ropeway.model.job import Guard, Guards, JobSettings, Retention, Schedule, SourceSettings
from ropeway.model.problems import RopewayError
from tests.fixtures.service import a_service
from tests.unit.engine_company import Company, company, people_alone

__all__ = ["company"]

KINDS = ["in process", "over HTTPS", pytest.param("over HTTPS on PostgreSQL", marks=pytest.mark.postgres)]


@pytest.fixture(params=KINDS)
def control(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Control]:
    file = f"sqlite:///{tmp_path / 'ropeway.db'}"
    with ExitStack() as stack:
        if request.param == "in process":
            opened: Control = open_control(file)
        else:
            url = request.getfixturevalue("postgres_url") if "PostgreSQL" in request.param else file
            service = stack.enter_context(a_service(url, tmp_path))
            stack.enter_context(service.worker())
            opened = service.client()
        stack.callback(opened.close)
        opened.add_domain("contoso.test")
        opened.verify_domain("contoso.test")
        yield opened


@pytest.fixture
def follow(control: Control, company: Company) -> Callable[..., JobView]:
    """A job named Contoso over the company."""

    def create(**settings: Any) -> JobView:
        company.write()
        source = SourceSettings("ldif", {"path": str(company.path)})
        return control.create_job(JobSettings("Contoso", source, **settings))

    return create


def problem(call: Callable[[], object]) -> str:
    with pytest.raises(RopewayError) as raised:
        call()
    return raised.value.problem.code


def names(control: Control) -> set[str]:
    return {user["displayName"] for user in control.list_objects("users")}


# jobs


def test_a_job_is_created_run_and_deleted(control: Control, follow: Callable[..., JobView], company: Company) -> None:
    company.person("Zoë Müller")
    made = follow()
    assert [job.name for job in control.jobs()] == ["Contoso"]
    by_id, by_name = control.job(made.id), control.job("Contoso")
    assert by_id == replace(by_name, next_run=by_id.next_run)  # which is now, until it has run
    cycle = control.run_job("Contoso")
    assert (cycle.job, cycle.kind, cycle.result, cycle.exported) == ("Contoso", "initial", "success", {"create": 1})
    assert control.delete_job("Contoso", keep=True) == 1
    assert control.jobs() == []


def test_the_names_of_a_scope_become_guids(control: Control, follow: Callable[..., JobView], company: Company) -> None:
    oslo = company.unit("Oslo")
    company.write()
    source = SourceSettings("ldif", {"path": str(company.path)})
    job = control.create_job(JobSettings("Oslo", source), containers=[company.dn(oslo)])
    assert job.settings.scope.containers == (oslo.anchor,)
    unknown = lambda: control.create_job(JobSettings("Bergen", source), groups=["CN=Bergen,DC=contoso,DC=test"])  # noqa: E731
    assert problem(unknown) == "scope-base-unknown"


def test_a_scope_may_name_a_group_where_the_rules_are_about_people_alone(control: Control, company: Company) -> None:
    pilots = company.group("Pilots", [company.person("Zoë Müller")])
    company.person("Ann")
    company.write()
    source = SourceSettings("ldif", {"path": str(company.path)})
    control.create_job(JobSettings("Pilots", source, schema=people_alone()))
    control.plan_job("Pilots")
    control.scope_job("Pilots", groups=[company.dn(pilots)])
    assert control.run_job("Pilots").exported == {"create": 1}


def test_a_long_call_tells_how_far_it_is(control: Control, follow: Callable[..., JobView], company: Company) -> None:
    for number in range(2500):
        company.person(f"Person {number}")
    follow()
    told: list[Progress] = []
    control.run_job("Contoso", progress=told.append)
    assert told
    assert {one.stage for one in told} <= {"import", "decide", "export"}


def test_a_plan_lists_what_would_be_written(control: Control, follow: Callable[..., JobView], company: Company) -> None:
    company.person("Zoë Müller", department="Sales")
    follow()
    plan = control.plan_job("Contoso", limit=5)
    assert plan.counts == {"create user": 1}
    assert plan.changes[0].attributes["department"] == "Sales"
    assert control.list_objects("users") == []


def test_a_report_tells_every_finding_as_it_goes(
    control: Control, follow: Callable[..., JobView], company: Company
) -> None:
    for number in range(700):
        company.person(f"Person {number}", mail="the same@contoso.test")
    follow()
    told: list[FindingView] = []
    report = control.report_job("Contoso", limit=3, each=told.append)
    assert len(report.findings) == 3
    assert len(told) == sum(report.counts.values()) > 700
    assert told[:3] == list(report.findings)


def test_a_hold_is_approved_by_its_digest(control: Control, follow: Callable[..., JobView], company: Company) -> None:
    staff = [company.person(f"Person {n}") for n in range(6)]
    follow(guards=Guards(deletes=Guard(most=2)))
    control.run_job("Contoso")
    for person in staff[:4]:
        company.remove(person)
    company.write()
    assert control.run_job("Contoso").result == "held"
    (hold,) = control.holds("Contoso")
    assert (hold.what, hold.count) == ("deletes", 4)
    assert problem(lambda: control.approve("Contoso", hold.number, "another")) == "hold-changed"
    assert problem(lambda: control.approve("Contoso", 99)) == "hold-unknown"
    assert control.approve("Contoso", hold.number, hold.digest).approved
    assert control.run_job("Contoso").exported == {"delete": 4}


def test_a_job_is_paused_and_goes_on(control: Control, follow: Callable[..., JobView]) -> None:
    follow(schedule=Schedule(off=True))
    assert control.pause_job("Contoso").status == "Paused"
    assert problem(lambda: control.run_job("Contoso")) == "job-paused"
    assert control.resume_job("Contoso").status == "Active"
    control.run_job("Contoso")
    assert control.live("Contoso").next_run is None
    assert control.resume_job("Contoso").next_run is not None


def test_a_job_that_is_off_stays_off_and_a_paused_one_paused(control: Control, follow: Callable[..., JobView]) -> None:
    follow(schedule=Schedule(off=True))
    assert control.resume_job("Contoso").settings.schedule == Schedule(off=True)
    control.pause_job("Contoso")
    assert control.restart_job("Contoso", ["Watermark", "Escrows"]).status == "Paused"
    assert control.clear_quarantine("Contoso").settings.schedule == Schedule(off=True)
    assert problem(lambda: control.restart_job("Contoso", ["None"])) == "restart-scope-unknown"


def test_jobs_are_listed_by_name(control: Control, company: Company) -> None:
    company.write()
    for name in "CADBE":
        control.create_job(JobSettings(name, SourceSettings("ldif", {"path": str(company.path)})))
    assert "".join(job.name for job in control.jobs()) == "ABCDE"


@pytest.mark.parametrize("name", ["A/B", "a%2Fb", "..", "it's (new)", "Contoso(test)", "graph.test", "R&D?#", "Zoë'"])
def test_a_job_is_found_by_any_name(control: Control, company: Company, name: str) -> None:
    company.write()
    made = control.create_job(JobSettings(name, SourceSettings("ldif", {"path": str(company.path)})))
    assert control.job(name).id == made.id
    assert control.pause_job(name).name == name


def test_a_job_that_is_not_there_is_named(control: Control, follow: Callable[..., JobView]) -> None:
    follow()
    with pytest.raises(RopewayError) as raised:
        control.run_job("Fabrikam")
    assert raised.value.problem.object == "Fabrikam"
    assert raised.value.problem.details == {"jobs": "Contoso"}


# a job's life


def test_settings_are_changed_only_at_the_revision_that_was_seen(
    control: Control, follow: Callable[..., JobView]
) -> None:
    seen = follow().revision
    changed = control.schedule_job("Contoso", Schedule(every=120), revision=seen)
    assert changed.settings.schedule == Schedule(every=120)
    assert changed.revision != seen
    assert problem(lambda: control.keep_job_history("Contoso", Retention(5, 6), revision=seen)) == "job-changed"
    assert problem(lambda: control.notify("Contoso", "", revision=seen)) == "job-changed"
    assert control.keep_job_history("Contoso", Retention(5, 6)).settings.schedule == Schedule(every=120)


def test_a_job_is_given_another_scope_and_decides_everybody_anew(control: Control, company: Company) -> None:
    oslo, bergen = company.unit("Oslo"), company.unit("Bergen")
    company.person("Ann", oslo)
    company.person("Bob", bergen)
    pilots = company.group("Pilots", [company.person("Cyd", oslo)], bergen)
    company.write()
    source = SourceSettings("ldif", {"path": str(company.path)})
    seen = control.create_job(JobSettings("Contoso", source), containers=[company.dn(oslo)])
    control.run_job("Contoso")
    assert names(control) == {"Ann", "Cyd"}
    told = control.scope_job("Contoso", containers=[bergen.anchor], revision=seen.revision)
    assert (told.settings.scope.containers, told.settings.scope.names) == (
        (bergen.anchor,),
        {bergen.anchor: company.dn(bergen)},
    )
    assert control.run_job("Contoso").exported["delete"] == 2
    assert names(control) == {"Bob"}
    control.scope_job("Contoso", groups=[company.dn(pilots)])
    control.run_job("Contoso")
    assert names(control) == {"Cyd"}
    assert (
        problem(lambda: control.scope_job("Contoso", groups=["CN=Nobody,DC=contoso,DC=test"])) == "scope-base-unknown"
    )
    assert problem(lambda: control.scope_job("Contoso", revision=seen.revision)) == "job-changed"


def test_a_standby_takes_over(control: Control, company: Company) -> None:
    company.person("Ann")
    company.write()
    source = SourceSettings("ldif", {"path": str(company.path)})
    control.create_job(JobSettings("Active", source))
    seen = control.create_job(JobSettings("Standby", source, staging=True))
    control.run_job("Active")
    control.run_job("Standby")
    company.person("Bob")
    company.write()
    assert control.run_job("Standby").staged
    assert names(control) == {"Ann"}
    assert control.stage_job("Active", True).settings.staging
    control.run_job("Active")
    assert names(control) == {"Ann"}
    assert not control.stage_job("Standby", False, revision=seen.revision).settings.staging
    control.run_job("Standby")
    assert names(control) == {"Ann", "Bob"}
    assert problem(lambda: control.stage_job("Standby", True, revision=seen.revision)) == "job-changed"


def test_guards_are_changed(control: Control, follow: Callable[..., JobView]) -> None:
    follow()
    wanted = Guards(deletes=Guard(5, 50, 3), by_type={"group": {"members": Guard(7)}})
    assert control.guard_job("Contoso", wanted).settings.guards == wanted


def test_a_schedule_that_cannot_be_is_refused(control: Control, follow: Callable[..., JobView]) -> None:
    follow()
    assert problem(lambda: control.schedule_job("Contoso", Schedule(every=0.01))) == "schedule-invalid"


def test_notifications_want_a_file_that_is_there(control: Control, follow: Callable[..., JobView]) -> None:
    follow()
    assert problem(lambda: control.notify("Contoso", "/nowhere/notifications.yaml")).startswith("notifications")
    assert problem(lambda: control.try_notifications("Contoso")) == "notifications-missing"


def test_one_object_is_provisioned_now(control: Control, follow: Callable[..., JobView], company: Company) -> None:
    zoe = company.person("Zoë Müller", userPrincipalName="zoe@contoso.test")
    follow()
    assert problem(lambda: control.provision("Contoso", company.dn(zoe))) == "provision-too-early"
    control.run_job("Contoso")
    zoe.values["department"] = "Sales"
    company.write()
    view = control.provision("Contoso", company.dn(zoe))
    assert (view.result, view.action) == ("Success", "Update")
    assert [step["type"] for step in view.steps] == ["Import", "Scoping", "Matching", "Export"]


def test_a_restart_reads_everything_again(control: Control, follow: Callable[..., JobView], company: Company) -> None:
    company.person("Zoë Müller")
    follow()
    control.run_job("Contoso")
    assert control.restart_job("Contoso", ["Full"]).name == "Contoso"
    assert control.run_job("Contoso").kind == "initial"
    assert control.clear_quarantine("Contoso").status == "Active"
    assert problem(lambda: control.restart_job("Contoso", ["Everything"])) == "restart-scope-unknown"


def test_two_jobs_are_compared(control: Control, follow: Callable[..., JobView], company: Company) -> None:
    company.person("Zoë Müller")
    follow()
    control.run_job("Contoso")
    source = SourceSettings("ldif", {"path": str(company.path)})
    control.create_job(JobSettings("Staging", source, staging=True))
    assert control.run_job("Staging").staged == 1
    assert control.compare_jobs("Contoso", "Staging").counts == {"same": 1}


def test_a_job_is_seen_live(control: Control, follow: Callable[..., JobView], company: Company) -> None:
    company.person("Zoë Müller")
    follow()
    control.run_job("Contoso")
    view = control.live("Contoso")
    assert (view.job, view.status, view.running, view.stage) == ("Contoso", "Active", None, "")
    assert [past.cycle.exported for past in view.cycles] == [{"create": 1}]


# what happened


def test_log_and_explanation_tell_of_a_person(
    control: Control, follow: Callable[..., JobView], company: Company
) -> None:
    zoe = company.person("Zoë Müller")
    follow()
    control.run_job("Contoso")
    (event,) = control.events(EventFilter(job="Contoso", action="create", limit=5))
    assert event.object == company.dn(zoe)
    told = control.explain(company.dn(zoe))
    assert (told.state, told.job, told.events) == ("in step", "Contoso", (event,))
    assert problem(lambda: control.explain("nobody@contoso.test")) == "object-unknown"
    assert problem(lambda: control.events(EventFilter(since="yesterday"))) == "time-unreadable"


def test_the_log_is_searched_by_any_name_of_an_object(
    control: Control, follow: Callable[..., JobView], company: Company
) -> None:
    zoe, yan = company.person("Zoë Müller", userPrincipalName="zoe@contoso.test"), company.person("Yan O'Hara")
    company.group("Choir", [zoe, yan])
    follow()
    control.run_job("Contoso")
    (user,) = control.list_objects("users", contains="Zoë")
    for name in (zoe.anchor, company.dn(zoe), "zoë mü", "zoe@contoso.test", user["id"]):
        found = control.events(EventFilter(object=name, action="create"))
        assert [event.object for event in found] == [company.dn(zoe)], name
    assert [event.object for event in control.events(EventFilter(object="O'Hara", type="user"))] == [company.dn(yan)]
    assert [event.type for event in control.events(EventFilter(action="links"))] == ["group"]
    assert {event.type for event in control.events(EventFilter(type="group", status="success"))} == {"group"}
    assert control.events(EventFilter(status="failure")) == control.events(EventFilter(limit=0)) == []
    assert control.events(EventFilter(since="2999-01-01")) == []
    everything = control.events(EventFilter(since="2020-01-31T08:00:00+02:00"))
    assert control.events(EventFilter(limit=2)) == everything[:2]
    assert problem(lambda: control.events(EventFilter(job="Fabrikam"))) == "job-unknown"


def test_switches_of_the_tenant_are_told_and_changed(control: Control, follow: Callable[..., JobView]) -> None:
    follow()
    assert control.synchronization() == SynchronizationView(
        enabled=True, prevention="enabledForCount", alert_threshold=500, block_soft_match=False,
        block_hard_takeover=False, soft_match_on_upn=True,
    )  # fmt: skip
    change = SynchronizationChange(prevention="enabledForPercentage", alert_threshold=20, block_soft_match=True)
    told = control.change_synchronization(change)
    assert (told.prevention, told.alert_threshold, told.block_soft_match) == ("enabledForPercentage", 20, True)
    assert control.job("Contoso").settings.guards.deletes.percent == 20
    assert control.change_synchronization(SynchronizationChange(enabled=False)).enabled is False
    assert [p.code for p in control.job("Contoso").problems] == ["synchronization-off"]
    assert control.change_synchronization(SynchronizationChange(enabled=True, alert_threshold=30)).enabled is True
    too_much = SynchronizationChange(alert_threshold=101, enabled=False)
    assert problem(lambda: control.change_synchronization(too_much)) == "threshold-invalid"
    assert control.synchronization().enabled is True
    control.change_synchronization(SynchronizationChange())


# schemas


def test_a_schema_is_shown_tried_and_changed_at_its_revision(
    control: Control, follow: Callable[..., JobView], company: Company
) -> None:
    company.person("Zoë Müller", department="Sales")
    follow()
    control.run_job("Contoso")
    text = control.export_schema("Contoso").text
    change = SchemaChange(text=_without_department(text))
    trial = control.try_schema("Contoso", change)
    assert [(e.what, e.attribute, e.count) for e in trial.effects] == [("emptied", "department", 1)]
    assert control.change_schema("Contoso", change, revision=trial.revision).revision == 1
    assert problem(lambda: control.change_schema("Contoso", change, revision=trial.revision)) == (
        "schema-changed-meanwhile"
    )
    assert control.schema("Contoso", attribute="department").flows[0].origin == "disabled"
    assert control.compare_schema("Contoso").differences
    assert control.change_schema("Contoso", SchemaChange()).edits == 0


def _without_department(text: str) -> str:
    lines = [line for line in text.splitlines() if not line.strip().startswith("department:")]
    assert len(lines) < len(text.splitlines())
    return "\n".join(lines)


def test_a_schema_file_is_checked_and_an_expression_is_tested(control: Control) -> None:
    assert problem(lambda: control.check_schema("rules: [", source_kind="ldif")).startswith("schema")
    tested = control.test_schema(SchemaTest(expression='Append("a", "b")', dialect="cloud"))
    assert [one.value for one in tested.objects] == ["ab"]


# the directory


def test_what_is_deleted_for_good_is_gone_from_the_recycle_bin_too(control: Control) -> None:
    """What is in the way, and whoever must be forgotten."""
    for name in ("zoe", "yan"):
        control.create_object("users", {"displayName": name, "userPrincipalName": f"{name}@contoso.test",
                                        "mailNickname": name, "accountEnabled": True})  # fmt: skip
    control.delete_object("users", "yan@contoso.test")
    for name in ("zoe", "yan"):
        control.delete_object("users", f"{name}@contoso.test", for_good=True)
        with pytest.raises(RopewayError) as unknown:
            control.delete_object("users", f"{name}@contoso.test", for_good=True)
        assert unknown.value.problem.code == "object-not-found"
    assert control.list_objects("users", deleted=True) == control.list_objects("users") == []


def test_objects_of_the_directory_are_made_changed_deleted_and_restored(control: Control) -> None:
    made = control.create_object("groups", {"displayName": "A/B — Søndag", "mailNickname": "ab"})
    same = control.show_object("groups", made["id"])
    assert same["displayName"] == "A/B — Søndag"
    assert control.update_object("groups", "ab", {"description": "x"})["description"] == "x"
    control.delete_object("groups", made["id"])
    assert [g["id"] for g in control.list_objects("groups", deleted=True)] == [made["id"]]
    assert control.restore_object("groups", made["id"])["id"] == made["id"]
    assert [g["id"] for g in control.list_objects("groups", contains="søndag", limit=5)] == [made["id"]]


def test_the_clouds_own_object_has_nobody_to_be_given_to(control: Control) -> None:
    made = control.create_object("groups", {"displayName": "Choir", "mailNickname": "choir"})
    assert control.manage_object("groups", made["id"], in_cloud=True)["id"] == made["id"]
    assert problem(lambda: control.manage_object("groups", made["id"], in_cloud=False)) == "nobody-to-master"
    control.delete_object("groups", made["id"])


def test_domains_are_listed(control: Control) -> None:
    assert [(d.name, d.verified) for d in control.domains() if not d.initial] == [("contoso.test", True)]
    assert problem(lambda: control.verify_domain("nowhere.test")) == "domain-unknown"


def test_text_that_no_encoding_can_write_is_refused(control: Control) -> None:
    assert problem(lambda: control.job("Zo\udceb")) == "text-unreadable"
