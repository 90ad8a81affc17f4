"""The command line as a client: what it talks to, and how it says so."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from ropeway.cli import reach, session
from ropeway.cli.exits import Code
from ropeway.cli.main import main
from ropeway.cli.render.live import live_lines
from ropeway.cli.session import Session
from ropeway.cli.signed_in import SignedIn
from ropeway.control.holder import user_here
from ropeway.control.protocol import CycleView, LiveView, PastCycle
from ropeway.model.secret import Secret
from tests.fixtures.certificates import served
from tests.fixtures.service import LIFETIME, Service, a_service
from tests.unit.cli_company import Company
from tests.unit.engine_company import Company as Export
from tests.unit.engine_company import company as export

__all__ = ["export"]

Told = Callable[..., tuple[int, str, str]]
Signed = Callable[[SignedIn | None], None]


@pytest.fixture
def sign_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Signed:
    """Signs this user in, in a folder of the test's own."""
    monkeypatch.delenv("ROPEWAY_STATE", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    return lambda signed: monkeypatch.setattr(reach, "signed_in", lambda: signed)


@pytest.fixture
def service(tmp_path: Path, sign_in: Signed) -> Iterator[Service]:
    with a_service(f"sqlite:///{tmp_path}/service.db", tmp_path) as running, running.worker():
        running.control.add_domain("contoso.test")
        sign_in(SignedIn(running.url, running.token(), running.authority.read_text()))
        yield running


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Told:
    """Runs a command: exit code, stdout, stderr."""

    def call(*words: object) -> tuple[int, str, str]:
        capfd.readouterr()
        code = main([str(word) for word in words])
        told = capfd.readouterr()
        return code, told.out, told.err

    return call


# a day with a service


def test_whoever_is_signed_in_asks_the_service(service: Service, run: Told, export: Export) -> None:
    export.person("Zoë Müller")
    export.write()
    code, out, _ = run("job", "create", "ldif", "--name", "Contoso", "--path", export.path)
    assert (code, service.url in out, "ropeway job watch Contoso" in out) == (0, True, True)
    assert "ropeway run" not in out, "which is refused where a service keeps the job in step"
    assert run("job", "plan", "Contoso")[0] == 0
    assert "1 created" in run("job", "run", "Contoso")[1]
    assert "Zoë Müller" in run("directory", "users", "list")[1] + run("log")[1]
    assert "1 created" in run("job", "watch", "Contoso", "--once")[1]
    assert [job.name for job in service.control.jobs()] == ["Contoso"]


def test_a_state_that_is_named_is_worked_on_itself(
    service: Service, run: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert service.url in run("job", "list")[1]
    assert run("directory", "domains", "add", "contoso.test", "--state", tmp_path / "mine.db")[0] == 0
    assert f"{tmp_path}/mine.db" in run("job", "list", "--state", tmp_path / "mine.db")[1]
    monkeypatch.setenv("ROPEWAY_STATE", f"{tmp_path}/other.db")
    assert f"{tmp_path}/other.db" in run("job", "list")[1]
    assert service.url in run("job", "list", "--service", service.url + "/")[1]


def test_the_status_tells_the_state_and_the_service_apart(service: Service, run: Told, tmp_path: Path) -> None:
    rows = [line.split(maxsplit=1) for line in run("service", "status")[1].splitlines() if line]
    told = {row[0]: row[1] for row in rows if len(row) == 2}
    assert told["Service"] == service.url
    assert told["State"].startswith("SQLite, version ")
    mine = run("service", "status", "--state", tmp_path / "service.db")[1]
    assert f"SQLite, {tmp_path}/service.db, version" in mine
    assert "Service  " not in mine


def test_who_is_signed_in_nowhere_works_on_the_state_of_this_user(sign_in: Signed, run: Told, tmp_path: Path) -> None:
    sign_in(None)
    assert f"{tmp_path}/home/ropeway/ropeway.db" in run("job", "list")[1]
    code, _, err = run("job", "list", "--service", "https://ropeway.contoso.com")
    assert (code, "signed in nowhere" in err, "ropeway login" in err) == (Code.USAGE, True, True)


def test_another_service_and_both_at_once_are_refused(service: Service, run: Told) -> None:
    code, _, err = run("job", "list", "--service", "https://other.contoso.com")
    assert (code, service.url in err) == (Code.USAGE, True)
    assert run("job", "list", "--service", service.url, "--state", "x.db")[0] == Code.USAGE


def test_commands_that_are_shown_ask_the_same_service(service: Service, run: Told, export: Export) -> None:
    export.write()
    words = ("--service", service.url, "job", "create", "ldif", "--name", "C", "--path", export.path)
    assert f"ropeway --service {service.url} job watch C" in run(*words)[1]


def test_a_token_comes_with_the_command_that_uses_it(service: Service, run: Told) -> None:
    code, _, err = run("agent", "token", "contoso.test")
    assert (code, f"ropeway agent register --service {service.url} --token-file -" in err) == (0, True)


def test_staying_in_step_is_the_services_work(service: Service, run: Told) -> None:
    code, _, err = run("run")
    assert (code, "ropeway job watch" in err) == (Code.FAILED, True)


def test_files_are_the_services_by_their_full_path(service: Service, run: Told) -> None:
    for words in (
        ("job", "create", "ldif", "--name", "C", "--path", "contoso.ldif"),
        ("job", "create", "active-directory", "--name", "C", "--domain", "c.test", "--keytab", "key"),
        ("job", "notify", "C", "--file", "notifications.yaml"),
    ):
        code, _, err = run(*words)
        assert (code, "full path" in err) == (Code.USAGE, True)


def test_two_administrators_do_not_undo_each_others_changes(service: Service, run: Told, export: Export) -> None:
    export.write()
    run("job", "create", "ldif", "--name", "Contoso", "--path", export.path)
    seen = json.loads(run("job", "show", "Contoso", "--json")[1])["revision"]
    assert run("job", "schedule", "Contoso", "--every", "2m")[0] == 0
    code, _, err = run("job", "schedule", "Contoso", "--every", "30m", "--revision", seen)
    assert (code, "job-changed" in err, "ropeway job show Contoso" in err) == (Code.FAILED, True, True)
    assert service.control.job("Contoso").settings.schedule.every == 120


# bad days


def test_a_service_that_does_not_answer_is_named(sign_in: Signed, run: Told) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    sign_in(SignedIn(f"https://127.0.0.1:{port}", Secret("rw_x")))
    for words in (("job", "list"), ("job", "run", "Contoso")):
        code, _, err = run(*words)
        assert (code, f"https://127.0.0.1:{port}" in err, "--state" in err) == (Code.FAILED, True, True)


def test_another_certificate_than_at_sign_in_is_not_accepted(
    service: Service, sign_in: Signed, run: Told, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = served(tmp_path / "other").authority.read_text()
    for authority in (other, None, "no certificate"):
        sign_in(SignedIn(service.url, service.token(), authority))
        code, _, err = run("job", "list")
        assert (code, "service-not-trusted" in err, "ropeway login" in err) == (Code.FAILED, True, True)


def test_where_there_is_neither_service_nor_state_no_token_is_made_that_nobody_would_take(
    tmp_path: Path, run: Told
) -> None:
    file = tmp_path / "ropeway.db"
    code, out, err = run("--state", file, "agent", "token", "contoso.test")
    assert (code, out, "There is no state here" in err, file.exists()) == (Code.FAILED, "", True, False)


@pytest.mark.parametrize("lifetime", ["1s", "8d"])
def test_a_registration_token_is_not_good_for_another_time_than_was_said(lifetime: str, run: Told) -> None:
    code, out, err = run("agent", "token", "contoso.test", "--lifetime", lifetime)
    assert (code, out, "seven days at most" in err) == (2, "", True)


def test_an_expired_token_says_how_to_sign_in(service: Service, sign_in: Signed, run: Told) -> None:
    sign_in(SignedIn(service.url, service.token(age=LIFETIME + 1), service.authority.read_text()))
    code, _, err = run("job", "run", "Contoso")
    assert (code, "ropeway login" in err) == (Code.FAILED, True)


def test_ctrl_c_says_that_the_service_goes_on(monkeypatch: pytest.MonkeyPatch, sign_in: Signed, run: Told) -> None:
    class Waiting(Company):
        unfinished = "run_job"

        def job(self, job: str) -> None:  # type: ignore[override]
            raise KeyboardInterrupt

    sign_in(SignedIn("https://ropeway.contoso.com", Secret("rw_x")))
    monkeypatch.setattr(session, "connect_service", lambda _: Waiting())
    code, _, err = run("job", "run", "Contoso")
    assert (code, "ropeway job list" in err) == (Code.INTERRUPTED, True)


def test_what_is_shown_of_a_session_holds_no_token(service: Service) -> None:
    signed = reach.service_of(None, None)
    assert signed is not None
    assert signed.token.reveal() not in repr(signed) + repr(Session())


# job watch and job start

BEGAN = LiveView(job="Contoso", status="Active", running="dc process 7 (x) run 1 since 2026-11-21T06:00:00Z", due=3)
IMPORTING = LiveView(
    job="Contoso", status="Active", running=BEGAN.running, stage="import", done=500, total=1000, rate=9.5
)
DONE = CycleView(job="Contoso", kind="delta", result="held", read=3, exported={"update": 2}, held=57)
ENDED = LiveView(
    job="Contoso",
    status="Active",
    held=57,
    next_run="2026-11-21T06:02:00Z",
    cycles=(PastCycle(began="2026-11-21T06:00:00Z", ended="2026-11-21T06:00:09Z", cycle=DONE),),
)


def test_a_job_that_waits_for_an_agent_says_so() -> None:
    lines = live_lines(replace(BEGAN, stage="waiting"), lambda *words: " ".join(words))
    assert "  It waits for an agent of its domain; `ropeway agent list` says when each was heard of." in lines


@pytest.fixture
def company(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Company:
    """Control in memory, which somebody interrupts after its last moment."""
    made = Company()
    monkeypatch.setattr(session, "connect", lambda *_: made)
    monkeypatch.setenv("ROPEWAY_STATE", str(tmp_path / "state.db"))
    return made


def watched(run: Told, company: Company, *words: str) -> str:
    """What is told until the last moment, when Ctrl-C comes."""
    live, moments = company.live, company.moments

    def until_the_last(job: str) -> LiveView:
        if len(moments) == 1:
            os.kill(os.getpid(), signal.SIGINT)
        return live(job)

    company.live = until_the_last  # type: ignore[method-assign]
    code, out, _ = run("job", "watch", "Contoso", *words)
    assert code == 0
    return out


def test_watching_tells_what_runs_what_waits_and_what_was_done(run: Told, company: Company) -> None:
    company.moments = [BEGAN, IMPORTING, ENDED]
    told = watched(run, company)
    assert "Contoso: Active, dc process 7 has it since" in told
    assert "import" in told
    assert "500 of 1,000" in told
    assert "Contoso, changes: 3 read, 2 updated." in told
    assert "57 held: ropeway job holds Contoso" in told


def test_watching_as_json_is_a_record_for_every_change(run: Told, company: Company) -> None:
    company.moments = [BEGAN, BEGAN, IMPORTING, ENDED]
    told = [json.loads(line) for line in watched(run, company, "--json").splitlines()]
    assert [(one["stage"], one["done"]) for one in told] == [("", 0), ("import", 500), ("", 0)]


def test_one_look_says_when_it_runs_next(run: Told, company: Company) -> None:
    company.moments = [ENDED]
    code, out, _ = run("job", "watch", "Contoso", "--once")
    assert (code, "Next run: 2026-11-21" in out, "What is held: ropeway job holds Contoso" in out) == (0, True, True)


def test_watching_until_idle_ends_with_the_code_of_the_last_run(run: Told, company: Company) -> None:
    company.moments = [BEGAN, IMPORTING, ENDED]
    code, out, _ = run("job", "watch", "Contoso", "--until-idle")
    assert (code, "Contoso, changes: 3 read, 2 updated." in out) == (Code.HELD, True)


def test_a_job_that_is_started_goes_on_and_is_watched(run: Told, company: Company) -> None:
    _, out, _ = run("job", "start", "Contoso")
    assert ("resume_job", "Contoso") in company.calls
    assert "ropeway job watch Contoso" in out


def test_what_is_typed_at_a_state_itself_is_on_record_with_who_typed_it(tmp_path: Path, run: Told) -> None:
    at = ("--state", tmp_path / "own.db")
    run(*at, "directory", "domains", "add", "contoso.test")
    assert run(*at, "job", "approve", "Contoso", 7, "--yes")[0] == Code.FAILED
    run(*at, "directory", "domains", "list")
    run(*at, "agent", "token", "contoso.test")
    told = json.loads(run(*at, "--json", "service", "audit")[1])
    assert [(one["action"], one["subject"], one["outcome"]) for one in told] == [
        ("add_domain", "contoso.test", "success"),
        ("approve", "Contoso", "job-unknown"),
        ("registration_token", "contoso.test", "success"),
    ]
    assert {one["who"] for one in told} == {user_here()}
    assert "rw_" not in str(told)
