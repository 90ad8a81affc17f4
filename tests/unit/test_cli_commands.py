"""Every command of the command line, against a small company in memory."""

from __future__ import annotations

import json
import os
from collections.abc import Callable

import msgspec
import pytest

from ropeway.cli import completion, session
from ropeway.cli.exits import Code
from ropeway.cli.main import main
from ropeway.control.protocol import CycleView, EventFilter, JobView
from ropeway.model.job import Departure, Guard, JobSettings
from ropeway.model.problems import Problem, RopewayError
from tests.unit.cli_company import HOLD, JOB, ZOE, Company

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


def created(company: Company) -> JobSettings:
    return next(call[1] for call in company.calls if call[0] == "create_job")


# creating jobs


def test_a_job_for_a_domain_keeps_exactly_what_was_said(run: Run, company: Company) -> None:
    said = ["--name", "Contoso", "--domain", "contoso.test", "--server", "dc1", "--server", "dc2", "--keytab", "/k"]
    assert run("job", "create", "active-directory", *said) == 0
    assert created(company).source.settings == {"domain": "contoso.test", "servers": ["dc1", "dc2"], "keytab": "/k"}


def test_every_setting_of_a_domain_has_its_own_option(run: Run, company: Company) -> None:
    said = "--name C --domain c.test --security starttls --ca-file /ca --user u@c.test --password-file /p --prompt "
    said += "--principal p --krb5-config /k5 --allow-plaintext-password --method usn --object-security "
    said += "--nameserver 127.0.0.9 --naming-context DC=c,DC=test"
    assert run("job", "create", "active-directory", *said.split()) == 0
    assert created(company).source.settings == {
        "domain": "c.test",
        "security": "starttls",
        "ca_file": "/ca",
        "user": "u@c.test",
        "password_file": "/p",
        "prompt": True,
        "principal": "p",
        "krb5_config": "/k5",
        "allow_plaintext_password": True,
        "method": "usn",
        "object_security": True,
        "nameserver": "127.0.0.9",
        "naming_context": "DC=c,DC=test",
    }


def test_the_file_of_an_ldif_job_is_kept_by_its_full_path(run: Run, company: Company) -> None:
    assert run("job", "create", "ldif", "--name", "Export", "--path", "company.ldif") == 0
    assert created(company).source.settings == {"path": os.path.abspath("company.ldif")}


