"""Signing in: the link that the first start prints, what it is exchanged for, and how that ends."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from ropeway.cli.main import main
from ropeway.cli.signed_in import signed_in
from ropeway.control.in_process import open_control
from ropeway.model.problems import RopewayError
from ropeway.service import links
from ropeway.service.links import Link
from ropeway.store.database import Database
from ropeway.store.service_tables import audit, token
from tests.fixtures.https import Clock, RunningService, a_service

HOUR = 3600.0


class Administrator:
    """Somebody at a command line with a home of their own."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        patch.setenv("XDG_CONFIG_HOME", str(home))
        self._patch, self._capsys = patch, capsys
        self.file = home / "ropeway" / "login.json"
        self.out = self.err = ""

    def types(self, *words: str, into: str = "") -> int:
        self._patch.setattr("sys.stdin", io.StringIO(into + "\n"))
        code = main(list(words))
        self.out, self.err = self._capsys.readouterr()
        return code

    def sees(self, *words: str) -> Any:
        assert self.types("--json", *words) == 0, self.err
        return json.loads(self.out)


@pytest.fixture
def zoe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Administrator:
    return Administrator(tmp_path / "zoe", monkeypatch, capsys)


def link_of(running: RunningService) -> str:
    assert running.told.link
    return running.told.link.reveal()


def state(running: RunningService) -> str:
    return running.settings.state.removeprefix("sqlite:///")


def test_the_first_link_signs_an_administrator_in(service: RunningService, zoe: Administrator) -> None:
    assert zoe.types("login", into=link_of(service)) == 0
    assert zoe.out.startswith(f"Signed in to {service.url} as administrator until ")
    assert zoe.file.stat().st_mode & 0o777 == 0o600
    signed = signed_in()
    assert signed
    assert (signed.url, signed.ca) == (service.url, service.ca)
    with service.client(token=signed.token.reveal()) as client:
        assert client.get("/login/tokens").status_code == 200


def test_neither_link_nor_token_is_shown_or_stored_as_it_is(service: RunningService, zoe: Administrator) -> None:
    zoe.types("login", into=link_of(service))
    signed = signed_in()
    assert signed
    secrets = [service.link.token.reveal(), signed.token.reveal()]
    files = b"".join(file.read_bytes() for file in service.folder.iterdir())
    assert [s for s in secrets if s in zoe.out + zoe.err + repr(signed) + repr(service.told)] == []
    assert [s for s in secrets if s.encode() in files] == []


def test_a_link_works_once(service: RunningService, zoe: Administrator) -> None:
    assert zoe.types("login", into=link_of(service)) == 0
    assert zoe.types("login", into=link_of(service)) == 1
    assert "It was used " in zoe.err
    assert "`ropeway login list`" in zoe.err


def test_a_link_expires_after_a_day(tmp_path: Path, zoe: Administrator) -> None:
    clock = Clock()
    with a_service(tmp_path / "service", clock) as service:
        clock.now += 24 * HOUR
        assert zoe.types("login", into=link_of(service)) == 1
        assert "It expired " in zoe.err
        assert "`ropeway login --new`" in zoe.err


def test_a_link_of_another_service_is_refused(service: RunningService, zoe: Administrator, tmp_path: Path) -> None:
    with a_service(tmp_path / "other") as other:
        mixed = links.written(service.link._replace(token=other.link.token))
        assert zoe.types("login", into=mixed.reveal()) == 1
    assert "This service did not make it" in zoe.err


def test_whoever_stands_between_is_found_out_before_the_link_is_sent(
    service: RunningService, zoe: Administrator, tmp_path: Path
) -> None:
    with a_service(tmp_path / "thief") as thief:
        diverted = links.written(service.link._replace(url=thief.url))
        assert zoe.types("login", into=diverted.reveal()) == 1
        assert "its authority is not the one that the link names" in zoe.err
    assert zoe.types("login", into=link_of(service)) == 0, "nobody has used it"


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "yes",
        "rw_abc",
        "http://127.0.0.1:8443/login#rw_" + "a" * 43,
        "https://127.0.0.1:8443/login",
        "https://127.0.0.1:8443/login#rw_short",
        "https://127.0.0.1:8443/login#rw_" + "a" * 43 + ".damaged",
        "https://127.0.0.1:99999/login#rw_" + "a" * 43,
        "https://zoe:pw@127.0.0.1/login#rw_" + "a" * 43,
        "https://127.0.0.1/login#rw_" + "a" * 5000,
        "https://[/login#rw_" + "a" * 43,
    ],
)
def test_nonsense_is_told_for_what_it_is_and_not_repeated(zoe: Administrator, nonsense: str) -> None:
    assert zoe.types("login", into=nonsense) == 1
    assert "(login-link-unreadable)" in zoe.err
    assert "aaaa" not in zoe.err


