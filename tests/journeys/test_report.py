"""Before the first run: what an administrator is told to put right, and that it is what would have happened."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ropeway.cli.exits import Code
from ropeway.cli.main import main
from ropeway.control.in_process import open_control
from tests.unit.engine_company import Company


@dataclass
class Desk:
    """An administrator's desk: a terminal, and exports of domains."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def run(self, *words: str, expect: Code = Code.OK) -> str:
        """What a command prints."""
        self.capsys.readouterr()
        code = main([*words])
        said = self.capsys.readouterr()
        assert code == expect, said.err
        return said.out

    def read(self, *words: str, expect: Code = Code.OK) -> Any:
        return json.loads(self.run(*words, "--json", expect=expect))

    def company(self, name: str = "contoso") -> Company:
        return Company(self.folder / f"{name}.ldif")

    def job(self, company: Company, name: str = "Contoso", *more: str) -> None:
        company.write()
        self.run("job", "create", "ldif", "--name", name, "--path", str(company.path), *more)

    def found(self, job: str = "Contoso") -> set[tuple[str, str, str]]:
        """(who, attribute, error) of everything that is more than a remark."""
        findings = self.read("report", job)["findings"]
        return {
            (f["dn"].partition(",")[0][3:], f["attribute"], f["error"]) for f in findings if f["severity"] != "info"
        }

    def users(self) -> dict[str, dict[str, Any]]:
        return {user["displayName"]: user for user in self.read("directory", "users", "list")}


