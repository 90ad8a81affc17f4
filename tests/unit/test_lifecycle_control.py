"""Provision on demand, restarts and schedules through Control, as the command line asks for them."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from ropeway.control import running
from ropeway.control.in_process import InProcess, open_control
from ropeway.control.protocol import CycleView, EventFilter, Progress, ProvisionView
from ropeway.model.job import Guard, Guards, JobSettings, Schedule, SourceSettings
from ropeway.model.problems import RopewayError
from tests.unit.engine_company import Company, Thing, company

__all__ = ["company"]


@pytest.fixture
def control(tmp_path: Path) -> Iterator[InProcess]:
    opened = open_control(f"sqlite:///{tmp_path / 'ropeway.db'}")
    for name in ("contoso.test",):
        opened.add_domain(name)
        opened.verify_domain(name)
    yield opened
    opened.close()


@pytest.fixture
def follow(control: InProcess, company: Company) -> Callable[..., None]:
    """A job named Contoso over the company."""

    def create(run: bool = True, **settings: Any) -> None:
        company.write()
        control.create_job(JobSettings("Contoso", SourceSettings("ldif", {"path": str(company.path)}), **settings))
        if run:
            control.run_job("Contoso")

    return create


def provision(control: InProcess, company: Company, thing: Thing, *members: Thing) -> ProvisionView:
    company.write()
    return control.provision("Contoso", company.dn(thing), members=[company.dn(m) for m in members])


def steps(view: ProvisionView) -> list[tuple[str, str]]:
    return [(step["type"], step["status"]) for step in view.steps]


DONE = [("Import", "Success"), ("Scoping", "Success"), ("Matching", "Success"), ("Export", "Success")]


def users(control: InProcess) -> set[str]:
    return {user["displayName"] for user in control.list_objects("users")}


def test_a_new_person_is_created_alone_and_at_once(
    control: InProcess, company: Company, follow: Callable[..., None]
) -> None:
    follow()
    ann = company.person("Ann", department="Sales")
    company.person("Bob")
    view = provision(control, company, ann)
    assert (view.result, view.action, steps(view), users(control)) == ("Success", "Create", DONE, {"Ann"})
    assert {"displayName": "department", "oldValue": None, "newValue": "Sales"} in view.modified
    assert view.target == control.list_objects("users")[0]["id"]
    control.run_job("Contoso")
    assert users(control) == {"Ann", "Bob"}


def test_a_change_is_told_with_the_value_before(
    control: InProcess, company: Company, follow: Callable[..., None]
) -> None:
    ann = company.person("Ann", department="Sales")
    follow()
    ann.values["department"] = "Marketing"
    view = provision(control, company, ann)
    assert (view.result, view.action) == ("Success", "Update")
    assert view.modified == ({"displayName": "department", "oldValue": "Sales", "newValue": "Marketing"},)


def test_who_is_in_step_is_skipped_as_redundant(
    control: InProcess, company: Company, follow: Callable[..., None]
) -> None:
    ann = company.person("Ann")
    follow()
    view = provision(control, company, ann)
    assert (view.result, view.why, view.steps[3]["name"]) == (
        "Skipped",
        "RedundantExport",
        "EntrySynchronizationSkip",
    )


def test_what_no_rule_maps_is_out_of_scope_and_not_in_step(
    control: InProcess, company: Company, follow: Callable[..., None]
) -> None:
    sales = company.unit("Sales")
    company.person("Ann", sales)
    follow()
    view = provision(control, company, sales)
    assert (view.result, view.why, view.steps[1]["details"]) == (
        "Skipped",
        "NotEffectivelyEntitled",
        {"ScopeEvaluationResult": False},
    )
    assert view.steps[1]["description"] == "Not in scope: its type is not mapped."


def test_whoever_cannot_be_written_is_a_failure_at_its_step(
    control: InProcess, company: Company, follow: Callable[..., None]
) -> None:
    follow()
    view = provision(control, company, company.person("Zoe", department="x" * 300))
    assert view.result == "Failure"
    assert view.problem
    assert steps(view)[3] == ("Export", "Failure")


def test_who_left_goes_to_the_recycle_bin(control: InProcess, company: Company, follow: Callable[..., None]) -> None:
    ann = company.person("Ann")
    company.person("Bob")
    follow()
    dn = company.dn(ann)
    company.remove(ann)
    company.write()
    view = control.provision("Contoso", dn)
    assert (view.result, view.action, users(control)) == ("Success", "Delete", {"Bob"})


def test_a_guard_holds_a_deletion_on_demand_too(
    control: InProcess, company: Company, follow: Callable[..., None]
) -> None:
    ann = company.person("Ann")
    follow(guards=Guards(deletes=Guard(most=0)))
    dn = company.dn(ann)
    company.remove(ann)
    company.write()
    view = control.provision("Contoso", dn)
    assert (view.result, view.why, users(control)) == ("Skipped", "StagedDelete", {"Ann"})
    control.restart_job("Contoso", ["ForceDeletes"])
    control.run_job("Contoso")
    assert users(control) == set()


def test_a_staging_job_writes_nothing_on_demand(
    control: InProcess, company: Company, follow: Callable[..., None]
) -> None:
    follow(staging=True)
    view = provision(control, company, company.person("Ann"))
    assert (view.result, view.why, users(control)) == ("Skipped", "StagingMode", set())


def test_of_a_group_the_members_that_are_named_are_written_and_the_others_wait(
    control: InProcess, company: Company, follow: Callable[..., None]
) -> None:
    people = company.people(4)
    follow()
    group = company.group("Sales", people)
    view = provision(control, company, group, people[1], people[3])
    assert (view.result, view.waiting) == ("Success", 2)
    assert members(control) == {people[1].name, people[3].name}
    control.run_job("Contoso")
    assert members(control) == {person.name for person in people}


def members(control: InProcess) -> set[str]:
    found = control.show_object("groups", control.list_objects("groups")[0]["id"])
    return {member["displayName"] for member in found["members"]}


def test_more_than_five_members_and_unknown_people_are_refused(
    control: InProcess, company: Company, follow: Callable[..., None]
) -> None:
    people = company.people(6)
    group = company.group("Sales", people)
    follow()
    with pytest.raises(RopewayError) as refused:
        provision(control, company, group, *people)
    assert refused.value.problem.code == "provision-too-many"
    with pytest.raises(RopewayError) as refused:
        control.provision("Contoso", "CN=Nobody,DC=contoso,DC=test")
    assert refused.value.problem.code == "object-unknown"


def test_before_the_first_run_nothing_is_provisioned_on_demand(
    control: InProcess, company: Company, follow: Callable[..., None]
) -> None:
    ann = company.person("Ann")
    follow(run=False)
    with pytest.raises(RopewayError) as refused:
        provision(control, company, ann)
    assert refused.value.problem.code == "provision-too-early"


@contextmanager
def kept_in_step(control: InProcess) -> Iterator[Queue[CycleView]]:
    told: Queue[CycleView] = Queue()
    stop = threading.Event()
    keeping = threading.Thread(target=control.keep_in_step, args=([],), kwargs={"stop": stop.is_set, "cycle": told.put})
    keeping.start()
    try:
        yield told
    finally:
        stop.set()
        keeping.join()


def test_who_keeps_a_job_in_step_makes_room_for_a_provision_on_demand(
    control: InProcess, company: Company, follow: Callable[..., None]
) -> None:
    ann = company.person("Ann")
    follow(run=False, poll_seconds=0.05)
    with kept_in_step(control) as told:
        assert told.get(timeout=30).exported == {"create": 1}
        assert provision(control, company, ann).why == "RedundantExport"
        company.person("Bob")
        company.write()
        assert told.get(timeout=30).exported == {"create": 1}


def test_a_job_with_an_interval_rests_in_between_and_goes_on_when_somebody_asks(
    control: InProcess, company: Company, follow: Callable[..., None]
) -> None:
    company.person("Ann")
    follow(run=False, schedule=Schedule(every=1800.0))
    with kept_in_step(control) as told:
        assert told.get(timeout=30).exported == {"create": 1}
        company.person("Bob")
        company.write()
        assert control.run_job("Contoso").exported == {"create": 1}
        company.person("Cyd")
        company.write()
        control.restart_job("Contoso")
        cycle = told.get(timeout=30)
        assert (cycle.kind, cycle.exported) == ("initial", {"create": 1})


def test_a_job_that_is_off_runs_only_when_somebody_says_so(
    control: InProcess, company: Company, follow: Callable[..., None]
) -> None:
    company.person("Ann")
    follow(run=False)
    view = control.schedule_job("Contoso", Schedule(off=True))
    assert view.next_run is None
    with kept_in_step(control) as told:
        assert told.empty()
        control.clear_quarantine("Contoso")
        assert told.get(timeout=30).exported == {"create": 1}
    assert control.job("Contoso").next_run is None


@pytest.mark.parametrize("stage", ["import", "decide", "export"])
def test_a_job_that_is_paused_in_the_midst_of_a_run_stops_there_and_goes_on_from_there(
    control: InProcess, company: Company, follow: Callable[..., None], monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    monkeypatch.setattr(running, "LOOK_EVERY", 0.0)
    company.people(2500)
    follow(run=False)

    def pause(progress: Progress) -> None:
        if progress.stage == stage and progress.done:
            control.pause_job("Contoso")

    with pytest.raises(RopewayError) as stopped:
        control.run_job("Contoso", progress=pause)
    assert stopped.value.problem.code == "job-paused"
    written = len(control.list_objects("users", limit=5000))
    assert 0 < written < 2500 if stage == "export" else written == 0
    assert control.job("Contoso").status == "Paused"
    control.resume_job("Contoso")
    assert control.run_job("Contoso").exported == {"create": 2500 - written}
    assert control.job("Contoso").problems == ()


def test_history_that_is_too_old_goes_however_much_it_is_and_although_its_job_rests(
    control: InProcess, company: Company, follow: Callable[..., None], tmp_path: Path
) -> None:
    company.people(2500)
    follow()
    company.person("Ann")
    company.write()
    control.run_job("Contoso")
    control.pause_job("Contoso")
    with sqlite3.connect(tmp_path / "ropeway.db") as c:
        c.execute("UPDATE provisioning_event SET time = time - 31 * 86400 WHERE object NOT LIKE 'CN=Ann,%'")
        c.execute("UPDATE cycle SET started = started - 31 * 86400 WHERE number = 1")
    with closing(open_control(f"sqlite:///{tmp_path / 'ropeway.db'}")) as another:
        another.keep_house()
        assert [event.object for event in another.events(EventFilter(limit=5000))] == ["CN=Ann,DC=contoso,DC=test"]
        assert len(another.live("Contoso").cycles) == 1


def test_the_active_machine_is_told_with_the_time_since_it_is(
    control: InProcess, company: Company, follow: Callable[..., None]
) -> None:
    follow()
    import socket

    first = control.job("Contoso").active
    assert first
    assert first.startswith(f"{socket.gethostname()} since 20")
    control.run_job("Contoso")
    assert control.job("Contoso").active == first


@pytest.mark.parametrize("every", [0.1, 8 * 86400.0])
def test_an_interval_that_makes_no_sense_is_refused(
    control: InProcess, follow: Callable[..., None], every: float
) -> None:
    follow(run=False)
    with pytest.raises(RopewayError) as refused:
        control.schedule_job("Contoso", Schedule(every=every))
    assert refused.value.problem.code == "schedule-invalid"