def test_who_is_signed_in_has_the_authority_by_which_the_service_is_known(
    service: RunningService, zoe: Administrator, tmp_path: Path
) -> None:
    assert zoe.types("login", "--link", link_of(service)) == 0
    assert zoe.types("service", "ca", str(tmp_path / "ca.pem")) == 0
    with service.client(verify=False) as client:
        assert (tmp_path / "ca.pem").read_text() == client.get("/ca.pem").text


def test_nonsense_on_the_line_is_not_called_a_good_link(zoe: Administrator) -> None:
    assert zoe.types("login", "--link", "nonsense") == 1
    assert "still good" not in zoe.err


def test_a_link_that_was_folded_by_a_mail_program_is_understood(service: RunningService) -> None:
    text = link_of(service)
    assert links.read(f"  {text[:30]} {text[30:60]}\n{text[60:]}  ").url == service.url


def test_a_service_that_does_not_answer_leaves_the_link_good(zoe: Administrator, tmp_path: Path) -> None:
    with a_service(tmp_path / "service") as service:
        link = link_of(service)
    assert zoe.types("login", "--link", link) == 1
    assert "(service-unreachable)" in zoe.err
    assert "The link is still good, and the shell's history has it now" in zoe.err


def test_a_link_may_stand_on_the_line_since_it_is_worth_nothing_afterwards(
    service: RunningService, zoe: Administrator
) -> None:
    assert zoe.types("login", "--link", link_of(service)) == 0
    assert zoe.err == ""


# further administrators


def test_another_link_is_made_in_the_state_itself_for_somebody_by_name(
    service: RunningService, zoe: Administrator
) -> None:
    assert zoe.types("--state", state(service), "login", "--new", "--name", "Zoë Müller") == 0
    assert zoe.types("login", into=zoe.out) == 0
    assert [one["name"] for one in zoe.sees("login", "list")] == ["Zoë Müller"]


def test_a_second_start_prints_no_second_link(tmp_path: Path) -> None:
    with a_service(tmp_path / "service") as first:
        assert first.told.link
    with a_service(tmp_path / "service") as second:
        assert second.told.link is None


def test_where_nobody_can_get_in_any_more_a_start_prints_one_again(tmp_path: Path) -> None:
    clock = Clock()
    with a_service(tmp_path / "service", clock) as service, service.administrator():
        clock.now += 31 * 24 * HOUR
    with a_service(tmp_path / "service", clock) as service:
        assert service.told.link


def test_without_a_service_a_link_needs_its_address(tmp_path: Path, zoe: Administrator) -> None:
    file = str(tmp_path / "ropeway.db")
    assert zoe.types("--state", file, "login", "--new") == 1
    assert "There is no state here" in zoe.err
    assert not Path(file).exists(), "the next backup would be one of nothing"
    open_control(f"sqlite:///{file}").close()
    assert zoe.types("--state", file, "login", "--new") == 1
    assert "--url https://" in zoe.err
    assert zoe.types("--state", file, "login", "--new", "--url", "https://ropeway.contoso.com") == 0
    assert zoe.out.startswith("https://ropeway.contoso.com/login#rw_")


# the end


@pytest.fixture
def signed(service: RunningService, zoe: Administrator) -> Administrator:
    zoe.types("login", into=link_of(service))
    return zoe


def test_a_revoked_sign_in_is_refused_at_once(signed: Administrator, service: RunningService) -> None:
    with service.client() as client:
        zoe_s = signed.sees("login", "list")[0]["id"]
        assert signed.types("login", "revoke", zoe_s) == 0
        assert signed.types("login", "list") == 1
        assert "(not-signed-in)" in signed.err
        assert client.get("/login/tokens").status_code == 401


