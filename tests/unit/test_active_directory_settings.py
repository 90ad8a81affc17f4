"""Settings, credentials and errors, before anything is sent anywhere."""

from __future__ import annotations

from pathlib import Path

import ldap
import pytest

from ropeway.connectors.active_directory import failures, open_source
from ropeway.connectors.active_directory.credentials import Password, credential_of
from ropeway.connectors.active_directory.discovery import Controller, controllers
from ropeway.connectors.active_directory.failures import BIND_CODES, Lost, Missing, Refused
from ropeway.connectors.active_directory.settings import settings_from
from ropeway.model.problems import RopewayError, catalogue, describe
from ropeway.model.problems import source as problems


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.touch(0o600)
    path.write_text("s3cr3t words \r\nsecond line\n")
    return path


def given(password_file: Path, **more: object) -> dict[str, object]:
    return {"domain": "contoso.test", "user": "reader@contoso.test", "password_file": str(password_file), **more}


def refusal(raw: dict[str, object]) -> RopewayError:
    with pytest.raises(RopewayError) as refused:
        open_source(raw)
    return refused.value


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"domian": "contoso.test"}, "source.settings.domian"),
        ({"page_size": 0}, "source.settings.page_size"),
        ({"page_size": "many"}, "source.settings.page_size"),
        ({"security": "none"}, "source.settings.security"),
        ({"servers": "dc1"}, "source.settings.servers"),
        ({"servers": ["dc1", 2]}, "source.settings.servers[1]"),
        ({"prompt": True}, "source.settings"),
        ({"password_file": None}, "source.settings"),
        ({"user": None}, "source.settings.user"),
        ({"keytab": "k", "password_file": None}, "source.settings.principal"),
    ],
)
def test_a_wrong_setting_is_named_by_its_path(password_file: Path, wrong: dict[str, object], path: str) -> None:
    problem = refusal(given(password_file) | wrong).problem
    assert (problem.code, problem.object) == ("source-settings-invalid", path)


def test_a_missing_domain_is_named(password_file: Path) -> None:
    raw = given(password_file)
    del raw["domain"]
    assert "domain" in str(refusal(raw))


def test_no_password_over_plain_ldap_unless_told_so(password_file: Path) -> None:
    assert refusal(given(password_file, security="plain")).problem.code == "plaintext-password-refused"
    assert open_source(given(password_file, security="plain", allow_plaintext_password=True))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_a_password_file_that_others_can_read_is_refused(password_file: Path, mode: int) -> None:
    password_file.chmod(mode)
    refused = refusal(given(password_file))
    assert refused.problem.code == "credential-file-open"
    assert f"chmod 600 {password_file}" in str(refused)


def test_a_keytab_that_others_can_read_is_refused(password_file: Path) -> None:
    keytab = {"keytab": str(password_file), "principal": "reader@CONTOSO.TEST", "password_file": None}
    assert open_source(given(password_file) | keytab)
    password_file.chmod(0o640)
    assert refusal(given(password_file) | keytab).problem.code == "credential-file-open"


def test_a_folder_is_no_password_file_and_nobody_is_told_to_close_it(password_file: Path) -> None:
    raw = given(password_file)
    raw["password_file"] = str(password_file.parent)
    refused = refusal(raw)
    assert refused.problem.code == "credential-file-unreadable"
    assert "it is a folder" in str(refused)
    assert "chmod" not in str(refused)


def test_the_first_line_is_the_password_and_nothing_shows_it(password_file: Path) -> None:
    credential = credential_of(settings_from(given(password_file)), None)
    assert isinstance(credential, Password)
    assert credential.password.reveal() == "s3cr3t words "
    assert "s3cr3t" not in repr(credential)


def test_a_password_file_that_is_missing_or_empty(password_file: Path) -> None:
    assert refusal(given(password_file.with_name("nothing"))).problem.code == "credential-file-unreadable"
    password_file.write_text("\n")
    assert refusal(given(password_file)).problem.code == "password-file-empty"


def test_asking_needs_somebody_to_ask(password_file: Path) -> None:
    assert (
        refusal(given(password_file) | {"prompt": True, "password_file": None}).problem.code
        == "password-prompt-impossible"
    )


def test_servers_by_name_address_and_port(password_file: Path) -> None:
    servers = ["dc1.contoso.test", "10.0.0.1:1636", "[fd00::1]:636", "fd00::2"]
    assert controllers(settings_from(given(password_file, servers=servers))) == (
        Controller("dc1.contoso.test", 636),
        Controller("10.0.0.1", 1636),
        Controller("fd00::1", 636),
        Controller("fd00::2", 636),
    )


@pytest.mark.parametrize("server", ["", "dc1:ldaps", "dc1:0", "dc1:99999", ":636"])
def test_a_server_that_is_none_is_refused(password_file: Path, server: str) -> None:
    with pytest.raises(RopewayError, match="host"):
        controllers(settings_from(given(password_file, servers=[server])))


def bind_error(data: str) -> ldap.LDAPError:
    info = f"80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data {data}, v1db1"
    return ldap.INVALID_CREDENTIALS({"result": 49, "desc": "Invalid credentials", "info": info})


@pytest.mark.parametrize(("data", "code"), BIND_CODES.items())
def test_each_reason_for_a_refused_bind_has_its_own_words(data: str, code: str) -> None:
    error = failures.connecting(bind_error(data), "dc1:636", "reader@contoso.test", None)
    assert isinstance(error, RopewayError)
    assert error.problem.code == code
    assert code in catalogue()


def test_a_refused_bind_of_unknown_kind_is_told_too() -> None:
    error = failures.connecting(bind_error("9999"), "dc1:636", "reader@contoso.test", None)
    assert isinstance(error, RopewayError)
    assert error.problem.code == "bind-refused"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ldap.SERVER_DOWN(), Lost),
        (ldap.TIMEOUT(), Lost),
        (ldap.BUSY(), Lost),
        (ldap.INSUFFICIENT_ACCESS(), Refused),
        (ldap.UNAVAILABLE_CRITICAL_EXTENSION(), Refused),
        (ldap.NO_SUCH_OBJECT(), Missing),
        (ldap.OTHER("x\n\x07y"), RopewayError),
    ],
)
def test_errors_are_sorted_by_what_happens_next(error: ldap.LDAPError, kind: type[Exception]) -> None:
    assert isinstance(failures.translated(error, "dc1:636", "reader"), kind)


def test_every_problem_of_a_source_has_words_without_gaps() -> None:
    for entry in problems.ENTRIES:
        assert entry.title
        assert entry.cause.endswith((".", "}"))
        assert entry.remedy
    codes = [entry.code for entry in problems.ENTRIES]
    assert len(codes) == len(set(codes))


def test_what_is_told_fills_every_gap() -> None:
    for error in (bind_error("52e"), ldap.SERVER_DOWN({"desc": "Can't contact LDAP server"}), ldap.LOCAL_ERROR("x")):
        for complaint in (None, "certificate has expired"):
            told = failures.connecting(error, "dc1:636", "reader@contoso.test", complaint)
            assert "?" not in describe(told.problem)  # type: ignore[attr-defined]
