"""What an agent's administrator writes, and who may read it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ropeway.agent import files, identity
from ropeway.agent.domains import Domains
from ropeway.agent.registering import text_of
from ropeway.agent.settings import Proxy, Settings, Trace, checked, read
from ropeway.model.problems import RopewayError, agents

SERVICE = {"service": "https://ropeway.contoso.com:8443"}
ACCOUNT = {"user": "ropeway@contoso.com", "credential": "contoso"}


def refused(code: str, place: str = ""):
    return pytest.raises(RopewayError, match=rf"{place}.*\({code}\)")


def written(folder: Path, document: Any) -> Path:
    files.write_private(folder / "agent.yaml", document if isinstance(document, str) else yaml.safe_dump(document))
    return folder


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (SERVICE | {"servise": 1}, "servise"),
        (SERVICE | {"proxy": {"url": "http://p:1", "passwort_file": "x"}}, "proxy"),
        (SERVICE | {"trace": {"files": 0}}, r"trace\.files"),
        (SERVICE | {"calls": "many"}, "calls"),
        ({}, "service"),
        ({"service": "http://ropeway.contoso.com"}, "service"),
        ({"service": "https://ropeway.contoso.com/path"}, "service"),
        ({"service": "https://zoe:secret@ropeway.contoso.com"}, "service"),
        (SERVICE | {"services": ["https://ropeway.contoso.com", "ropeway.contoso.com"]}, r"services\[1\]"),
        (SERVICE | {"proxy": {"url": "http://zoe:secret@proxy:3128"}}, r"proxy\.url"),
        (SERVICE | {"proxy": {"url": "socks5://proxy:3128"}}, r"proxy\.url"),
        (SERVICE | {"proxy": {"url": "http://proxy:3128", "user": "zoe"}}, "proxy"),
        ([], "agent.yaml"),
        ("service: [", "agent.yaml"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(tmp_path: Path, document: Any, place: str) -> None:
    with refused("agent-settings-invalid", place) as error:
        read(written(tmp_path, document))
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("service: https://a.test\ndomains: [contoso.test\ncalls: 4\n", "line 3, column 6: expected ',' or ']'"),
        ("service: https://a.test\n\tcalls: 4\n", r"line 2, column 1: found character '\\t'"),
        ("service: https://a.test\ncalls: 4: 5\n", "line 2, column 9: mapping values are not allowed here"),
        ("a: b: \x00", "it is no YAML|It is no YAML"),
    ],
)
def test_what_is_no_yaml_is_named_by_line_and_column(tmp_path: Path, text: str, place: str) -> None:
    with refused("agent-settings-invalid", "agent.yaml") as error:
        read(written(tmp_path, text))
    assert re.search(place, error.value.problem.details["reason"])


def test_a_key_that_stands_twice_is_refused_with_both_lines(tmp_path: Path) -> None:
    """As in a file to which somebody adds `domains` below, without having seen that it is there."""
    text = "service: https://a.test\ndomains:\n  contoso.test: {user: a}\ncalls: 4\ndomains: {}\n"
    with refused("agent-settings-invalid", "domains") as error:
        read(written(tmp_path, text))
    assert error.value.problem.details["reason"] == "It stands twice, in line 2 and in line 5."


def test_a_settings_file_that_others_may_change_is_refused(tmp_path: Path) -> None:
    (written(tmp_path, SERVICE) / "agent.yaml").chmod(0o664)
    with refused("agent-file-open"):
        read(tmp_path)
    (tmp_path / "agent.yaml").chmod(0o644)
    assert read(tmp_path) == Settings(SERVICE["service"])


def test_an_identity_that_others_may_read_is_refused(tmp_path: Path) -> None:
    with refused("agent-not-registered"):
        identity.load(tmp_path)
    files.write_private(tmp_path / "identity.pem", "nonsense")
    with refused("agent-file-unreadable"):
        identity.load(tmp_path)
    (tmp_path / "identity.pem").chmod(0o640)
    with refused("agent-file-open"):
        identity.load(tmp_path)


def domains(folder: Path, **account: Any) -> Domains:
    return Domains(checked(SERVICE | {"domains": {"Contoso.COM": account}}), str(folder))


def test_a_credential_that_systemd_handed_over_is_taken(tmp_path: Path) -> None:
    (tmp_path / "contoso").write_text("Passw0rd!\n")
    domains(tmp_path, **ACCOUNT).check()
    with refused("agent-file-unreadable"):
        domains(tmp_path / "nowhere", **ACCOUNT).check()
    with refused("agent-file-unreadable"):
        domains(tmp_path, user="zoe", credential="../contoso").check()


def test_a_password_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("Passw0rd!")
    file.chmod(0o640)
    with refused("credential-file-open"):
        domains(tmp_path, user="zoe", password_file=str(file)).check()


def test_what_the_connector_does_not_know_is_named_where_it_stands(tmp_path: Path) -> None:
    with refused("agent-settings-invalid", r"domains\.contoso\.com\.usr"):
        domains(tmp_path, usr="zoe").check()


def test_a_domain_without_an_account_is_named(tmp_path: Path) -> None:
    with refused("agent-domain-unset", r"fabrikam\.test"):
        domains(tmp_path, **ACCOUNT).open("fabrikam.test", {})


def test_the_service_cannot_say_where_a_password_is_sent(tmp_path: Path) -> None:
    (tmp_path / "contoso").write_text("Passw0rd!\n")
    source = domains(tmp_path, **ACCOUNT).open("contoso.com", {"servers": ["evil"], "ca_file": "x", "method": "usn"})
    told = vars(source)["_settings"]
    assert (told.servers, told.ca_file, told.method) == ((), None, "usn")


def test_settings_are_written_as_they_are_read(tmp_path: Path) -> None:
    proxy = {"url": "http://proxy:3128", "user": "zoe", "password_file": "/etc/proxy"}
    others = ["https://two.contoso.com", "https://three.contoso.com"]
    settings = checked(SERVICE | {"services": others, "ca_file": "/etc/ca.pem", "proxy": proxy})
    again = read(written(tmp_path, text_of(settings, "contoso.com")))
    assert again.domains == {"contoso.com": {}}
    assert (again.service, again.services) == (settings.service, tuple(others))
    assert (again.ca_file, again.proxy) == (settings.ca_file, settings.proxy)


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    files.write_private(tmp_path / "identity.pem", "old")
    files.write_private(tmp_path / "identity.pem", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["identity.pem"]
    assert (tmp_path / "identity.pem").stat().st_mode & 0o777 == 0o600


PAGE = (Path(__file__).parents[2] / "docs" / "agents.md").read_text()


def test_the_page_of_agents_names_every_setting() -> None:
    names = [*Settings.__struct_fields__]
    nested = [f"proxy.{name}" for name in Proxy.__struct_fields__] + [
        f"trace.{name}" for name in Trace.__struct_fields__
    ]
    for name in [name for name in names if name not in ("proxy", "trace")] + nested:
        assert f"`{name}`" in PAGE


def test_the_page_of_agents_tells_what_every_message_means() -> None:
    for entry in agents.ENTRIES:
        assert f"**{entry.title}** (`{entry.code}`)" in PAGE
