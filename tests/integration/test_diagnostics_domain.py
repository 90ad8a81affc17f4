"""The way to a domain, checked step by step against a real controller."""

from __future__ import annotations

from pathlib import Path

import pytest

from ropeway.connectors.active_directory.settings import settings_from
from ropeway.diagnostics.checks import run
from ropeway.diagnostics.domain import Domain
from ropeway.diagnostics.finding import Finding
from ropeway.lab import accounts
from ropeway.lab.domain import Domain as Laboratory
from tests.integration.active_directory_office import settings

pytestmark = pytest.mark.samba


def found(domain: Laboratory, **more: object) -> list[Finding]:
    examined = Domain(settings_from(settings(domain, **more)))
    try:
        return list(run(examined.checks()))
    finally:
        examined.close()


def codes(findings: list[Finding]) -> list[str]:
    return [f"{f.status} {f.problem.code}" if f.problem else f.status for f in findings]


def test_a_domain_and_an_account_with_all_rights(contoso: Laboratory) -> None:
    assert codes(found(contoso)) == ["ok"] * 5


def test_an_account_with_few_rights_is_told_what_it_lacks(own_contoso: Laboratory) -> None:
    account = accounts.add(own_contoso, "humble")
    findings = found(own_contoso, user=account.user, password_file=str(account.password_file))
    assert codes(findings) == ["ok", "ok", "ok", "warning slower-way-of-changes", "warning deletions-unseen"]


def test_a_wrong_password_ends_it_there(contoso: Laboratory, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.touch(0o600)
    file.write_text("not this one")
    assert codes(found(contoso, password_file=str(file))) == [
        *("ok", "ok", "failed password-wrong", "skipped", "skipped")
    ]


def test_a_password_that_others_may_read_is_not_used(contoso: Laboratory, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("secret")
    file.chmod(0o644)
    assert codes(found(contoso, password_file=str(file)))[1:] == ["skipped"] * 4


def test_a_controller_that_is_silent_beside_one_that_answers(contoso: Laboratory) -> None:
    findings = found(contoso, servers=["127.0.0.1:9", contoso.address])
    assert codes(findings)[2] == "warning controllers-silent"
    assert findings[2].problem is not None
    assert findings[2].problem.details == {"silent": "127.0.0.1:9"}
