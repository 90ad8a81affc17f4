"""Administrators sign the command line in with accounts of their own: by browser or code, renewed, and out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

import pytest

from ropeway.cli import accounts
from ropeway.cli.exits import Refused
from ropeway.cli.loopback import Loopback
from ropeway.cli.signed_in import remember, signed_in
from ropeway.control.calls import BASE
from ropeway.model.graph_ids import Ids
from ropeway.model.permissions import AS_THE_PERSON, GLOBAL, HYBRID, REPORTS, USERS
from tests.fixtures.browser import Browser
from tests.unit.sign_in_office import PASSWORD, Office, office
from tests.unit.test_sign_in_pages import browser

__all__ = ["browser", "office"]

BROWSER = """#!/bin/sh
printf %s "$1" > "$0.part" && mv "$0.part" "$0.address"
"""
"""What the desktop starts in place of a browser: it leaves the address for the test."""


@dataclass
class Desk:
    """A command line with a home of its own."""

    home: Path
    office: Office

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ROPEWAY")}
        return kept | {"XDG_CONFIG_HOME": str(self.home), "BROWSER": str(self.home / "browser")}

    def begins(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", "from ropeway.cli.main import main; raise SystemExit(main())", *words]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=self.environment, stdout=pipe, stderr=pipe, text=True)

    def types(self, *words: str) -> tuple[int, str]:
        """Exit code, and what was said."""
        with self.begins(*words) as process:
            out, err = process.communicate(timeout=60)
            return process.returncode, out + err

    def sees(self, *words: str) -> Any:
        with self.begins("--json", *words) as process:
            out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        return json.loads(out)

    def signs_in(self, browser: Browser, upn: str) -> str:
        """What is said at the end."""
        ca = ("--ca", str(self.office.ca))
        with self.begins("login", "--url", self.office.service.url, *ca) as process:
            browser.go(waited_for(lambda: read(self.home / "browser.address")))
            if browser.title == "Sign in":
                browser.submit(username=upn, password=PASSWORD)
            with self.office.service.client(verify=False) as anybody:
                wrong = anybody.get(browser.left.replace("state=", "state=x"))
                assert wrong.status_code == 404, "an answer to another question"
                assert "You can close this window" in anybody.get(browser.left).text
            out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        (self.home / "browser.address").unlink()
        return out


def read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def waited_for(found: Callable[[], str]) -> str:
    deadline = time.monotonic() + 60
    while not (told := found()):
        assert time.monotonic() < deadline, "nobody opened a browser"
        time.sleep(0.05)
    return told


@pytest.fixture
def desk(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    home = tmp_path / "home"
    home.mkdir()
    (home / "browser").write_text(BROWSER)
    (home / "browser").chmod(0o700)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    return Desk(home, office)


def person(office: Office, name: str, *roles: str) -> str:
    """A person with a password and directory roles; the userPrincipalName."""
    upn = f"{name}@contoso.test"
    office.account(upn)
    for role in roles:
        office.control.assign_role(role, upn)
    return upn


def test_a_global_administrator_uses_the_command_line_and_is_named(
    office: Office, desk: Desk, browser: Browser
) -> None:
    boss = person(office, "boss", GLOBAL)
    assert f"Signed in to {office.service.url} as {boss}." in desk.signs_in(browser, boss)
    kept = desk.home / "ropeway" / "login.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert desk.sees("job", "list") == []
    assert [one["name"] for one in desk.sees("app", "list")] == ["First"]
    assert desk.types("directory", "users", "sign-out", person(office, "anna"))[0] == 0
    assert desk.sees("role", "list")
    acts = desk.sees("service", "audit")
    assert [(act["who"], act["action"]) for act in acts if act["action"] == "end_sign_ins"] == [(boss, "end_sign_ins")]
    signed = desk.sees("service", "sign-ins", "--who", "boss")
    assert signed == desk.sees("--state", str(office.service.settings.state), "service", "sign-ins", "--who", "boss")
    assert (signed[0]["who"], signed[0]["error"]) == (boss, 0)
    assert desk.sees("service", "sign-ins", "--who", "boss", "--failed") == []
    kept.chmod(0o644)
    code, said = desk.types("job", "list")
    assert (code, "others may read it" in said) == (2, True)


def test_what_a_role_does_not_open_is_refused(office: Office, desk: Desk, browser: Browser) -> None:
    boss, hybrid, helper = person(office, "boss", GLOBAL), person(office, "hy", HYBRID), person(office, "help", USERS)
    anna, reader = person(office, "anna"), person(office, "reader", REPORTS)
    allowed = {
        hybrid: [("job", "list"), ("app", "list"), ("directory", "users", "list"), ("service", "status")],
        helper: [("directory", "users", "sign-out", anna), ("directory", "users", "list"), ("role", "list")],
        reader: [("log",), ("service", "audit"), ("service", "sign-ins")],
        anna: [],
    }
    refused = {
        hybrid: [("role", "assign", GLOBAL, hybrid), ("app", "create", "Mine"), ("login", "list"),
                 ("directory", "users", "password", boss, "--generate")],
        helper: [("directory", "users", "password", boss, "--generate"), ("job", "list"), ("agent", "list"),
                 ("directory", "users", "second-factor", hybrid, "--remove"),
                 ("directory", "users", "update", hybrid, "--set", "accountEnabled=false"),
                 ("directory", "users", "delete", boss, "--yes")],
        reader: [("job", "list"), ("directory", "users", "sign-out", anna)],
        anna: [("directory", "users", "list"), ("log",), ("service", "sign-ins")],
    }  # fmt: skip
    for who in (hybrid, helper, reader, anna):
        with office.service.client(verify=False) as client:
            desk.signs_in(Browser(client), who)
        for words in allowed[who]:
            assert desk.types(*words)[0] == 0 or words == ("service", "status"), (who, words)
        for words in refused[who]:
            code, said = desk.types(*words)
            assert code, (who, words)
            assert "This needs the directory role" in said or "Only a Global Administrator" in said, (who, words, said)


def test_whoever_has_a_high_role_is_protected_by_whatever_name_they_are_called(office: Office) -> None:
    boss = office.person("boss", GLOBAL, mailNickname="chief", mail="head@contoso.test")
    gone = office.person("gone", HYBRID, mailNickname="parted")
    office.control.delete_object("users", gone)
    helper, anna = office.person("help", USERS), office.person("anna", mailNickname="ann")
    users = f"{BASE}/directory/users"
    with office.service.client(verify=False, token=office.token_for(helper, AS_THE_PERSON)) as client:
        for name in ("boss@contoso.test", "BOSS@contoso.test", "chief", "head@contoso.test", boss, f" {boss}"):
            path = f"{users}/{quote(name)}"
            asked = [client.patch(path, json={"accountEnabled": False}), client.delete(path)]
            asked += [client.post(f"{path}/manage", json={"in_cloud": True})]
            asked += [client.post(f"{path}/{act}", json={}) for act in ("password", "end-sign-ins", "second-factor")]
            assert {answer.status_code for answer in asked} == {403}, name
        for name in (gone, "gone@contoso.test", "parted", "Gone"):
            assert client.post(f"{users}/{name}/restore", json={}).status_code == 403, name
            assert client.delete(f"{users}/{name}?for_good=true").status_code == 403, name
        assert client.patch(f"{users}/ann", json={"accountEnabled": False}).json()["id"] == anna
        for wanted in (True, False, None):
            assert client.patch(f"{users}/ann", json={"isAssignedAdminRole": wanted}).status_code == 403
    assert office.control.show_object("users", boss)["accountEnabled"] is True


def test_an_errand_is_begun_for_people_who_may_follow_it_and_an_application_waits(office: Office) -> None:
    hans, anna = (office.person(name, HYBRID) for name in ("hans", "anna"))
    app, secret = office.application("Sync", "Synchronization.ReadWrite.All")
    jobs = f"/v1.0/servicePrincipals/{Ids(UUID(office.tenant)).service_principal}/synchronization/jobs"
    source = {"kind": "ldif", "settings": {"path": "/nowhere.ldif"}}
    body = {"templateId": "LDIF2AADProvisioning", "@ropeway.job": {"settings": {"name": "X", "source": source}}}
    later = {"Prefer": "respond-async"}
    with office.service.client(verify=False, token=office.token_for(hans, AS_THE_PERSON)) as client:
        begun = client.post(jobs, json=body, headers=later)
        assert begun.status_code == 202
        place = urlsplit(begun.headers["Location"]).path
    assert office.status(office.token_for(anna, AS_THE_PERSON), place) == 404, "it is another's"
    with office.service.client(verify=False, token=office.token(app, secret)) as client:
        assert client.post(jobs, json=body, headers=later).status_code == 503, "no worker takes it here"
    assert office.status(office.token_for(office.person("uwe", USERS), AS_THE_PERSON), jobs) == 403


def test_a_code_is_typed_at_another_machine(office: Office, desk: Desk, browser: Browser) -> None:
    boss = person(office, "boss", GLOBAL)
    ca = ("--ca", str(office.ca))
    with desk.begins("login", "--url", office.service.url, *ca, "--device-code") as process:
        assert process.stderr
        said = process.stderr.readline()
        code = said.rpartition("code ")[2].strip().rstrip(".")
        browser.go(f"/{office.tenant}/device?user_code={code}").submit(username=boss, password=PASSWORD)
        browser.submit("Go on")
        assert "Ropeway command line" in browser.page.words
        browser.submit("Yes")
        assert browser.title == "You are signed in"
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert f"as {boss}." in out
    assert desk.sees("job", "list") == []


def test_tokens_are_renewed_and_worth_nothing_after_a_logout(office: Office, desk: Desk, browser: Browser) -> None:
    desk.signs_in(browser, person(office, "boss", GLOBAL))
    first = signed_in()
    assert first
    remember_as_expired()
    with desk.begins("job", "list") as one, desk.begins("job", "list") as two:
        assert (one.wait(60), two.wait(60)) == (0, 0), "of two commands at once one renews it for both"
    second = signed_in()
    assert second
    assert second.token.reveal() != first.token.reveal()
    assert second.refresh
    assert first.refresh
    assert second.refresh.reveal() != first.refresh.reveal()
    assert office.status(second.token.reveal(), "/v1.0/ropeway/roles") == 200
    code, said = desk.types("logout")
    assert (code, "Signed out" in said) == (0, True)
    assert signed_in() is None
    assert office.status(second.token.reveal(), "/v1.0/ropeway/roles") == 401, "at once"
    form = {"grant_type": "refresh_token", "client_id": accounts.COMMAND_LINE}
    assert office.refused(**form, refresh_token=second.refresh.reveal())[1] == "invalid_grant"


def test_a_sign_in_that_is_over_is_said_to_be(office: Office, desk: Desk, browser: Browser) -> None:
    boss = person(office, "boss", GLOBAL)
    desk.signs_in(browser, boss)
    office.control.end_sign_ins(boss)
    code, said = desk.types("job", "list")
    assert (code, "ropeway login" in said) == (1, True)
    remember_as_expired()
    code, said = desk.types("job", "list")
    assert (code, "The service does not sign you in: AADSTS" in said) == (1, True)


def remember_as_expired() -> None:
    """As it is an hour later."""
    from dataclasses import replace

    found = signed_in()
    assert found
    remember(replace(found, expires="2020-01-01T00:00:00+00:00"))


@pytest.mark.parametrize("url", ["http://localhost:1", "localhost", "https://", "https://a@b", "https://a/b", "x"])
def test_an_address_that_is_none_is_refused(desk: Desk, url: str) -> None:
    assert desk.types("login", "--url", url) == (2, "--url is https://HOST:PORT, and no more.\n")


def test_nobody_signs_in_for_ever() -> None:
    with Loopback("state", "issuer") as back, pytest.raises(Refused):
        back.wait(patience=0.6)


def test_the_authority_is_told_by_its_digest(office: Office, desk: Desk) -> None:
    where = ("login", "--url", office.service.url, "--device-code", "--authority")
    code, said = desk.types(*where, "00" * 32)
    assert (code, "its authority is not the one" in said) == (1, True)
    assert desk.types(*where, "xyz")[0] == 2
