"""People are told by mail and webhook, over TLS, once; by a real mail server and a real HTTPS server here."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from ropeway.control.notifying.courier import HANDS, TOO_OLD, Courier
from ropeway.control.notifying.sending import PATIENCE
from ropeway.control.notifying.settings import read_settings
from ropeway.engine.lifecycle.notices import Event, Notice, notices
from ropeway.engine.lifecycle.quarantine import Finding, after_cycle, of_stop
from ropeway.engine.lifecycle.standing import Reason, Standing
from ropeway.model.problems import Problem, RopewayError
from ropeway.store import lifecycle, outbox
from ropeway.store.rows import Key
from tests.fixtures.certificates import Served, served
from tests.unit.engine_company import HOUR, Company, Job, Trial, company, trial
from tests.unit.test_lifecycle_course import live

__all__ = ["company", "trial"]
PASSWORD = "not-in-any-message"


class AnyPort(Controller):
    """A mail server on whatever port is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()


class Mailbox:
    """What a mail server on this machine took."""

    def __init__(self, controller: Controller, envelopes: list[Envelope], refused: set[str]) -> None:
        self.port = controller.port
        self.envelopes = envelopes
        self.refused = refused
        """Recipients that it does not know."""

    def subjects(self) -> list[str]:
        texts = [bytes(e.original_content or b"").decode() for e in self.envelopes]
        return [line.removeprefix("Subject: ") for t in texts for line in t.splitlines() if line.startswith("Subject")]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Served:
    return served(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def mailbox(certificates: Served) -> Iterator[Mailbox]:
    """A mail server that takes mail only over TLS and from a user with the password."""
    envelopes: list[Envelope] = []
    refused: set[str] = set()

    class Handler:
        async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, to: str, options: Any) -> str:
            if to in refused:
                return "550 no such mailbox"
            envelope.rcpt_tos.append(to)
            return "250 OK"

        async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
            envelopes.append(envelope)
            return "250 OK"

    def knows(server: Any, session: Any, envelope: Any, mechanism: str, told: Any) -> AuthResult:
        return AuthResult(success=told.password == PASSWORD.encode(), handled=False)

    controller = AnyPort(
        Handler(),
        hostname="127.0.0.1",
        port=0,
        tls_context=certificates.context(),
        require_starttls=True,
        auth_required=True,
        authenticator=knows,
    )
    controller.start()
    yield Mailbox(controller, envelopes, refused)
    controller.stop()


class Hook:
    """What a web server on this machine was posted; `answer` is the status of its next answers."""

    def __init__(self) -> None:
        self.letters: list[dict[str, Any]] = []
        self.authorization: list[str | None] = []
        self.answer = 204
        self.port = 0


@pytest.fixture
def hook(certificates: Served) -> Iterator[Hook]:
    found = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.letters.append(msgspec.json.decode(self.rfile.read(int(self.headers["Content-Length"]))))
            found.authorization.append(self.headers["Authorization"])
            self.send_response(found.answer)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = certificates.context().wrap_socket(server.socket, server_side=True)
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


Written = Callable[..., str]


@pytest.fixture
def written(tmp_path: Path, certificates: Served) -> Written:
    """A settings file for a mail server and a web server."""

    def write(mailbox: Mailbox | None = None, hook: Hook | None = None, mode: int = 0o600, **more: Any) -> str:
        text: dict[str, Any] = dict(more)
        ca = str(certificates.authority)
        if mailbox:
            text["mail"] = {
                "host": "127.0.0.1",
                "port": mailbox.port,
                "from": "ropeway@contoso.test",
                "to": ["it@contoso.test", "night@contoso.test"],
                "ca_file": ca,
                "user": "ropeway",
                "password": PASSWORD,
            } | text.get("mail", {})
        if hook:
            url = f"https://localhost:{hook.port}/ropeway"
            text["webhook"] = {"url": url, "ca_file": ca, "authorization": "Bearer abc"} | text.get("webhook", {})
        path = tmp_path / "notifications.yaml"
        path.write_text(yaml.safe_dump(text))
        path.chmod(mode)
        return str(path)

    return write


def tell(job: Job, event: Event = Event.JOB_STOPPED, problem: str = "controller-unreachable") -> None:
    with job.trial.db.write() as c:
        outbox.put(c, Key(tenant=1, job=job.number), [Notice(event, Problem(problem))], job.trial.now)


def courier(trial: Trial) -> Courier:
    return Courier(trial.db, 1, clock=lambda: trial.now)


def left(job: Job) -> int:
    with job.trial.db.read() as c:
        return outbox.failing(c, job.number)[0]


