"""The commands of a job's life, against a small company in memory."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from ropeway.cli import completion, session
from ropeway.cli.exits import Code
from ropeway.cli.main import main
from ropeway.cli.render.life import every_words
from ropeway.control.protocol import QuarantineView
from ropeway.engine.lifecycle.schedule import pace
from ropeway.model.job import Guard, JobSettings, Retention, Schedule, SourceSettings
from ropeway.model.problems import Problem, RopewayError
from tests.unit.cli_company import JOB, PROVISIONED, Company

Run = Callable[..., int]


@pytest.fixture
def company() -> Company:
    return Company()


@pytest.fixture
def run(company: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> Run:
    monkeypatch.setattr(session, "connect", lambda *_: company)
    monkeypatch.setattr(completion, "connect", lambda *_: company)
    monkeypatch.setenv("ROPEWAY_STATE", f"{tmp_path}/state/ropeway.db")
    return lambda *words: main([str(word) for word in words])


@pytest.mark.parametrize(
    ("words", "schedule"),
    [
        (["--every", "2m"], Schedule(every=120.0)),
        (["--every", "30m"], Schedule(every=1800.0)),
        (["--every", "off"], Schedule(off=True)),
        (["--off"], Schedule(off=True)),
        (["--poll"], Schedule()),
    ],
)
def test_a_schedule_is_kept_as_it_was_said(run: Run, company: Company, words: list[str], schedule: Schedule) -> None:
    assert run("job", "schedule", "Contoso", *words) == 0
    assert company.calls == [("schedule_job", "Contoso", schedule)]


@pytest.mark.parametrize("words", [[], ["--poll", "--off"], ["--every", "soon"], ["--every", "2m", "--poll"]])
def test_a_schedule_that_is_none_is_refused(run: Run, company: Company, words: list[str]) -> None:
    assert run("job", "schedule", "Contoso", *words) == Code.USAGE
    assert company.calls == []


def test_a_scope_is_given_as_it_was_said_and_only_after_a_yes(run: Run, company: Company) -> None:
    assert (
        run("job", "scope", "Contoso", "--container", "OU=Oslo", "--group", "CN=Pilot", "--nested-groups", "--yes") == 0
    )
    assert company.calls == [("scope_job", JOB.id, ["OU=Oslo"], ["CN=Pilot"], [], True)]
    company.calls.clear()
    assert run("job", "scope", "Contoso", "--everything", "--yes") == 0
    assert company.calls == [("scope_job", JOB.id, [], [], [], False)]
    company.calls.clear()
    assert run("job", "scope", "Contoso", "--everything", "--group", "CN=Pilot", "--yes") == Code.USAGE
    assert run("job", "scope", "Contoso", "--everything") != 0
    assert run("job", "scope", "Contoso") == 0
    assert company.calls == []


def test_a_guard_is_changed_and_the_others_stay(run: Run, company: Company) -> None:
    assert run("job", "guard", "Contoso", "--guard", "deletes=5", "--guard", "group.members=50/20%/10") == 0
    before = JOB.settings.guards
    by_type = {**before.by_type, "group": {**before.by_type.get("group", {}), "members": Guard(50, 20, 10)}}
    changed = msgspec.structs.replace(before, deletes=Guard(5), by_type=by_type)
    assert company.calls == [("guard_job", JOB.id, changed)]
    company.calls.clear()
    assert run("job", "guard", "Contoso") == 0
    assert company.calls == []


def test_a_job_writes_no_longer_in_staging_only_after_a_yes(run: Run, company: Company) -> None:
    assert run("job", "staging", "Contoso", "--on") == 0
    assert company.calls == [("stage_job", JOB.id, True)]
    company.calls.clear()
    company.all_jobs = [msgspec.structs.replace(JOB, settings=msgspec.structs.replace(JOB.settings, staging=True))]
    assert run("job", "staging", "Contoso", "--off") != 0
    assert run("job", "staging", "Contoso") == 0
    assert company.calls == []
    assert run("job", "staging", "Contoso", "--off", "--yes") == 0
    assert company.calls == [("stage_job", JOB.id, False)]


def test_history_is_kept_as_long_as_was_said_and_the_rest_as_before(run: Run, company: Company) -> None:
    assert run("job", "history", "Contoso", "--log-days", "90") == 0
    assert company.calls == [("keep_job_history", "Contoso", Retention(90, 30))]


def test_a_restart_resets_what_is_named_and_runs(run: Run, company: Company) -> None:
    assert run("job", "restart", "Contoso", "--scope", "Escrows", "--scope", "Watermark") == 0
    assert company.calls == [("restart_job", "Contoso", ["Escrows", "Watermark"]), ("run_job", JOB.id, False)]


def test_where_another_process_has_the_job_that_one_carries_out_the_restart(
    run: Run, company: Company, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def busy(*_: object, **__: object) -> None:
        raise RopewayError(Problem("job-is-running", details={"holder": "dc-sync process 7"}))

    monkeypatch.setattr(company, "run_job", busy)
    assert run("job", "restart", "Contoso") == 0
    assert "dc-sync process 7 runs it" in capsys.readouterr().out


def test_a_restart_can_wait_for_the_next_run(run: Run, company: Company) -> None:
    assert run("job", "clear-quarantine", "Contoso", "--later") == 0
    assert company.calls == [("clear_quarantine", "Contoso")]


def test_whom_to_tell_is_named_tried_and_forgotten(run: Run, company: Company) -> None:
    assert run("job", "notify", "Contoso", "--file", "/etc/ropeway/tell.yaml", "--test") == 0
    assert run("job", "notify", "Contoso", "--off") == 0
    told = [
        ("notify", "Contoso", "/etc/ropeway/tell.yaml"),
        ("try_notifications", "Contoso"),
        ("notify", "Contoso", ""),
    ]
    assert company.calls == told
    assert run("job", "notify", "Contoso") == Code.USAGE


def test_provision_on_demand_shows_each_step_and_value(
    run: Run, company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("job", "provision", "Contoso", "zoe@contoso.test", "--member", "ann@contoso.test") == 0
    assert company.calls == [("provision", "Contoso", "zoe@contoso.test", ["ann@contoso.test"])]
    shown = capsys.readouterr().out
    assert all(word in shown for word in ("1 Import", "Success", "department", "Sales", "Marketing"))


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"result": "Failure"}, Code.OBJECT_ERRORS), ({"result": "Skipped", "why": "StagedDelete"}, Code.HELD)],
)
def test_the_exit_code_of_a_provision_says_what_became_of_it(
    run: Run, company: Company, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], code: Code
) -> None:
    view = msgspec.structs.replace(PROVISIONED, **changes)
    monkeypatch.setattr(company, "provision", lambda *_, **__: view)
    assert run("job", "provision", "Contoso", "zoe@contoso.test") == code


def test_a_comparison_fails_on_a_difference_only_where_asked(run: Run, company: Company) -> None:
    assert run("job", "compare", "Contoso", "Standby") == 0
    assert run("job", "compare", "Contoso", "Standby", "--fail") == Code.FINDINGS
    assert run("job", "compare", "Contoso") == Code.USAGE
    assert run("job", "compare", "Contoso", "--with-state", "/srv/standby.db") == 0
    assert company.calls[-1] == ("compare_jobs", "Contoso", "Contoso", "sqlite:////srv/standby.db", 50)


def test_a_job_in_quarantine_says_why_and_when_it_is_tried_next(
    run: Run, company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    quarantine = QuarantineView(
        reason="TooManyDeletes",
        current_began="2026-11-21T06:00:00Z",
        next_attempt="2026-11-21T07:00:00Z",
        series_began="2026-11-21T06:00:00Z",
        series_count=3,
    )
    active = "dc-sync since 2026-11-01T00:00:00Z"
    company.all_jobs = [msgspec.structs.replace(JOB, status="Quarantine", quarantine=quarantine, active=active)]
    assert run("job", "show", "Contoso") == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in ("Quarantine", "TooManyDeletes", "Next attempt", "dc-sync, since 2026-11-01"))


def test_a_job_that_agents_read_says_who_sees_its_changes() -> None:
    """And not that it polls twice a second, which nobody does for it."""
    source = SourceSettings("active-directory", {"domain": "contoso.test"}, through="agents")
    settings = JobSettings("Contoso", source)
    assert (
        every_words(settings)
        == f"when an agent sees a change, and every {(pace(settings) or 0) / 60:.0f} minutes anyway"
    )
    polling = every_words(JobSettings("Contoso", SourceSettings("ldif", {})))
    assert polling == "all the time, looking for changes every 0.5 seconds"
