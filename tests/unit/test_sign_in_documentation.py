"""docs/sign-in.md: its examples work; docs/permissions.md: its table is the service's own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ropeway.model.permissions import table
from tests.unit.sign_in_office import Office, office

__all__ = ["office"]

PAGE = Path(__file__).parents[2] / "docs" / "sign-in.md"


def test_the_table_of_permissions_is_the_one_that_is_asked() -> None:
    assert table() in PAGE.with_name("permissions.md").read_text(encoding="utf-8"), "run scripts/write-permissions"


def test_examples_in_python_get_a_token(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    app, secret = office.application("Reports", "AuditLog.Read.All")
    monkeypatch.chdir(office.ca.parent)
    examples = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert len(examples) == 2
    for example in examples:
        names: dict[str, Any] = {
            "APP_ID": app.app_id,
            "SECRET": secret,
            "SERVICE": office.service.url,
            "TENANT": office.tenant,
        }
        exec(example, names)
        assert office.status(names["token"], "/v1.0/auditLogs/directoryAudits") == 200
        for name in ("app", "credential"):
            if hasattr(names.get(name), "close"):
                names[name].close()
