"""A job's life with a real domain: quarantine over a wrong password, restart, one object now."""

from __future__ import annotations

from pathlib import Path

import pytest

from ropeway.model.job import Schedule
from ropeway.model.problems import RopewayError
from tests.journeys.administration import Administration
from tests.journeys.tenant import Followed, Tenant, source_of

pytestmark = pytest.mark.samba


def test_a_wrong_password_is_a_quarantine_that_ends_when_it_is_right(
    tenant: Tenant, company: Administration, tmp_path: Path
) -> None:
    company.person("Ann")
    password = tmp_path / "password"
    password.write_text(company.domain.administrator_password_file.read_text())
    password.chmod(0o600)
    job = tenant.follow(company, source=source_of(company.domain, password_file=str(password)))
    job.control.run_job("Contoso")
    password.write_text("not the password")
    with pytest.raises(RopewayError):
        job.control.run_job("Contoso")
    view = job.control.job("Contoso")
    assert view.quarantine
    assert (view.status, view.quarantine.reason) == ("Quarantine", "EncounteredQuarantineException")
    assert any(problem.code == "job-quarantined" for problem in view.problems)
    password.write_text(company.domain.administrator_password_file.read_text())
    job.control.clear_quarantine("Contoso")
    assert job.control.run_job("Contoso").kind == "delta"
    assert job.control.job("Contoso").status == "Active"


def test_one_person_is_provisioned_at_once_and_told_step_by_step(job: Followed, company: Administration) -> None:
    job.control.run_job("Contoso")
    boss = company.person("Bea")
    ann = company.person("Ann", manager=boss, department="Sales")
    view = job.control.provision("Contoso", company.dn(ann))
    assert (view.result, view.action, [s["status"] for s in view.steps]) == ("Success", "Create", ["Success"] * 4)
    assert job.tenant.names() == {"Ann"}
    job.control.run_job("Contoso")
    shown = job.tenant.shown(ann)
    assert shown
    assert shown["manager"]["displayName"] == "Bea"
    assert job.control.provision("Contoso", ann.guid).why == "RedundantExport"


def test_of_a_new_group_the_member_that_is_named_comes_first(job: Followed, company: Administration) -> None:
    ann, bob = company.person("Ann"), company.person("Bob")
    job.control.run_job("Contoso")
    sales = company.group("Sales", ann, bob)
    view = job.control.provision("Contoso", company.dn(sales), members=[company.dn(bob)])
    shown = job.tenant.shown(sales)
    assert shown
    assert (view.waiting, [m["displayName"] for m in shown["members"]]) == (1, ["Bob"])
    job.control.run_job("Contoso")
    shown = job.tenant.shown(sales)
    assert shown
    assert {m["displayName"] for m in shown["members"]} == {"Ann", "Bob"}


def test_every_scope_of_a_restart_ends_with_the_directory_as_it_was(job: Followed, company: Administration) -> None:
    ann = company.person("Ann")
    sales = company.group("Sales", ann, company.person("Bob", manager=ann))
    job.control.run_job("Contoso")
    before = (job.tenant.shown(ann), job.tenant.shown(sales))
    for scope in ("Escrows", "Watermark", "QuarantineState", "ConnectorDataStore", "Full", "ForceDeletes"):
        job.control.restart_job("Contoso", [scope])
        assert not job.control.run_job("Contoso").failed, scope
        assert (job.tenant.shown(ann), job.tenant.shown(sales)) == before, scope
        assert job.control.run_job("Contoso").result == "nothing-to-do", scope


def test_a_job_with_an_interval_says_when_it_runs_next(job: Followed) -> None:
    job.control.run_job("Contoso")
    view = job.control.schedule_job("Contoso", Schedule(every=1800.0))
    assert view.last_run
    assert view.next_run
    assert view.next_run[:10] >= view.last_run[:10]