def test_a_message_arrives_by_mail_and_webhook_over_tls(
    trial: Trial, company: Company, mailbox: Mailbox, hook: Hook, written: Written
) -> None:
    job = trial.job(company, notifications=written(mailbox, hook))
    tell(job)
    assert courier(trial).deliver() == 1
    assert mailbox.subjects() == ["Ropeway: The job Contoso is stopped"] * 2
    assert [e.rcpt_tos for e in mailbox.envelopes] == [["it@contoso.test"], ["night@contoso.test"]]
    assert (hook.letters[0]["event"], hook.letters[0]["job"]) == ("job-stopped", "Contoso")
    assert hook.authorization == ["Bearer abc"]
    assert courier(trial).deliver() == 0


def test_an_emptied_source_is_told_with_the_hold_and_when_it_is_over(
    trial: Trial, company: Company, hook: Hook, written: Written
) -> None:
    people = company.people(3)
    job = trial.job(company, notifications=written(hook=hook))
    live(job)
    kept = dict(company.things)
    for person in people:
        company.remove(person)
    live(job)
    live(job)
    company.things = kept
    live(job)
    courier(trial).deliver()
    assert [x["event"] for x in hook.letters] == ["hold-created", "quarantine-entered", "quarantine-left"]


def test_a_way_that_fails_is_tried_again_and_the_other_is_not_told_twice(
    trial: Trial, company: Company, mailbox: Mailbox, hook: Hook, written: Written
) -> None:
    job = trial.job(company, notifications=written(mailbox, hook))
    tell(job)
    hook.answer = 503
    assert (courier(trial).deliver(), left(job)) == (0, 1)
    assert courier(trial).deliver() == 0
    hook.answer = 200
    trial.now += HOUR
    assert (courier(trial).deliver(), left(job)) == (1, 0)
    assert (len(mailbox.envelopes), len(hook.letters)) == (2, 2)


def test_who_is_unknown_to_the_mail_server_costs_the_others_no_second_message(
    trial: Trial, company: Company, mailbox: Mailbox, written: Written
) -> None:
    to = ["gone@contoso.test", "IT <it@contoso.test>, night@contoso.test"]
    job = trial.job(company, notifications=written(mailbox, mail={"to": to}))
    tell(job)
    mailbox.refused.add("gone@contoso.test")
    for _ in range(3):
        assert courier(trial).deliver() == 0
        trial.now += HOUR
    assert [e.rcpt_tos for e in mailbox.envelopes] == [["it@contoso.test"], ["night@contoso.test"]]
    with trial.db.read() as c:
        _, failure = outbox.failing(c, job.number)
    assert failure
    assert "refuses gone@contoso.test" in failure.details["reason"]
    mailbox.refused.clear()
    assert courier(trial).deliver() == 1
    assert [e.rcpt_tos for e in mailbox.envelopes][2:] == [["gone@contoso.test"]]