@pytest.fixture(scope="module")
def new_tenant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state of a tenant that has verified contoso.test, to be copied."""
    path = tmp_path_factory.mktemp("tenant") / "ropeway.db"
    control = open_control(f"sqlite:///{path}")
    control.add_domain("contoso.test")
    control.verify_domain("contoso.test")
    control.close()
    return path


@pytest.fixture
def desk(tmp_path: Path, new_tenant: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    shutil.copy(new_tenant, tmp_path / "ropeway.db")
    monkeypatch.setenv("ROPEWAY_STATE", f"sqlite:///{tmp_path}/ropeway.db")
    return Desk(tmp_path, capsys)


def untidy(desk: Desk) -> Company:
    """Ann is in order; whoever else there is has something."""
    company = desk.company()
    company.person("Ann", mail="ann@contoso.test", proxyAddresses=["SMTP:ann@contoso.test", "smtp:sales@contoso.test"])
    company.person("Bob", proxyAddresses=["SMTP:bob@contoso.test", "smtp:sales@contoso.test"])
    company.person("Carl", userPrincipalName="ann@contoso.test")
    company.person("Dora", userPrincipalName="dora@contoso.local")
    company.person("Emil", userPrincipalName="emil w@contoso.test")
    company.person("Fay", mail="fay (home)@contoso.test")
    company.person("Gus", telephoneNumber="5" * 300)
    company.person("Hana", proxyAddresses=["SMTP:hana@contoso.test", "SMTP:h@contoso.test"])
    return company


def test_everything_untidy_is_listed_before_anything_is_written(desk: Desk) -> None:
    desk.job(untidy(desk))
    assert desk.found() == {
        ("Ann", "proxyAddresses", "duplicate"), ("Bob", "proxyAddresses", "duplicate"),
        ("Ann", "userPrincipalName", "duplicate"), ("Carl", "userPrincipalName", "duplicate"),
        ("Dora", "userPrincipalName", "topleveldomain"), ("Emil", "userPrincipalName", "character"),
        ("Fay", "mail", "character"), ("Gus", "telephoneNumber", "length"), ("Hana", "proxyAddresses", "format"),
    }  # fmt: skip
    assert desk.users() == {}


def test_who_has_an_error_is_set_aside_by_the_run_and_nobody_else(desk: Desk) -> None:
    desk.job(untidy(desk))
    findings = desk.read("report", "Contoso")["findings"]
    foretold = {f["dn"].partition(",")[0][3:] for f in findings if f["severity"] == "error"}
    assert foretold == {"Fay", "Gus", "Hana"}
    desk.run("job", "run", "Contoso", expect=Code.OBJECT_ERRORS)
    assert set(desk.users()) == {"Ann", "Bob", "Carl", "Dora", "Emil"}


def test_what_was_corrected_as_suggested_is_in_order(desk: Desk) -> None:
    company = untidy(desk)
    desk.job(company)
    for finding in desk.read("report", "Contoso")["findings"]:
        thing = next(t for t in company.things.values() if company.dn(t) == finding["dn"])
        old, name = thing.values.get(finding["attribute"], ""), finding["attribute"]
        if finding["action"] == "EDIT" and isinstance(old, list):
            thing.values[name] = [finding["suggestion"] if value == finding["value"] else value for value in old]
        elif finding["action"] == "EDIT":
            thing.values[name] = finding["suggestion"]
        elif finding["action"] == "REMOVE":
            thing.values[name] = [value for value in old if value != finding["value"]]
    company.write()
    assert desk.found() == set()
    desk.run("job", "run", "Contoso")
    assert len(desk.users()) == 8


def test_the_table_tells_the_gravest_first_and_counts_at_the_end(desk: Desk) -> None:
    desk.job(untidy(desk))
    lines = desk.run("report", "Contoso").splitlines()
    assert [line.split()[0] for line in lines[1:4]] == ["error"] * 3
    assert "8 objects looked at" in lines[-1]
    assert any("4  warning duplicate: Several objects have the same value" in line for line in lines)


def test_the_file_for_a_spreadsheet_has_idfix_columns_and_no_formula(desk: Desk) -> None:
    company = untidy(desk)
    company.person("Ivo", userPrincipalName="=cmd|' /C calc'!A0@contoso.test")
    desk.job(company)
    said = desk.run("report", "Contoso", "--csv", str(desk.folder / "report.csv"))
    assert "report.csv" in said
    raw = (desk.folder / "report.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == raw.count(b"\n")
    rows = list(csv.reader(raw.decode("utf-8-sig").splitlines()))
    assert rows[0][:7] == ["DN", "Object type", "Attribute", "Error", "Value", "Suggested value", "Action"]
    values = {row[4] for row in rows if "calc" in row[4]}
    assert values == {"'=cmd|' /C calc'!A0@contoso.test"}


def test_a_script_learns_from_the_exit_code(desk: Desk) -> None:
    company = desk.company()
    company.person("Ann", displayName="Ann")
    desk.job(company)
    assert "nothing found" in desk.run("report", "Contoso", "--fail")
    company.person("Bob", userPrincipalName="ann@contoso.test")
    company.write()
    desk.run("report", "Contoso", expect=Code.OK)
    desk.run("report", "Contoso", "--fail", expect=Code.FINDINGS)


def test_a_value_that_the_cloud_has_in_use_is_told_with_its_holder(desk: Desk) -> None:
    desk.run("directory", "groups", "create", "--set", "displayName=Sales", "--set", "mail=sales@contoso.test")
    company = desk.company()
    company.person("Ann", displayName="Ann", proxyAddresses=["SMTP:ann@contoso.test", "smtp:sales@contoso.test"])
    desk.job(company)
    (finding,) = desk.read("report", "Contoso")["findings"]
    assert (finding["error"], finding["action"]) == ("duplicate", "REMOVE")
    assert finding["remark"] == "also: Sales (in the directory)"


def test_a_cloud_account_that_would_be_taken_over_is_no_duplicate(desk: Desk) -> None:
    desk.run("directory", "users", "create", "--set", "displayName=A", "--set", "userPrincipalName=ann@contoso.test")
    company = desk.company()
    company.person("Ann", displayName="Ann")
    desk.job(company)
    assert desk.read("report", "Contoso")["findings"] == []


def test_two_domains_that_want_one_name_are_told_of_each_other(desk: Desk) -> None:
    for name in ("Contoso", "Fabrikam"):
        company = desk.company(name)
        company.last = 100 if name == "Contoso" else 200
        company.person("Ann", displayName="Ann")
        desk.job(company, name)
        desk.read("report", name)
    (finding,) = desk.read("report", "Contoso")["findings"]
    assert finding["error"] == "duplicate"
    assert "(job Fabrikam)" in finding["remark"]


def test_after_the_run_a_name_in_use_is_still_told_and_the_holder_keeps_it(desk: Desk) -> None:
    company = desk.company()
    company.person("Ann", displayName="Ann")
    desk.job(company)
    desk.run("job", "run", "Contoso")
    company.person("Aaron", displayName="Aaron", userPrincipalName="ann@contoso.test")
    company.write()
    desk.run("job", "run", "Contoso")
    told = {f["dn"].partition(",")[0]: f["action"] for f in desk.read("report", "Contoso", "--no-refresh")["findings"]}
    assert told == {"CN=Ann": "COMPLETE", "CN=Aaron": "EDIT"}


def test_a_report_leaves_a_paused_job_alone_unless_it_looks_at_what_is_known(desk: Desk) -> None:
    desk.job(untidy(desk))
    desk.run("report", "Contoso")
    desk.run("job", "pause", "Contoso")
    desk.run("report", "Contoso", expect=Code.FAILED)
    assert "8 objects looked at" in desk.run("report", "Contoso", "--no-refresh")


def test_two_accounts_with_one_source_anchor_are_an_error(desk: Desk) -> None:
    company = desk.company()
    for name in ("Ann", "Bob"):
        company.person(name, displayName=name, **{"mS-DS-ConsistencyGuid": "a" * 16})
    desk.job(company)
    assert {(who, error) for who, _, error in desk.found()} >= {("Ann", "anchor"), ("Bob", "anchor")}


def test_a_scope_that_selects_nobody_is_told_by_report_plan_and_run(desk: Desk) -> None:
    company = desk.company()
    empty = company.unit("Empty")
    ann = company.person("Ann")
    desk.job(company, "Contoso", "--container", company.dn(empty))
    for command in (("report", "Contoso"), ("job", "plan", "Contoso"), ("job", "run", "Contoso")):
        said = desk.run(*command)
        assert "Nothing is in scope, of 3 objects read. The scope: ropeway job show Contoso" in said
        assert "in step" not in said
    ann.parent = empty.number
    company.write()
    assert "Nothing is in scope" not in desk.run("job", "plan", "Contoso")
    assert "1 created" in desk.run("job", "run", "Contoso")


def test_a_staging_job_says_how_many_changes_are_due(desk: Desk) -> None:
    company = desk.company()
    company.people(3)
    desk.job(company, "Contoso", "--staging")
    for _ in range(2):
        said = desk.run("job", "run", "Contoso")
        assert "3 changes due, and not written, because the job is staging: ropeway job plan Contoso" in said
    assert desk.users() == {}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "no visible character"),
        (" ", "no visible character"),
        ("Con\ntoso", "line breaks or control characters"),
        ("Con\x1b[31mtoso", "line breaks or control characters"),
        ("C" * 101, "101 characters"),
    ],
)
def test_a_name_that_nobody_could_see_or_type_is_refused(desk: Desk, name: str, reason: str) -> None:
    company = desk.company()
    company.write()
    assert main(["job", "create", "ldif", "--name", name, "--path", str(company.path)]) == Code.FAILED
    assert reason in desk.capsys.readouterr().err
    assert desk.read("job", "list") == []


def test_a_job_that_was_stopped_is_shown_and_listed_with_the_problem(desk: Desk) -> None:
    company = desk.company()
    desk.job(company)
    company.path.unlink()
    for _ in range(2):
        desk.run("job", "run", "Contoso", expect=Code.STOPPED)
    for command in (("job", "show", "Contoso"), ("job", "list")):
        assert "2, last by: The LDIF file is not there" in desk.run(*command)