def test_whoever_signs_out_leaves_nothing(signed: Administrator, service: RunningService) -> None:
    kept = signed_in()
    assert kept
    assert signed.types("logout") == 0
    assert not signed.file.exists()
    with service.client(token=kept.token.reveal()) as client:
        assert client.get("/login/tokens").status_code == 401


def test_a_token_is_good_for_thirty_days(tmp_path: Path, zoe: Administrator) -> None:
    clock = Clock()
    with a_service(tmp_path / "service", clock) as service:
        zoe.types("login", into=link_of(service))
        clock.now += 30 * 24 * HOUR - 1
        assert zoe.types("login", "list") == 0
        clock.now += 1
        assert zoe.types("login", "list") == 1


@pytest.mark.parametrize("id_", ["000000000000", "", "%", "' OR 1=1 --", "../tokens", "5" * 64])
def test_nobody_is_signed_out_by_an_id_that_is_none(signed: Administrator, id_: str) -> None:
    assert signed.types("login", "revoke", "--", id_) == 1
    assert len(signed.sees("login", "list")) == 1


def test_a_login_that_others_may_read_is_not_used(signed: Administrator) -> None:
    signed.file.chmod(0o644)
    assert signed.types("login", "list") == 2
    assert "mode 644" in signed.err
    assert signed.types("logout") == 0


def test_a_damaged_login_says_so(signed: Administrator) -> None:
    signed.file.write_text("{")
    assert signed.types("login", "list") == 2
    assert "Sign in again: ropeway login" in signed.err


# requests


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"link": 5}', b'{"link": "x", "admin": true}', b"\xff", b'"\\ud800"']
)
def test_a_request_that_is_no_login_is_refused_in_words(service: RunningService, body: bytes) -> None:
    with service.client() as client:
        answer = client.post("/login", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["@ropeway.problem"]["code"] == "login-link-unreadable"


def test_a_browser_is_told_what_to_type(service: RunningService) -> None:
    with service.client() as client:
        page = client.get("/login", headers={"Accept": "text/html"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "ropeway login" in page.text
    assert "<script" not in page.text


# on record


def acts(running: RunningService) -> list[tuple[str, str, str, str]]:
    database = Database(running.settings.state)
    try:
        with database.read() as c:
            columns = (audit.c.who, audit.c.action, audit.c.subject, audit.c.outcome)
            return [tuple(row) for row in c.execute(select(*columns).order_by(audit.c.id))]
    finally:
        database.close()


def test_who_signed_in_and_who_was_signed_out_is_on_record(signed: Administrator, service: RunningService) -> None:
    id_ = signed.sees("login", "list")[0]["id"]
    signed.types("login", "revoke", "000000000000")
    signed.types("login", "revoke", id_)
    assert acts(service) == [
        ("administrator", "login", f"administrator ({id_})", "success"),
        ("administrator", "revoke_login", "000000000000", "login-unknown"),
        ("administrator", "revoke_login", f"administrator ({id_})", "success"),
    ]


def test_strangers_are_counted_and_told_to_the_log_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with a_service(tmp_path / "service") as service, service.client() as client:
        for _ in range(30):
            assert client.get("/login/tokens").status_code == 401
            client.post("/login", json={"link": "rw_" + "a" * 43})
    assert acts(service) == []
    assert "Requests that name no tenant were refused: count 60, 127.0.0.1 60" in caplog.text


def test_the_trail_is_read_by_command(signed: Administrator, service: RunningService) -> None:
    found = signed.sees("--state", state(service), "service", "audit", "--who", "admin")
    assert [(act["action"], act["details"]["address"]) for act in found] == [("login", "127.0.0.1")]
    assert found[0]["request"]
    assert signed.types("--state", state(service), "service", "audit", "--who", "nobody") == 0
    assert signed.out == "Nobody did anything.\n"


def test_a_link_says_nothing_when_it_is_printed_by_mistake(service: RunningService) -> None:
    assert "rw_" not in repr(Link(service.url, service.link.token, ""))
    with pytest.raises(RopewayError) as error:
        links.read("https://127.0.0.1/login#rw_secret")
    assert "secret" not in str(error.value)


def test_tokens_are_kept_as_digests(service: RunningService) -> None:
    database = Database(service.settings.state)
    with database.read() as c:
        kept = c.execute(select(token.c.digest)).scalars().all()
    database.close()
    assert [len(digest) for digest in kept] == [64]
