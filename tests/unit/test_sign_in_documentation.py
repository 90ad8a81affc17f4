"""docs/sign-in.md: its examples work; docs/permissions.md: its table is the service's own."""

from __future__ import annotations

import re
import webbrowser
from pathlib import Path
from typing import Any

import pytest

from ropeway.control.protocol import ApplicationView
from ropeway.model.permissions import table
from tests.fixtures.browser import Browser
from tests.unit.sign_in_office import Office, office
from tests.unit.test_sign_in_pages import Clicking, desktop, signed_in

__all__ = ["desktop", "office"]

README = Path(__file__).parents[2] / "README.md"
PAGE = README.parent / "docs" / "sign-in.md"


def test_the_table_of_permissions_is_the_one_that_is_asked() -> None:
    assert table() in PAGE.with_name("permissions.md").read_text(encoding="utf-8"), "run scripts/write-permissions"


def examples(page: Path = PAGE) -> list[str]:
    return re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.S)


def names(office: Office, app_id: str) -> dict[str, Any]:
    return {"APP_ID": app_id, "SERVICE": office.service.url, "TENANT": office.tenant}


def test_examples_of_applications_get_a_token(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    app, secret = office.application("Reports", "AuditLog.Read.All")
    monkeypatch.chdir(office.ca.parent)
    of_applications = [example for example in examples() if "SECRET" in example]
    assert len(of_applications) == 2
    for example in of_applications:
        given = names(office, app.app_id) | {"SECRET": secret}
        exec(example, given)
        assert office.status(given["token"], "/v1.0/auditLogs/directoryAudits") == 200
        for name in ("app", "credential"):
            if hasattr(given.get(name), "close"):
                given[name].close()


def test_examples_of_people_get_a_token(
    office: Office, monkeypatch: pytest.MonkeyPatch, desktop: ApplicationView
) -> None:
    office.control.set_permissions("Desktop", grant=["User.Read"], delegated=True)
    monkeypatch.chdir(office.ca.parent)
    monkeypatch.setattr(webbrowser, "_tryorder", ["clicking"])
    webbrowser.register("clicking", None, Clicking(office))
    of_readme = [example for example in examples(README) if "import msal" in example]
    of_people = [example for example in (*examples(), *of_readme) if "SECRET" not in example]
    assert len(of_people) == 3
    printed: list[str] = []

    def typed(message: str) -> None:
        printed.append(message)
        if "https://" not in message:
            return
        (where,) = re.findall(r"https://\S+", message)
        (code,) = re.findall(r"[A-Z]{4}-[A-Z]{4}", message)
        with office.service.client(verify=False) as client:
            signed_in(Browser(client).go(where)).submit(user_code=code).submit("Yes")

    for example in of_people:
        given = names(office, desktop.app_id) | {"print": typed}
        exec(example, given)
        token = given.get("token") or given["told"]["access_token"]
        assert office.status(token, "/v1.0/me") == 200
    assert printed[-1] == "Anna"
