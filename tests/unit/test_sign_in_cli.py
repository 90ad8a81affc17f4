"""The commands about people and applications that sign in, on a state of their own."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ropeway.cli.main import main

ANNA = "anna@contoso.test"


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """A command, and what it prints; JSON where it is asked for."""
    monkeypatch.setenv("ROPEWAY_STATE", str(tmp_path / "ropeway.db"))
    monkeypatch.setenv("HOME", str(tmp_path))

    def run(*words: str, stdin: str = "", code: int = 0) -> Any:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        capsys.readouterr()
        assert main(list(words)) == code, capsys.readouterr().err
        told = capsys.readouterr()
        return json.loads(told.out) if "--json" in words else told.out + told.err

    run("directory", "domains", "add", "contoso.test")
    run("directory", "domains", "verify", "contoso.test")
    names = ["displayName=Anna", "mailNickname=anna", f"userPrincipalName={ANNA}", "accountEnabled=true"]
    run("directory", "users", "create", *(word for name in names for word in ("--set", name)))
    return run


def test_a_password_is_made_typed_or_refused(typed: Callable[..., Any]) -> None:
    made = typed("--json", "directory", "users", "password", ANNA, "--generate")
    assert len(made["password"]) == 20
    assert made["must_change"] is True
    read = typed("directory", "users", "password", ANNA, "--stdin", "--keep", stdin="Correct-Horse-7\n")
    assert read.strip() == f"{ANNA} has a new password."
    weak = typed("directory", "users", "password", ANNA, "--stdin", stdin="weak\n", code=1)
    assert "too weak" in weak
    assert "Say --stdin or --generate" in typed("directory", "users", "password", ANNA, code=2)
    assert "not both" in typed("directory", "users", "password", ANNA, "--stdin", "--generate", code=2)
    assert "Correct-Horse-7" not in read + weak


def test_a_second_factor_is_asked_for_and_taken_away(typed: Callable[..., Any]) -> None:
    assert "no password" in typed("directory", "users", "second-factor", ANNA, code=1)
    typed("directory", "users", "password", ANNA, "--generate")
    assert "at the next sign-in" in typed("directory", "users", "second-factor", ANNA)
    assert "has no second factor" in typed("directory", "users", "second-factor", ANNA, "--remove")
    assert "signed out everywhere" in typed("directory", "users", "sign-out", ANNA)
    assert "nobody@contoso.test" in typed("directory", "users", "sign-out", "nobody@contoso.test", code=1)


def test_an_application_for_people_has_redirects_and_what_everybody_consented_to(typed: Callable[..., Any]) -> None:
    made = typed("--json", "app", "create", "Desktop", "--public", "--redirect", "http://localhost")
    assert (made["public"], made["redirect_uris"]) == (True, ["http://localhost"])
    added = typed("--json", "app", "redirect", "Desktop", "https://app.contoso.test/back")
    assert added["redirect_uris"] == ["http://localhost", "https://app.contoso.test/back"]
    taken = typed("--json", "app", "redirect", "Desktop", "http://localhost", "--remove")
    assert taken["redirect_uris"] == ["https://app.contoso.test/back"]
    for uri in (
        "http://app.contoso.test",
        "https://*.contoso.test",
        "javascript:x",
        "https://a@b.test",
        "https://a.test#x",
    ):
        assert "no redirect URI" in typed("app", "redirect", "Desktop", uri, code=1), uri
    assert "has no redirect URI" in typed("app", "redirect", "Desktop", "http://localhost", "--remove", code=1)
    granted = typed("--json", "app", "grant", "Desktop", "user.read", "Group.Read.All", "--delegated")
    assert (granted["delegated"], granted["permissions"]) == (["Group.Read.All", "User.Read"], [])
    assert "for people: Group.Read.All" in typed("app", "grant", "Desktop", "User.Read", "--delegated", "--revoke")
    assert "User.Read" in typed("app", "grant", "Desktop", "User.Read", code=1), "nobody acts so by itself"


def test_a_permission_for_people_alone_is_told_as_such(typed: Callable[..., Any]) -> None:
    typed("app", "create", "Reports")
    assert "add --delegated" in typed("app", "grant", "Reports", "user.read", code=1)
    assert "--delegated" not in typed("app", "grant", "Reports", "Nope.Read", code=1)
