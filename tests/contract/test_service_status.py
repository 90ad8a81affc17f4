"""One screen at three in the morning: what needs somebody comes first, and the exit code says whether anything does."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from ropeway.cli.exits import Code
from ropeway.cli.main import main
from ropeway.control.in_process import InProcess, open_control
from ropeway.control.service_status import service_view
from ropeway.control.service_views import ServiceView
from ropeway.engine.lifecycle.standing import Quarantine, Reason, Standing, Stopped
from ropeway.model.job import JobSettings, Schedule, SourceSettings
from ropeway.model.problems import Problem
from ropeway.service.operating.backup.taking import to_file
from ropeway.store import lifecycle
from ropeway.store.database import Database
from ropeway.store.service_tables import agent, authority, errand, process
from ropeway.store.tables import job
from tests.crash.conftest import bad_day, staffed
from tests.fixtures.certificates import served
from tests.unit.engine_company import Company

JOB = "Contoso"
DAY = 86400.0


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return staffed(tmp_path / "company.ldif", people=90)


@pytest.fixture
def control(database_url: str, company: Company) -> Iterator[InProcess]:
    control = open_control(database_url)
    control.add_domain("contoso.test")
    control.verify_domain("contoso.test")
    control.create_job(JobSettings(JOB, SourceSettings("ldif", {"path": str(company.path)})))
    control.run_job(JOB)
    yield control
    control.close()


@pytest.fixture
def database(control: InProcess, database_url: str, tmp_path: Path) -> Iterator[Database]:
    """Of an installation that is well: a worker lives, a backup is there."""
    database = Database(database_url)
    with database.write() as c:
        c.execute(process.insert().values(**worker(time.time())))
    to_file(database, tmp_path / "last.backup")
    yield database
    database.close()


def worker(seen: float) -> dict[str, Any]:
    return {
        "tenant": 1,
        "id": "here 1",
        "role": "worker",
        "machine": "here",
        "version": "1",
        "started": 1.0,
        "seen": seen,
    }


def an_agent(name: str, seen: float) -> dict[str, Any]:
    usual: dict[str, Any] = {"tenant": 1, "domain": "contoso.test", "certificate": "", "registered": 1.0}
    return usual | {"id": name, "name": name, "fingerprint": name, "seen": seen}


def codes(view: ServiceView) -> list[str]:
    return [problem.code for problem in view.problems]


def test_an_installation_that_is_well_needs_nobody(control: InProcess, database: Database) -> None:
    view = control.service_status()
    assert codes(view) == []
    assert [(p.role, p.alive) for p in view.processes] == [("worker", True)]
    assert [(j.name, j.status, j.due, j.held) for j in view.jobs] == [(JOB, "Active", 0, 0)]
    assert view.last_backup is not None
    assert view.size > 100_000


def test_nobody_running_the_jobs_comes_first(control: InProcess, database: Database) -> None:
    with database.write() as c:
        c.execute(update(process).values(seen=time.time() - 61))
    assert codes(control.service_status())[0] == "worker-silent"


def test_held_changes_need_somebody(control: InProcess, database: Database, company: Company) -> None:
    bad_day(company)
    control.run_job(JOB)
    assert codes(control.service_status()) == ["changes-held"]


def test_a_job_that_is_stopped_says_by_what(control: InProcess, database: Database) -> None:
    stopped = Stopped(time.time() - 600, Problem("password-expired", object="svc@contoso.test"))
    with database.write() as c:
        lifecycle.change_standing(c, 1, lambda now: Standing(stopped=stopped), time.time())
    (problem,) = control.service_status().problems
    assert problem.code == "job-stopped"
    assert "password" in problem.details["why"]


def test_a_quarantine_and_a_disabled_job_are_told_with_their_reason(control: InProcess, database: Database) -> None:
    quarantine = Quarantine(Reason.BASE, 1.0, 1.0, 1, 1.0)
    for disabled, code in ((None, "job-quarantine-lasts"), (time.time(), "job-disabled")):
        standing = Standing(quarantine=quarantine, disabled=disabled)
        with database.write() as c:
            lifecycle.change_standing(c, 1, lambda now, to=standing: to, time.time())
        (problem,) = control.service_status().problems
        assert (problem.code, problem.details["reason"]) == (code, "EncounteredBaseEscrowThreshold")


def test_a_quarantine_is_told_with_what_stopped_the_job(control: InProcess, database: Database) -> None:
    stopped = Stopped(time.time() - 600, Problem("password-wrong", object="svc@contoso.test"))
    quarantine = Quarantine(Reason.EXCEPTION, 1.0, 1.0, 1, 1.0)
    with database.write() as c:
        lifecycle.change_standing(c, 1, lambda now: Standing(quarantine=quarantine, stopped=stopped), time.time())
    lasts, why = control.service_status().problems
    assert (lasts.code, why.code) == ("job-quarantine-lasts", "job-stopped")
    assert "password" in why.details["why"]


def test_a_job_is_overdue_by_its_own_interval_and_one_that_is_off_never(control: InProcess, database: Database) -> None:
    with database.write() as c:
        c.execute(update(job).values(last_success=time.time() - DAY))
        lifecycle.change_standing(c, 1, lambda now: Standing(last_run=time.time() - DAY), time.time())
    assert codes(control.service_status()) == ["job-overdue"]
    for schedule in (Schedule(every=DAY), Schedule(off=True)):
        control.schedule_job(JOB, schedule)
        assert codes(control.service_status()) == []


def test_a_domain_without_any_agent_is_worse_than_one_with_another(control: InProcess, database: Database) -> None:
    with database.write() as c:
        c.execute(agent.insert().values(**an_agent("dc1", time.time() - 91)))
    assert codes(control.service_status()) == ["no-agent"]
    with database.write() as c:
        c.execute(agent.insert().values(**an_agent("dc2", time.time())))
    assert codes(control.service_status()) == ["agents-silent"]
    with database.write() as c:
        c.execute(update(agent).where(agent.c.id == "dc1").values(removed=1.0))
    view = control.service_status()
    assert codes(view) == []
    assert [(a.active, a.inactive, a.removed) for a in view.agents] == [(1, 0, 1)]


def test_errands_that_nobody_takes_and_certificates_that_end_need_somebody(
    control: InProcess, database: Database, tmp_path: Path
) -> None:
    asked = {"tenant": 1, "method": "run_job", "arguments": b"", "asked_by": "Zoë", "state": "open", "expires": 0.0}
    pem = served(tmp_path).authority.read_text()
    with database.write() as c:
        c.execute(errand.insert().values(**asked, created=time.time() - 61))
        c.execute(authority.insert().values(tenant=1, name="tls", certificate=pem, key=b"", created=0.0))
    assert codes(control.service_status()) == ["errands-waiting", "certificate-expires"]


def test_a_backup_that_is_too_old_needs_somebody(control: InProcess, database: Database) -> None:
    later = time.time() + 9 * DAY
    assert codes(service_view(database, 1, later))[-1] == "backup-old"


def test_the_screen_and_the_exit_code_say_the_same(
    tmp_path: Path, company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    state = ["--state", str(tmp_path / "new.db")]
    assert main([*state, "directory", "domains", "add", "contoso.test"]) == Code.OK
    assert main([*state, "service", "status"]) == Code.OK
    assert "Nothing needs anybody" in capsys.readouterr().out
    assert main([*state, "job", "create", "ldif", "--name", JOB, "--path", str(company.path)]) == Code.OK
    capsys.readouterr()
    assert main([*state, "service", "status"]) == Code.FINDINGS
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "This needs somebody"
    assert "Nobody runs the jobs" in said[1]
    assert main([*state, "--json", "service", "status"]) == Code.FINDINGS
    assert [p["code"] for p in json.loads(capsys.readouterr().out)["problems"]] == ["worker-silent", "backup-old"]