def test_standard_input_is_no_file_for_a_job_which_reads_it_at_every_run(
    run: Run, company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("job", "create", "ldif", "--name", "Export", "--path", "-") == Code.USAGE
    assert "save the export to a file" in capsys.readouterr().err
    assert company.calls == []


def test_containers_and_groups_are_handed_over_by_dn(run: Run, company: Company) -> None:
    scope = ["--container", "OU=A", "--container", "OU=B", "--exclude-container", "OU=C,OU=A", "--group", "CN=G"]
    assert run("job", "create", "ldif", "--name", "E", "--path", "e.ldif", *scope, "--nested-groups") == 0
    assert company.calls[0][2:] == (["OU=A", "OU=B"], ["CN=G"], ["OU=C,OU=A"])
    assert created(company).scope.nested_groups


def test_guards_and_departures_are_settings_of_the_job(run: Run, company: Company) -> None:
    options = ["--guard", "deletes=100/5%/10", "--guard", "group.members=20", "--departure", "user=disable"]
    assert (
        run("job", "create", "ldif", "--name", "E", "--path", "e.ldif", *options, "--staging", "--precedence", "7") == 0
    )
    settings = created(company)
    assert settings.guards.of("deletes", "user") == Guard(100, 5, 10)
    assert settings.guards.of("members", "group") == Guard(20, 10, 20)
    assert settings.departure == {"user": Departure.DISABLE}
    assert (settings.staging, settings.precedence) == (True, 7)


@pytest.mark.parametrize(
    "option",
    [["--guard", "delete=5"], ["--guard", "deletes=5/200%"], ["--departure", "user=burn"], ["--schema", "/no"]],
)
def test_an_option_that_means_nothing_is_refused_by_name(
    run: Run, company: Company, capsys: pytest.CaptureFixture[str], option: list[str]
) -> None:
    assert run("job", "create", "ldif", "--name", "E", "--path", "e.ldif", *option) == Code.USAGE
    assert option[0] in capsys.readouterr().err
    assert company.calls == []


def test_a_password_on_the_command_line_is_refused_and_not_repeated(
    run: Run, company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["--password", "hunter2"], ["--password=hunter2"], ["--passwd", "hunter2"]):
        assert run("job", "create", "active-directory", *words) == Code.USAGE
        said = capsys.readouterr()
        assert "--password-file" in said.err
        assert "hunter2" not in said.err + said.out


def test_a_password_behind_a_user_name_or_in_a_state_url_is_refused(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    user = ["--user", "CONTOSO\\zoe%hunter2"]
    assert run("job", "create", "active-directory", "--name", "C", "--domain", "c.test", *user) == Code.USAGE
    assert run("--state", "postgresql://ropeway:hunter2@db/ropeway", "job", "list") == Code.USAGE
    assert "hunter2" not in "".join(capsys.readouterr())


# looking at jobs


def test_all_jobs_are_listed_with_what_waits(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("job", "list") == 0
    assert "Contoso  active-directory contoso.test  Active" in capsys.readouterr().out


def test_the_json_of_a_command_is_its_record_and_nothing_else(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("job", "show", "Contoso", "--json") == 0
    assert msgspec.json.decode(capsys.readouterr().out, type=JobView) == JOB


def test_without_a_job_the_list_says_where_it_looked(
    run: Run, company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    company.all_jobs = []
    assert run("job", "list") == 0
    assert "state/ropeway.db yet. See: ropeway job create --help" in capsys.readouterr().out


def test_an_unknown_job_is_a_sentence_and_a_failure(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("job", "show", "Fabrikam") == Code.FAILED
    assert "Fabrikam" in capsys.readouterr().err


# running and planning


@pytest.mark.parametrize(
    ("result", "code"),
    [
        ("success", Code.OK),
        ("nothing-to-do", Code.OK),
        ("completed-with-errors", Code.OBJECT_ERRORS),
        ("held", Code.HELD),
        ("stopped", Code.STOPPED),
    ],
)
def test_the_exit_code_of_a_run_is_what_the_cycle_came_to(run: Run, company: Company, result: str, code: Code) -> None:
    company.cycle = msgspec.structs.replace(company.cycle, result=result)
    assert run("job", "run", "Contoso") == code


def test_a_run_tells_numbers_and_where_to_look(run: Run, company: Company, capsys: pytest.CaptureFixture[str]) -> None:
    company.cycle = CycleView(
        job="Contoso", kind="initial", result="held", read=1000, exported={"create": 990}, held=57
    )
    run("job", "run", "Contoso", "--full")
    assert ("run_job", JOB.name, True) in company.calls
    out = capsys.readouterr().out
    assert "initial synchronization: 1,000 read, 990 created." in out
    assert "57 changes held until approved: ropeway job holds Contoso" in out


def test_a_run_of_a_staging_job_tells_what_is_due_and_not_written(
    run: Run, company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    company.cycle = CycleView(job="Contoso", kind="delta", result="nothing-to-do", staged=1397)
    run("job", "run", "Contoso")
    out = capsys.readouterr().out
    assert "1,397 changes due, and not written, because the job is staging: ropeway job plan Contoso" in out
    assert "nothing to do" not in out


def test_a_new_staging_job_is_planned_and_compared_not_run(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run("job", "create", "active-directory", "--name", "Trial", "--domain", "contoso.test", "--staging")
    out = capsys.readouterr().out
    assert "ropeway job plan Trial" in out
    assert "ropeway job compare Trial OTHER" in out
    assert "ropeway run" not in out
    assert "job run" not in out


def test_a_job_that_another_process_runs_has_an_exit_code_of_its_own(run: Run, company: Company) -> None:
    company.failure = RopewayError(Problem("job-is-running", object="Contoso"))
    assert run("job", "run", "Contoso") == Code.RUNNING_ELSEWHERE


def test_a_paused_job_was_not_run(run: Run, company: Company) -> None:
    company.failure = RopewayError(Problem("job-paused", object="Contoso"))
    assert run("job", "run", "Contoso") == Code.FAILED


def test_any_other_problem_of_a_cycle_means_that_the_job_stopped(run: Run, company: Company) -> None:
    company.failure = RopewayError(Problem("source-unreachable", object="contoso.test"))
    assert run("job", "run", "Contoso") == Code.STOPPED
    assert run("job", "plan", "Contoso") == Code.STOPPED


def test_a_plan_shows_each_attribute_before_and_after(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("job", "plan", "Contoso") == 0
    out = capsys.readouterr().out
    assert "update user: 1" in out
    assert "displayName: Zoë Schmidt → Zoë Müller  (the directory stores Zoë Müller (2))" in out
    assert "department: Sales → (empty)" in out


def test_a_plan_that_is_cut_says_how_to_see_the_rest(
    run: Run, company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    company.plan = msgspec.structs.replace(company.plan, counts={"update user": 900, "delete group": 2})
    run("job", "plan", "Contoso")
    out = capsys.readouterr().out
    assert "update user: 900, the first 1 of them" in out
    assert "delete group: 2" in out
    assert "902 changes in all, 1 of them listed. All of them: ropeway job plan Contoso --all --no-refresh" in out


def test_a_plan_with_something_held_exits_as_held(run: Run, company: Company) -> None:
    company.plan = msgspec.structs.replace(company.plan, holds=(HOLD,))
    assert run("job", "plan", "Contoso", "--all", "--no-refresh") == Code.HELD
    assert company.calls[-1] == ("plan_job", JOB.name, 1_000_000_000, False)


# holds


def test_a_hold_is_shown_with_the_command_that_approves_it(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("job", "holds", "Contoso") == 0
    out = capsys.readouterr().out
    assert "57 deletions (user)" in out
    assert "ropeway job approve Contoso 3 --digest ab12cd34" in out
    assert ZOE in out


def test_the_command_to_type_names_the_state_that_was_named(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run("job", "holds", "Contoso", "--state", "/tmp/my state.db")
    assert "ropeway --state '/tmp/my state.db' job approve Contoso 3" in capsys.readouterr().out


def test_approving_without_a_terminal_needs_yes(run: Run, company: Company) -> None:
    assert run("job", "approve", "Contoso", "3") == Code.USAGE
    assert not [call for call in company.calls if call[0] == "approve"]
    assert run("job", "approve", "Contoso", "3", "--digest", "ab12cd34", "--yes") == 0
    assert company.calls[-1] == ("approve", "Contoso", 3, "ab12cd34")


def test_approving_at_a_terminal_approves_what_was_shown(
    run: Run, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_at_the_terminal(monkeypatch, "yes")
    assert run("job", "approve", "Contoso", "3") == 0
    assert company.calls[-1] == ("approve", "Contoso", 3, HOLD.digest)


def test_no_at_the_terminal_does_nothing(run: Run, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_at_the_terminal(monkeypatch, "n")
    assert run("job", "delete", "Contoso", "--keep") == Code.FAILED
    assert not [call for call in company.calls if call[0] == "delete_job"]


def answer_at_the_terminal(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stdin.readline", lambda: f"{answer}\n")


# deleting, pausing


def test_deleting_a_job_must_say_what_becomes_of_its_objects(run: Run, company: Company) -> None:
    assert run("job", "delete", "Contoso", "--yes") == Code.USAGE
    assert run("job", "delete", "Contoso", "--yes", "--keep", "--withdraw") == Code.USAGE
    assert company.calls == []
    assert run("job", "delete", "Contoso", "--yes", "--withdraw") == 0
    assert company.calls == [("delete_job", JOB.id, False)]


def test_a_job_can_rest_and_go_on(run: Run, company: Company) -> None:
    assert run("job", "pause", "Contoso") == 0
    assert run("job", "resume", "Contoso") == 0
    assert company.calls == [("pause_job", "Contoso"), ("resume_job", "Contoso")]


# the log


def test_what_the_source_has_is_listed_by_type(run: Run, company: Company, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("schema", "discover", "Contoso", "--type", "user") == Code.OK
    told = capsys.readouterr().out
    assert "badgeNumber" in told
    assert "gidNumber" not in told
    assert company.calls[-1] == ("discover", "Contoso")


def test_whether_the_source_can_be_read_is_asked(run: Run, company: Company) -> None:
    assert run("job", "check", "Contoso") == Code.OK
    assert company.calls[-1] == ("check_source", "Contoso")


def test_who_was_refused_is_told_with_the_reason(
    run: Run, company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("service", "sign-ins", "--who", "zoe", "--failed", "--limit", "5") == Code.OK
    assert "AADSTS50126: Error validating credentials." in " ".join(capsys.readouterr().out.split())
    assert company.calls[-1] == ("sign_ins", "zoe", None, True, 5)


def test_the_log_passes_every_filter_on(run: Run, company: Company) -> None:
    words = (
        "--job Contoso --action update --status success --type user --object zoe --since 2026-01-31T08:00Z --limit 5"
    )
    assert run("log", *words.split()) == 0
    assert company.calls[0][1] == EventFilter(
        job="Contoso",
        action="update",
        status="success",
        type="user",
        object="zoe",
        since="2026-01-31T08:00:00Z",
        limit=5,
    )


def test_the_verbose_log_has_steps_and_values(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("log", "-v") == 0
    out = capsys.readouterr().out
    assert "import: success Read from dc1." in out
    assert "displayName = Zoë Müller" in out


def test_an_explanation_is_a_story_by_stage(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain", "zoe@contoso.test") == 0
    out = capsys.readouterr().out
    assert "scope     in scope, by OU=Sales (below a chosen container)" in out
    assert "from Coalesce([displayName], [cn]), where displayName: Zoë Müller" in out
    assert "the directory shows: Zoë Schmidt" in out
    assert "1 more without a value" in out
    assert "manager  CN=Åsa Öberg  exported" in out


# the directory


def test_objects_are_made_and_changed_with_graphs_property_names(run: Run, company: Company) -> None:
    run("directory", "users", "create", "--set", "displayName=Zoë", "--set", "accountEnabled=false")
    run("directory", "users", "update", "t-1", "--set", "jobTitle=", "--set", 'businessPhones:=["+49 30 1"]')
    assert company.calls == [
        ("create_object", "users", {"displayName": "Zoë", "accountEnabled": False}),
        ("update_object", "users", "t-1", {"jobTitle": None, "businessPhones": ["+49 30 1"]}),
    ]


def test_properties_may_come_from_a_file(run: Run, company: Company, tmp_path: object) -> None:
    file = f"{tmp_path}/sales.json"
    with open(file, "w") as out:
        json.dump({"displayName": "Sales", "mailEnabled": True}, out)
    assert run("directory", "groups", "create", "--properties", file) == 0
    assert company.calls == [("create_object", "groups", {"displayName": "Sales", "mailEnabled": True})]


def test_an_object_that_was_deleted_comes_back_by_the_command_shown(
    run: Run, company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("directory", "users", "delete", "t-1", "--yes") == 0
    assert "ropeway directory users restore t-1" in capsys.readouterr().out
    assert run("directory", "users", "restore", "t-1") == 0
    assert company.calls == [("delete_object", "users", "t-1"), ("restore_object", "users", "t-1")]


def test_the_cloud_takes_an_object_over_and_gives_it_back(
    run: Run, company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("directory", "users", "manage", "t-1", "--in-cloud") == 0
    assert "does not count" in capsys.readouterr().out
    assert run("directory", "users", "manage", "t-1", "--on-premises") == 0
    assert "on premises again" in capsys.readouterr().out
    assert company.calls == [("manage_object", "users", "t-1", True), ("manage_object", "users", "t-1", False)]
    assert run("directory", "users", "manage", "t-1") == 2


@pytest.mark.parametrize("type_", ["users", "groups", "contacts", "devices"])
def test_every_type_can_be_listed_and_shown(run: Run, company: Company, type_: str) -> None:
    assert run("directory", type_, "list", "--contains", "zoë", "--deleted", "--limit", "1") == 0
    assert run("directory", type_, "show", "t-1") == 0
    assert company.calls == [("list_objects", type_, "zoë", True, 1), ("show_object", type_, "t-1")]


def test_domains_are_listed_added_and_verified(run: Run, company: Company) -> None:
    for words in (["list"], ["add", "fabrikam.test"], ["verify", "fabrikam.test"]):
        assert run("directory", "domains", *words) == 0
    assert company.calls == [("domains",), ("add_domain", "fabrikam.test"), ("verify_domain", "fabrikam.test")]


# around everything


@pytest.mark.parametrize(
    "words",
    [
        "job list",
        "job show Contoso",
        "job run Contoso",
        "job plan Contoso",
        "job holds Contoso",
        "job approve Contoso 3 --yes",
        "job pause Contoso",
        "job resume Contoso",
        "job delete Contoso --keep --yes",
        "job create ldif --name E --path e.ldif",
        "log",
        "explain zoe",
        "directory users list",
        "directory users show t-1",
        "directory users create --set displayName=Z",
        "directory users update t-1 --set displayName=Z",
        "directory users delete t-1 --yes",
        "directory users restore t-1",
        "directory domains list",
        "directory domains add c.test",
        "directory domains verify c.test",
        "version",
    ],
)
def test_every_command_speaks_json_wherever_the_option_stands(
    run: Run, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    assert run("--json", *words.split()) == 0
    first = json.loads(capsys.readouterr().out)
    assert run(*words.split(), "--json") == 0
    assert json.loads(capsys.readouterr().out) == first


def test_control_is_closed_whatever_happens(run: Run, company: Company) -> None:
    company.failure = RopewayError(Problem("source-unreachable"))
    run("job", "run", "Contoso")
    assert company.closed


def test_a_defect_is_a_sentence_and_only_debug_shows_the_traceback(
    run: Run, company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    company.failure = ZeroDivisionError("secret detail")  # type: ignore[assignment]
    assert run("job", "run", "Contoso") == Code.FAILED
    said = capsys.readouterr().err
    assert "--debug" in said
    assert "secret detail" not in said
    assert run("--debug", "job", "run", "Contoso") == Code.FAILED
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_ends_without_a_traceback(run: Run, company: Company, capsys: pytest.CaptureFixture[str]) -> None:
    company.failure = KeyboardInterrupt()  # type: ignore[assignment]
    assert run("job", "run", "Contoso") == Code.INTERRUPTED
    assert "Traceback" not in capsys.readouterr().err


def test_a_state_is_kept_in_a_folder_for_its_owner_alone(run: Run, tmp_path: object) -> None:
    run("job", "list")
    assert os.stat(f"{tmp_path}/state").st_mode & 0o777 == 0o700


def test_names_of_jobs_are_offered_once_there_is_a_state(run: Run, tmp_path: object) -> None:
    assert completion.job_names("Con") == []
    os.makedirs(f"{tmp_path}/state")
    with open(f"{tmp_path}/state/ropeway.db", "w"):
        pass
    assert completion.job_names("Con") == ["Contoso"]
    assert completion.job_names("Fab") == []
