"""The rules of a job in an administrator's hands: looked at, tried, changed, given back, tested, upgraded."""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ropeway.cli.exits import Code
from ropeway.cli.main import main
from ropeway.control.in_process import open_control
from ropeway.control.schema_test_views import SchemaTest
from ropeway.control.schema_views import SchemaChange
from ropeway.lab.company import Size, company
from ropeway.lab.company.ldif import export
from ropeway.model.job import JobSettings, SourceSettings
from ropeway.rules import layers, loading
from tests.journeys.administration import Administration
from tests.journeys.tenant import Tenant

SMALL = Size(people=40, groups=4, contacts=2, computers=2, members=4, service_accounts=1)
ADDED = "          jobTitle: {from: title, flowType: AttributeAddOnly}\n"
UPPER = ("          jobTitle: title\n", "          jobTitle: =ToUpper([title])\n")


@dataclass
class Office:
    """An export of a company of 40, a job Contoso in step with it, and a terminal."""

    folder: Path
    export: Path
    capsys: pytest.CaptureFixture[str]

    def run(self, *words: str) -> tuple[int, str, str]:
        """A command; its exit code, stdout and stderr."""
        self.capsys.readouterr()
        code = main(words)
        said = self.capsys.readouterr()
        return code, said.out, said.err

    def read(self, *words: str) -> Any:
        """What a command answers in JSON."""
        code, out, err = self.run(*words, "--json")
        assert code in (Code.OK, Code.HELD), err
        return json.loads(out)

    def schema(self, *changes: tuple[str, str], name: str = "schema.yaml") -> str:
        """The job's schema in a file, changed at these lines of users."""
        text = self.run("schema", "export", "Contoso")[1]
        for before, after in changes:
            assert before in text
            text = text.replace(before, after, 1)
        (self.folder / name).write_text(text)
        return str(self.folder / name)

    def accept(self, *changes: tuple[str, str]) -> Any:
        """Give the job its own schema with these lines changed."""
        return self.read("schema", "import", "Contoso", self.schema(*changes), "--yes")

    def titles(self) -> set[str]:
        return {u["jobTitle"] for u in self.read("directory", "users", "list", "--limit", "1000") if "jobTitle" in u}

    def file(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text)
        return str(self.folder / name)