def test_two_couriers_do_not_send_the_same_message(
    trial: Trial, company: Company, hook: Hook, written: Written
) -> None:
    job = trial.job(company, notifications=written(hook=hook))
    for _ in range(10):
        tell(job)
    threads = [threading.Thread(target=courier(trial).deliver) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(hook.letters) == len({x["number"] for x in hook.letters}) == 10


@pytest.fixture
def hanging() -> Iterator[int]:
    """The port of a mail server that takes connections, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_a_mail_server_that_hangs_keeps_no_other_message_waiting(
    trial: Trial, company: Company, hook: Hook, written: Written, tmp_path: Path, hanging: int
) -> None:
    def settings(name: str, **more: Any) -> str:
        path = tmp_path / f"{name}.yaml"
        path.write_bytes(Path(written(**more)).read_bytes())
        path.chmod(0o600)
        return str(path)

    mail = {"host": "127.0.0.1", "port": hanging, "from": "a@contoso.test", "tls": "none"}
    to = [f"p{n}@contoso.test" for n in range(20)]
    silent = [
        trial.job(company, name=f"Silent {n}", notifications=settings(f"silent{n}", mail=mail | {"to": to}))
        for n in range(HANDS + 2)
    ]
    both = trial.job(company, name="Both", notifications=settings("both", hook=hook, mail=mail | {"to": to}))
    well = trial.job(company, name="Well", notifications=settings("well", hook=hook))
    for job in (*silent, both, well):
        tell(job)
        tell(job)
    began = time.monotonic()
    one = courier(trial)
    delivering = threading.Thread(target=one.deliver)
    delivering.start()
    while len(hook.letters) < 4:
        assert time.monotonic() < began + PATIENCE, hook.letters
        time.sleep(0.01)
    delivering.join(3 * PATIENCE)
    assert not delivering.is_alive(), "nobody waited for each recipient"
    assert [left(job) for job in (*silent, both, well)] == [2] * (HANDS + 3) + [0]


def test_what_is_three_days_old_is_no_news(trial: Trial, company: Company, hook: Hook, written: Written) -> None:
    job = trial.job(company, notifications=written(hook=hook))
    tell(job)
    trial.now += TOO_OLD + 1
    assert (courier(trial).deliver(), hook.letters) == (0, [])


def test_only_the_events_that_were_chosen_are_told(
    trial: Trial, company: Company, hook: Hook, written: Written
) -> None:
    job = trial.job(company, notifications=written(hook=hook, events=["job-disabled"]))
    tell(job)
    tell(job, Event.JOB_DISABLED)
    courier(trial).deliver()
    assert [x["event"] for x in hook.letters] == ["job-disabled"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"mail": {"password": "wrong"}}, "refuses user ropeway or the password"),
        ({"mail": {"ca_file": ""}}, "CERTIFICATE_VERIFY_FAILED"),
        ({"mail": {"tls": "none", "user": ""}}, "530"),
        ({"mail": {"tls": "implicit"}}, "WRONG_VERSION_NUMBER"),
        ({"mail": {"host": "mail..contoso.test"}}, "mail..contoso.test: "),
    ],
)
def test_a_mail_that_is_not_taken_says_why_without_the_password(
    trial: Trial, company: Company, mailbox: Mailbox, written: Written, wrong: dict[str, Any], told: str
) -> None:
    job = trial.job(company, notifications=written(mailbox, **wrong))
    tell(job)
    courier(trial).deliver()
    with trial.db.read() as c:
        _, failure = outbox.failing(c, job.number)
    assert failure
    assert told in failure.details["reason"]
    assert PASSWORD not in str(failure)
    assert mailbox.envelopes == []


def test_a_webhook_whose_certificate_nobody_knows_is_told_nothing(
    trial: Trial, company: Company, hook: Hook, written: Written
) -> None:
    job = trial.job(company, notifications=written(hook=hook, webhook={"ca_file": ""}))
    tell(job)
    courier(trial).deliver()
    assert (hook.letters, left(job)) == ([], 1)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("mail: [", "it is no YAML, see line 1, column 8: expected the node content"),
        ("{}", "it names neither mail nor webhook"),
        ("webhook: {url: 'http://hooks.contoso.test/x'}", "webhook.url must begin with https://"),
        ("mail: {host: mail.contoso.test, from: a@b, to: [c@d], tls: none}", "mail.tls none is for"),
        ("mail: {host: mail.contoso.test, from: a@b, to: []}", "mail.to names nobody"),
        ("mail: {host: mail.contoso.test, from: a@b, to: [' ']}", "mail.to names nobody"),
        ("mail: {host: mail.contoso.test, from: a@b, to: [c@d], pasword: x}", "unknown field `pasword`"),
        ("{webhook: {url: 'https://x.test'}, events: [everything]}", "everything"),
    ],
)
def test_settings_that_would_not_do_are_refused_with_the_place(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "n.yaml"
    path.write_text(text)
    with pytest.raises(RopewayError) as refused:
        read_settings(str(path))
    assert refused.value.problem.code == "notifications-invalid"
    assert reason in refused.value.problem.details["reason"]


def test_a_password_in_a_file_that_others_read_is_refused(mailbox: Mailbox, hook: Hook, written: Written) -> None:
    with pytest.raises(RopewayError) as refused:
        read_settings(written(mailbox, mode=0o640))
    assert refused.value.problem.code == "credential-file-open"
    assert PASSWORD not in repr(read_settings(written(mailbox)))
    read_settings(written(hook=hook, webhook={"authorization": ""}, mode=0o644))


def test_a_job_without_settings_tells_nobody_and_keeps_nothing(trial: Trial, company: Company) -> None:
    job = trial.job(company)
    with trial.db.write() as c:
        lifecycle.change_standing(c, job.number, lambda _: Standing(disabled=1.0), trial.now)
        assert not outbox.any_due(c, 1, trial.now)


def told(before: Standing, *found: tuple[Finding, float]) -> list[str]:
    events: list[str] = []
    for finding, now in found:
        after = after_cycle(before, finding, now, 0.5)
        events += [one.event.value for one in notices(before, after)]
        before = after
    return events


UNREACHABLE, WRONG = of_stop(Problem("controller-unreachable")), of_stop(Problem("password-wrong"))


def test_a_blip_is_told_to_nobody_and_what_lasts_five_minutes_once() -> None:
    assert told(Standing(), (UNREACHABLE, 0.0), (UNREACHABLE, 299.0), (Finding(), 300.0), (UNREACHABLE, 301.0)) == []
    assert told(Standing(), *((UNREACHABLE, t * 60.0) for t in range(20))) == ["job-stopped"]


def test_a_quarantine_is_told_once_and_again_if_its_reason_changes() -> None:
    course = [(WRONG, 0.0), (WRONG, 1e3), (UNREACHABLE, 2e3), (Finding(Reason.BASE), 3e3), (Finding(), 4e3)]
    assert told(Standing(), *course) == ["quarantine-entered", "quarantine-entered", "quarantine-left"]


def test_the_end_after_four_weeks_is_told_once() -> None:
    weeks = [(WRONG, week * 7 * 86400.0 + 1) for week in range(7)]
    assert told(Standing(), *weeks) == ["quarantine-entered", "job-disabled"]