@pytest.fixture(scope="module")
def in_step(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The export, and a state that is in step with it."""
    folder = tmp_path_factory.mktemp("contoso")
    (folder / "company.ldif").write_bytes(b"".join(export(company(SMALL), seed=1, dns_domain="contoso.test")))
    control = open_control(f"sqlite:///{folder}/state.db")
    control.add_domain("contoso.test")
    control.verify_domain("contoso.test")
    control.create_job(JobSettings("Contoso", SourceSettings("ldif", {"path": str(folder / "company.ldif")})))
    assert control.run_job("Contoso").result == "success"
    control.close()
    return folder


@pytest.fixture
def office(
    in_step: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Office:
    shutil.copy(in_step / "state.db", tmp_path / "state.db")
    monkeypatch.setenv("ROPEWAY_STATE", f"{tmp_path}/state.db")
    return Office(tmp_path, in_step / "company.ldif", capsys)


# looking


def test_show_tells_where_the_value_of_an_attribute_comes_from_and_who_set_it(office: Office) -> None:
    office.accept(UPPER)
    shown = office.run("schema", "show", "Contoso", "--type", "user", "--attribute", "jobTitle")[1]
    assert re.search(r"jobTitle +=ToUpper\(\[title\]\) +Always +changed; default title", shown)
    flows = office.read("schema", "show", "Contoso", "--type", "device")["flows"]
    assert {f["origin"] for f in flows} == {"default"}
    assert "the default schema with 1 change" in office.run("job", "show", "Contoso")[1]


def test_an_export_can_be_yaml_or_json_and_both_mean_the_same(office: Office) -> None:
    for name in ("a.yaml", "a.json"):
        assert office.run("schema", "export", "Contoso", str(office.folder / name))[0] == 0
        assert "No difference" in office.run("schema", "diff", "Contoso", str(office.folder / name))[1]
    assert office.run("schema", "export", "Contoso", str(office.folder / "a.json"))[0] == Code.USAGE
    assert json.loads((office.folder / "a.json").read_text())["synchronizationRules"]


# changing


def test_an_import_says_what_would_change_for_how_many_and_then_exactly_that_comes_true(office: Office) -> None:
    file = office.schema(UPPER)
    trial = office.read("schema", "import", "Contoso", file, "--dry-run")
    (effect,) = trial["effects"]
    assert (effect["what"], effect["attribute"], len(effect["examples"])) == ("value", "jobTitle", 3)
    assert office.read("job", "plan", "Contoso")["counts"] == {}
    office.read("schema", "import", "Contoso", file, "--yes")
    cycle = office.read("job", "run", "Contoso")
    assert (cycle["exported"], cycle["read"]) == ({"update": effect["count"]}, 0)  # the source was not read again
    assert all(title == title.upper() for title in office.titles())


def test_an_import_that_only_changes_how_values_flow_says_for_how_many(office: Office) -> None:
    said = office.run("schema", "import", "Contoso", office.schema((UPPER[0], ADDED)), "--yes")[1]
    (number,) = re.findall(r"(\d+) users: keep their values; the next run tells", said)
    assert "Nothing changes" not in said
    assert f"{number} updated" in office.run("job", "run", "Contoso")[1]


def test_nobody_there_to_answer_means_that_nothing_is_done(office: Office) -> None:
    file = office.schema(UPPER)
    code, _, err = office.run("schema", "import", "Contoso", file)
    assert code == Code.USAGE
    assert "another jobTitle" in err
    assert office.read("schema", "show", "Contoso")["edits"] == 0


def test_an_import_that_would_take_people_away_says_who_leaves_and_the_guard_still_holds_them(office: Office) -> None:
    scope = "            - name: Users to synchronize\n              clauses:\n"
    sales = scope + "                - {attribute: department, operator: EQUALS, values: [Sales]}\n"
    file = office.schema((scope, sales))
    trial = office.read("schema", "import", "Contoso", file, "--yes")["trial"]
    leaving, *links = trial["effects"]
    assert (leaving["what"], leaving["type"]) == ("deleted", "user")
    names = ("manager", "members", "owners")
    assert {(effect["what"], effect["attribute"]) for effect in links} == {("unlinked", name) for name in names}
    assert leaving["count"] >= 20
    assert "department EQUALS Sales" in leaving["examples"][0]["reason"]
    assert office.run("job", "run", "Contoso")[0] == Code.HELD
    assert len(office.read("job", "plan", "Contoso", "--all")["changes"]) == leaving["count"]


def test_an_import_says_who_would_be_created_disabled_emptied_and_set_aside(office: Office) -> None:
    enabled = "          accountEnabled: =BitAnd([userAccountControl], 2) = 0"
    file = office.schema(
        ("                - {name: no userAccountControl, attribute: userAccountControl, operator: IS NOT NULL}\n", ""),
        (enabled, '          accountEnabled: =[department] <> "Sales" AND BitAnd([userAccountControl], 2) = 0'),
        ("          department: department\n", ""),
        ("          city: l\n", '          city: =IIF([department] = "Finance", Item([proxyAddresses], 99), [l])\n'),
    )
    effects = office.read("schema", "import", "Contoso", file, "--dry-run")["effects"]
    found = {(e["what"], e["type"], e["attribute"]): e for e in effects}
    assert found["disabled", "user", ""]["count"] == found["value", "user", "accountEnabled"]["count"] > 0
    assert found["emptied", "user", "department"]["count"] > 0
    assert "Item cannot use its argument index" in found["set aside", "user", ""]["examples"][0]["reason"]
    back = office.schema(("NOT STARTS WITH, values: [AAD_, MSOL_]", "NOT STARTS WITH, values: [Nobody]"))
    created = office.read("schema", "import", "Contoso", back, "--dry-run")["effects"]
    assert [(e["what"], e["type"], e["count"]) for e in created] == [("created", "user", 1)]


def test_an_invalid_schema_is_refused_with_its_line_and_the_one_in_force_stays(office: Office) -> None:
    office.accept(UPPER)
    before = office.run("schema", "export", "Contoso")[1]
    line = before.splitlines().index("          surname: sn") + 1
    file = office.schema(("          surname: sn\n", "          surname: =Left([sn]\n"))
    for words in (("import", "Contoso", file, "--yes"), ("validate", file)):
        code, _, err = office.run("schema", *words)
        assert code == Code.FAILED
        assert f"line {line} ($.synchronizationRules[0]" in err
    assert office.run("schema", "export", "Contoso")[1] == before
    assert office.run("job", "run", "Contoso")[0] == Code.OK


def test_of_two_administrators_who_edit_at_once_the_second_is_told_and_nobody_loses_anything(office: Office) -> None:
    mine = office.schema(UPPER, name="mine.yaml")
    yours = office.schema(("          city: l\n", "          city: =ToUpper([l])\n"), name="yours.yaml")
    assert office.run("schema", "import", "Contoso", mine, "--yes")[0] == Code.OK
    code, _, err = office.run("schema", "import", "Contoso", yours, "--yes")
    assert code == Code.FAILED
    assert "(schema-changed-meanwhile)" in err
    assert "ToUpper([title])" in office.run("schema", "show", "Contoso")[1]


def test_the_export_of_one_job_gives_another_one_the_same_plan(office: Office) -> None:
    office.accept(UPPER, ("          faxNumber: facsimileTelephoneNumber\n", ""))
    exported = str(office.folder / "contoso.json")
    office.run("schema", "export", "Contoso", exported)
    office.run("job", "delete", "Contoso", "--withdraw", "--yes")
    path = str(office.export)
    for name, more in (("Made with it", ["--schema", exported]), ("Given it", [])):
        assert office.run("job", "create", "ldif", "--name", name, "--path", path, *more)[0] == 0
    office.read("schema", "import", "Given it", exported, "--yes")
    plans = [office.read("job", "plan", name, "--all") for name in ("Made with it", "Given it")]
    changes = [[{k: c[k] for k in ("kind", "object", "attributes")} for c in plan["changes"]] for plan in plans]
    assert changes[0] == changes[1] != []
    assert office.read("schema", "show", "Made with it")["edits"] == 2


def test_reset_gives_back_one_attribute_or_all_of_them(office: Office) -> None:
    office.accept(UPPER, ("          city: l\n", "          city: =ToUpper([l])\n"))
    assert office.read("schema", "reset", "Contoso", "--attribute", "city", "--yes")["schema"]["edits"] == 1
    code, _, err = office.run("schema", "reset", "Contoso", "--attribute", "city", "--yes")
    assert (code, "Nothing is changed at city" in err) == (Code.FAILED, True)
    office.read("schema", "reset", "Contoso", "--yes")
    assert "No difference" in office.run("schema", "diff", "Contoso")[1]


def test_a_schema_of_another_kind_is_taken_whole_and_the_default_comes_back_with_reset(office: Office) -> None:
    office.accept(("id: active-directory\n", "id: of-our-own\n"), UPPER)
    view = office.read("schema", "show", "Contoso")
    assert view["own"]
    assert {f["origin"] for f in view["flows"]} == {"own"}
    assert not office.read("schema", "reset", "Contoso", "--yes")["schema"]["own"]


def test_a_job_that_stays_in_step_takes_the_new_rules_without_being_started_again(office: Office) -> None:
    control = open_control(f"sqlite:///{office.folder}/state.db")
    changed = Path(office.schema(UPPER)).read_text()
    seen: list[dict[str, int]] = []
    passes = iter(range(10_000))

    def stop() -> bool:
        if next(passes) == 3:
            control.change_schema("Contoso", SchemaChange(text=changed))
        return bool(seen)

    control.keep_in_step(["Contoso"], stop=stop, cycle=lambda cycle: seen.append(cycle.exported))
    control.close()
    assert list(seen[0]) == ["update"]


# upgrading


@pytest.fixture
def upgraded(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[dict[str, Any]], None]], None]:
    """Another version of Ropeway, whose default schema is changed so."""

    def becomes(change: Callable[[dict[str, Any]], None]) -> None:
        document = copy.deepcopy(loading.default_document("ldif"))
        document["version"] = "2"
        change(document)
        for module in (loading, layers):
            monkeypatch.setattr(module, "default_document", lambda _kind: copy.deepcopy(document))
        loading.default_schema.cache_clear()

    return becomes


@pytest.fixture(autouse=True)
def _forget_versions() -> Any:
    yield
    loading.default_schema.cache_clear()


def flow_of(document: dict[str, Any], target: str) -> dict[str, Any]:
    mapping = document["synchronizationRules"][0]["objectMappings"][0]
    return next(f for f in mapping["attributeMappings"] if f["targetAttributeName"] == target)


def test_an_upgrade_keeps_what_was_changed_shows_what_it_changes_and_the_notice_ends_when_it_was_seen(
    office: Office, upgraded: Any
) -> None:
    office.accept(UPPER)

    def change(document: dict[str, Any]) -> None:
        flow_of(document, "city")["source"] = {"type": "Function", "expression": "ToUpper([l])"}
        flow_of(document, "jobTitle")["source"] = {"type": "Function", "expression": "Trim([title])"}

    upgraded(change)
    assert "(schema-upgraded)" in office.run("job", "show", "Contoso")[1]
    shown = office.run("schema", "diff", "Contoso", "--upgrade", "--seen")[1]
    assert "user → user: city\n    - l\n    + =ToUpper([l])" in shown
    assert "user → user: jobTitle: the default has another one now; yours stays" in shown
    assert "(schema-upgraded)" not in office.run("job", "show", "Contoso")[1]
    office.run("job", "run", "Contoso")
    assert all(title == title.upper() for title in office.titles())


def test_a_change_whose_object_mapping_is_gone_rests_and_is_named(office: Office, upgraded: Any) -> None:
    title = "          jobTitle: title\n"
    text = office.run("schema", "export", "Contoso")[1]
    last = text.rindex(title)
    changed = office.file("c.yaml", text[:last] + UPPER[1] + text[last + len(title) :])
    office.read("schema", "import", "Contoso", changed, "--yes")
    _, of, _, mapping, *_ = office.read("job", "show", "Contoso")["settings"]["edits"][0]["place"]

    def change(document: dict[str, Any]) -> None:
        rule = next(r for r in document["synchronizationRules"] if r["id"] == of)
        gone = mapping.split(" → ")[0]
        rule["objectMappings"] = [m for m in rule["objectMappings"] if gone not in m.values()]

    upgraded(change)
    shown = office.run("job", "show", "Contoso")[1]
    assert "(schema-edit-rests)" in shown
    assert f"{mapping}: jobTitle" in shown


def test_a_schema_that_an_upgrade_broke_stops_the_job_and_can_be_put_right(office: Office, upgraded: Any) -> None:
    office.accept(("          mail: mail\n", "          mail: {from: mail, matchingPriority: 3}\n"))
    upgraded(lambda document: flow_of(document, "proxyAddresses").update(matchingPriority=3))
    code, _, err = office.run("job", "run", "Contoso")
    assert code == Code.STOPPED
    assert "(schema-ambiguous)" in err
    code, out, _ = office.run("schema", "reset", "Contoso", "--attribute", "mail", "--dry-run")
    assert "the schema in force does not work" in out
    office.read("schema", "reset", "Contoso", "--attribute", "mail", "--yes")
    assert office.run("job", "run", "Contoso")[0] == Code.OK


# testing

ZOE = """dn: CN=Zoë Müller,OU=Sales,DC=contoso,DC=test
objectClass: user
sAMAccountName: zoe
userAccountControl: 514
displayName: Zoë Müller
title: Head of Sales
objectGUID:: b5YZb4uGEdC0LQDAT8lk/w==
"""

CASES = """
cases:
  - name: Whoever is disabled in AD is disabled in the cloud
    entry:
      dn: CN=Zoë Müller,OU=Sales,DC=contoso,DC=test
      sAMAccountName: zoe
      userAccountControl: 514
      title: Head of Sales
    expect:
      accountEnabled: false
      userPrincipalName: zoe@contoso.test
      mail:
      jobTitle: Head of Sales
  - name: An account that expired this morning is disabled
    now: 2026-11-21T12:00:00Z
    entry: {sAMAccountName: NO, userAccountControl: 512, accountExpires: 134396064000000000}
    expect: {accountEnabled: false, onPremisesSamAccountName: NO}
  - name: Guests stay out
    entry: {sAMAccountName: Guest, userAccountControl: 512}
    scope: out
"""


def test_a_pasted_entry_shows_every_value_and_where_it_comes_from(office: Office) -> None:
    office.accept(UPPER)
    code, out, _ = office.run("schema", "test", office.file("zoe.ldif", ZOE), "--job", "Contoso")
    assert code == Code.OK
    assert "user → user" in out
    assert "jobTitle: HEAD OF SALES\n      from ToUpper([title]), where title: Head of Sales" in out
    assert "userPrincipalName: zoe@contoso.test" in out


def test_an_entry_typed_by_hand_needs_no_objectguid(office: Office) -> None:
    typed = "dn: CN=Ann Archer,DC=contoso,DC=test\nobjectClass: user\nsn: Archer\n"
    code, out, _ = office.run("schema", "test", "--expression", "ToUpper([sn])", office.file("ann.ldif", typed))
    assert (code, out) == (Code.OK, "ARCHER\n")


def test_the_forest_of_a_child_domain_is_its_root_and_the_connector_is_the_job(office: Office) -> None:
    entry = "dn: CN=Ann Archer,DC=emea,DC=contoso,DC=test\nobjectClass: user\n"
    root = "objectCategory: CN=Person,CN=Schema,CN=Configuration,DC=contoso,DC=test\n"
    tried = ("schema", "test", "--job", "Contoso", "--expression")
    names = '%Domain.Netbios% & " " & %Forest.Netbios% & " " & %Forest.LDAP%'
    assert office.run(*tried, names, office.file("ann.ldif", entry + root))[1] == "EMEA CONTOSO DC=contoso,DC=test\n"
    assert office.run(*tried, names, office.file("ann.ldif", entry))[1] == "EMEA EMEA DC=emea,DC=contoso,DC=test\n"
    (job,) = office.read("job", "list")
    assert office.run(*tried, "%Connector.ID%", office.file("ann.ldif", entry))[1] == f"{job['id']}\n"


def test_rules_that_name_forest_and_connector_come_true_with_the_next_run(office: Office) -> None:
    office.accept((UPPER[0], "          jobTitle: =%Forest.FQDN% & %Connector.ID%\n"))
    assert office.run("job", "run", "Contoso")[0] == Code.OK
    (job,) = office.read("job", "list")
    assert office.titles() == {f"contoso.test{job['id']}"}
    user = office.read("directory", "users", "list", "--limit", "1")[0]
    assert f"contoso.test{job['id']}" in office.run("explain", user["userPrincipalName"])[1]


def test_a_domain_tells_its_forest(company: Administration, tenant: Tenant) -> None:
    ann = company.person("Ann Archer")
    job = tenant.follow(company)
    job.run()
    text = tenant.control.export_schema(job.name).text.replace(UPPER[0], "          jobTitle: =%Forest.FQDN%\n", 1)
    change = SchemaChange(text=text)
    assert tenant.control.try_schema(job.name, change).unknown == {"user: jobTitle": 1}
    tenant.control.change_schema(job.name, change)
    job.run()
    assert job.user(ann)["jobTitle"] == job.user(ann)["onPremisesDomainName"]


def test_a_live_object_is_read_now_by_upn_guid_or_dn(office: Office) -> None:
    user = office.read("directory", "users", "list", "--limit", "1")[0]
    explained = office.read("explain", user["userPrincipalName"])
    for name in (user["userPrincipalName"], explained["anchor"], explained["object"]):
        (found,) = office.read("schema", "test", "--job", "Contoso", "--object", name)["objects"]
        values = {value["attribute"]: value.get("value") for value in found["values"]}
        assert values["userPrincipalName"] == user["userPrincipalName"]
    assert (
        office.run("schema", "test", "--job", "Contoso", "--object", "CN=Nobody,DC=contoso,DC=test")[0] == Code.FAILED
    )


def test_an_object_of_a_domain_is_read_as_it_is_now_before_any_run(company: Administration, tenant: Tenant) -> None:
    ann = company.person("Ann Archer")
    job = tenant.follow(company)
    job.run()
    company.set(ann, title="Head of Ropes")
    (found,) = tenant.control.test_schema(SchemaTest(job=job.name, object=company.dn(ann))).objects
    assert {v.attribute: v.value for v in found.values}["jobTitle"] == "Head of Ropes"
    assert "jobTitle" not in job.user(ann)


def test_a_rule_that_reads_a_new_attribute_says_so_and_its_values_come_with_the_next_run(
    company: Administration, tenant: Tenant
) -> None:
    ann = company.person("Ann Archer", roomNumber="4.711")
    job = tenant.follow(company)
    job.run()
    text = tenant.control.export_schema(job.name).text
    where = "          officeLocation: "
    text = text.replace(f"{where}physicalDeliveryOfficeName\n", f"{where}=Item([roomNumber], 1)\n", 1)
    text += "directories:\n- name: Active Directory\n  objects:\n"
    for type_ in ("user", "inetOrgPerson"):  # the rules of one are those of the other
        text += f"  - {{name: {type_}, attributes: [{{name: roomNumber, multivalued: true}}]}}\n"
    change = SchemaChange(text=text)
    trial = tenant.control.try_schema(job.name, change)
    assert trial.unread == ("inetOrgPerson: roomNumber", "user: roomNumber")
    assert trial.unknown == {"user: officeLocation": 1}
    tenant.control.change_schema(job.name, change)
    job.run()
    assert job.user(ann)["officeLocation"] == "4.711"


def test_a_file_of_cases_passes_in_a_pipeline_until_a_rule_is_changed(office: Office) -> None:
    cases = office.file("cases.yaml", CASES)
    code, out, _ = office.run("schema", "test", "--cases", cases)
    assert (code, out.splitlines()[-1]) == (Code.OK, "3 cases with the default schema: 3 as expected, 0 not.")
    changed = office.schema(UPPER)
    code, out, _ = office.run("schema", "test", "--cases", cases, "--file", changed)
    assert code == Code.FAILED
    assert "jobTitle: expected Head of Sales, found HEAD OF SALES" in out


def test_a_mapping_that_fails_names_function_argument_and_value(office: Office) -> None:
    zoe = office.file("zoe.ldif", ZOE + "proxyAddresses: SMTP:zoe@contoso.test\n")
    code, out, _ = office.run("schema", "test", zoe, "--expression", "Item([proxyAddresses], 3)")
    assert code == Code.FAILED
    assert "value “3”]: Item cannot use its argument index" in out
    changed = office.schema((UPPER[0], "          jobTitle: =Item([proxyAddresses], 3)\n"))
    code, out, _ = office.run("schema", "test", zoe, "--file", changed)
    assert code == Code.FAILED
    assert "attribute jobTitle · value “3”" in out


def test_an_expression_is_tried_without_any_entry_and_a_wrong_one_is_pointed_at(office: Office) -> None:
    assert office.run("schema", "test", "--expression", '=ToUpper("zoë")')[1] == "ZOË\n"
    code, _, err = office.run("schema", "test", "--expression", 'Left("zoë", )')
    assert code == Code.FAILED
    assert "At character 13" in err
    assert "here ropeway" in err


def test_a_text_that_is_no_entry_is_refused_without_naming_a_file_that_nobody_wrote(office: Office) -> None:
    code, _, err = office.run("schema", "test", office.file("no.ldif", "garbage\n"))
    assert code == Code.FAILED
    assert "[the pasted entry · value “garbage”]" in err


def test_the_dialect_decides_how_an_expression_is_read(office: Office) -> None:
    joined = ("schema", "test", "--expression", 'Join("-", "a", "b")', "--dialect")
    assert office.run(*joined, "cloud")[1] == "a-b\n"
    assert office.run(*joined, "connect")[0] == Code.FAILED


@pytest.mark.parametrize(
    ("case", "says"),
    [
        ("{entry: {mial: x}}", "user has no attribute “mial”"),
        ("{entry: {userAccountControl: many}}", "“many” is no Integer"),
        ("{entry: {sn: [a, b]}}", "several values where the source has one"),
        ("{entry: {}, expect: {jobtitle: x}}", "did you mean jobTitle?"),
        ("{entry: {}, expect: {accountEnabled: NO}}", "“NO” is no Boolean"),
        ("{entry: {}, now: tomorrow}", "is no time"),
        ("{entry: {}, type: robot}", "no source type “robot”"),
        ("{entri: {}}", "unknown field `entri`"),
        ("{entry: {thumbnailPhoto: '*'}}", "is written as Base64"),
    ],
)
def test_a_case_that_cannot_be_meant_is_refused_with_its_place(office: Office, case: str, says: str) -> None:
    code, _, err = office.run("schema", "test", "--cases", office.file("c.yaml", f"cases:\n- {case}\n"))
    assert code == Code.FAILED
    assert "$.cases[0]" in err
    assert says in err
