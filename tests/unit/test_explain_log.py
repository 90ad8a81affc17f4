"""What the log remembers of a decision, and what nobody may see."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ropeway.cli.render.explain import explain_blocks
from ropeway.cli.render.plan import plan_blocks
from ropeway.control.in_process import InProcess, open_control
from ropeway.control.planning import LINKS_SHOWN
from ropeway.control.protocol import EventFilter, EventView, ExplainView
from ropeway.control.schema_views import SchemaChange
from ropeway.engine.decisions import decision, leaving, staying
from ropeway.engine.redaction import hidden, redacted
from ropeway.model.job import JobSettings, SourceSettings
from ropeway.model.values import pack, unpack
from tests.unit.engine_company import Company

LINE = st.text(st.characters(exclude_characters="\n", exclude_categories=("Cs",)))


@settings(max_examples=30)
@given(LINE, LINE, st.text())
def test_a_decision_is_read_as_it_was_written(by: str, target: str, rule: str) -> None:
    assert decision(staying(rule, by, target)) == (by, target, rule)
    assert decision(leaving(rule)).why == f"-{rule}"


def test_a_decision_of_an_older_version_is_read_too() -> None:
    assert decision("") == ("", "", "")
    assert decision("mail\nt-1") == ("mail", "t-1", "")


def test_a_hidden_attribute_shows_whether_it_is_empty_and_nothing_else() -> None:
    secret = frozenset({"employeeId"})
    assert hidden({"employeeId": "4711", "city": "Oslo"}, secret) == {"employeeId": "[Redact]", "city": "Oslo"}
    assert unpack(redacted(pack({"employeeId": None}), secret)) == {"employeeId": None}


class Office:
    """A company, its job, and the log."""

    def __init__(self, folder: Path) -> None:
        self.control: InProcess = open_control(f"sqlite:///{folder}/ropeway.db")
        self.company = Company(folder / "contoso.ldif")
        self.sales = self.company.unit("Sales")

    def follow(self) -> None:
        self.company.write()
        settings = JobSettings("Contoso", SourceSettings("ldif", {"path": str(self.company.path)}))
        self.control.create_job(settings, containers=[self.company.dn(self.sales)])
        self.cycle()

    def cycle(self) -> None:
        self.company.write()
        self.control.run_job("Contoso")

    def last(self, action: str) -> EventView:
        return self.control.events(EventFilter(action=action, limit=1))[0]

    def step(self, action: str, type_: str) -> str:
        return next(step["description"] for step in self.last(action).steps if step["type"] == type_)


@pytest.fixture
def office(tmp_path: Path) -> Any:
    made = Office(tmp_path)
    yield made
    made.control.close()


def test_the_log_names_the_rule_that_let_in_and_what_let_go(office: Office) -> None:
    ann = office.company.person("Ann", office.sales)
    office.company.person("Bob", office.sales)
    office.follow()
    assert office.step("create", "scoping").startswith("in scope, by ")
    assert "Users" in office.step("create", "scoping")
    ann.parent = office.company.unit("Stores").number
    office.cycle()
    assert office.step("delete", "scoping") == "out of scope: below none of the chosen containers"


def test_the_log_names_the_clause_that_let_go(office: Office) -> None:
    ann = office.company.person("Ann", office.sales)
    office.company.person("Bob", office.sales)
    office.follow()
    ann.values["isCriticalSystemObject"] = "TRUE"
    office.cycle()
    assert "a critical system object" in office.step("delete", "scoping")


def test_the_log_names_members_by_their_dn(office: Office) -> None:
    ann = office.company.person("Ann", office.sales)
    office.company.group("Staff", [ann], office.sales)
    office.follow()
    assert office.last("links").modified == {"+members": [office.company.dn(ann)]}
    assert office.step("links", "referenceResolution") == "+members"


def test_the_log_tells_how_far_an_object_came_that_failed(office: Office) -> None:
    ann = office.company.person("Ann", office.sales)
    office.follow()
    text = office.control.export_schema("Contoso").text
    broken = text.replace("employeeId: employeeID", 'employeeId: =IIF([department] = "Law", Error("no badge"), "1")')
    office.control.change_schema("Contoso", SchemaChange(text=broken))
    ann.values["department"] = "Law"
    office.cycle()
    steps = [(step["type"], step["status"]) for step in office.last("other").steps]
    assert steps == [("import", "success"), ("map", "failure")]


def test_what_is_redacted_is_in_no_log_plan_or_explanation_and_in_the_directory(office: Office) -> None:
    ann = office.company.person("Ann", office.sales, employeeID="4711", displayName="Ann")
    office.follow()
    text = office.control.export_schema("Contoso").text
    changed = text.replace("employeeId: employeeID", "employeeId: =Redact([employeeID])")
    office.control.change_schema("Contoso", SchemaChange(text=changed))
    ann.values["employeeID"] = "4712"
    office.company.write()
    plan = office.control.plan_job("Contoso")
    assert plan.changes[0].attributes == {"employeeId": "[Redact]"}
    office.cycle()
    assert office.last("update").modified == {"employeeId": "[Redact]"}
    assert office.last("update").before == {"employeeId": "[Redact]"}
    story = office.control.explain(office.company.dn(ann))
    line = next(line for line in story.attributes if line["target"] == "employeeId")
    assert (line["value"], line["directory"]) == ("[Redact]", "[Redact]")
    assert "4712" not in json.dumps(line, default=str)
    assert office.control.show_object("users", story.target or "")["employeeId"] == "4712"


def test_a_redacted_value_that_does_not_fit_its_attribute_is_told_nowhere(office: Office) -> None:
    ann = office.company.person("Ann", office.sales, otherTelephone=["+47 4711", "+47 4712"])
    office.follow()
    text = office.control.export_schema("Contoso").text
    changed = text.replace("employeeId: employeeID", "employeeId: =Redact([otherTelephone])")
    office.control.change_schema("Contoso", SchemaChange(text=changed))
    office.cycle()
    problem = office.last("other").problem
    assert problem is not None
    assert (problem.code, problem.attribute, problem.value) == ("mapping-failed", "employeeId", "[Redact]")
    story = office.control.explain(office.company.dn(ann))
    assert "4711" not in repr([one for one in story.attributes if one["target"] == "employeeId"])
    assert "4711" not in repr((story.problems, story.steps))


def test_the_trial_of_other_rules_shows_no_redacted_value(office: Office) -> None:
    office.company.person("Ann", office.sales, employeeID="4711", title="4712")
    office.follow()
    text = office.control.export_schema("Contoso").text
    changed = text.replace("employeeId: employeeID", "employeeId: =Redact([title])")
    tried = office.control.try_schema("Contoso", SchemaChange(text=changed))
    effect = next(one for one in tried.effects if one.attribute == "employeeId")
    assert (effect.examples[0].before, effect.examples[0].after) == ("[Redact]", "[Redact]")


def test_what_was_redacted_later_is_hidden_in_older_lines_too(office: Office) -> None:
    ann = office.company.person("Ann", office.sales, employeeID="4711", displayName="Ann")
    office.follow()
    assert office.last("create").modified["employeeId"] == "4711"
    text = office.control.export_schema("Contoso").text
    changed = text.replace("employeeId: employeeID", "employeeId: =Redact([employeeID])")
    office.control.change_schema("Contoso", SchemaChange(text=changed))
    assert office.last("create").modified["employeeId"] == "[Redact]"
    assert office.last("create").modified["displayName"] == "Ann"
    assert "4711" not in json.dumps([repr(e) for e in office.control.explain(office.company.dn(ann)).events])


def test_the_log_says_what_a_rule_said_and_not_that_a_function_failed(office: Office) -> None:
    ann = office.company.person("Ann", office.sales, displayName="Ann", employeeID="4711")
    office.follow()
    text = office.control.export_schema("Contoso").text
    refusing = '=IIF([employeeID] = "none", Error("Badge " & [employeeID] & " is void"), [employeeID])'
    office.control.change_schema(
        "Contoso", SchemaChange(text=text.replace("employeeId: employeeID", f"employeeId: '{refusing}'"))
    )
    ann.values["employeeID"] = "none"
    office.cycle()
    problem = office.last("other").problem
    assert problem is not None
    assert (problem.code, problem.details["reason"], problem.attribute) == (
        "rule-error",
        "Badge none is void",
        "employeeId",
    )
    assert office.control.explain(office.company.dn(ann)).state == "escrowed"
    text = office.control.export_schema("Contoso").text
    redacting = f"=Redact({refusing.removeprefix('=')})"
    office.control.change_schema("Contoso", SchemaChange(text=text.replace(refusing, redacting)))
    story = office.control.explain(office.company.dn(ann))
    assert "Badge" not in json.dumps([repr(one) for one in (*story.problems, *story.events, *story.steps)])


USERS, TEAMS = "Active Directory to the directory: Users", "Teams: Users with calls"


def test_the_log_names_the_rules_that_had_a_say_in_a_change(office: Office) -> None:
    ann = office.company.person("Ann", office.sales, title="Clerk")
    office.follow()
    assert office.step("create", "scoping") == f"in scope, by {USERS}"
    ann.values["msRTCSIP-Line"] = "tel:+47"
    office.cycle()
    assert office.step("update", "scoping") == f"in scope, by {TEAMS}"
    ann.values |= {"msRTCSIP-Line": "tel:+48", "title": "Head"}
    office.cycle()
    assert office.step("update", "scoping") == f"in scope, by {USERS} + {TEAMS}"
    del ann.values["msRTCSIP-Line"]
    office.cycle()
    assert office.step("empty", "scoping") == f"in scope, by {TEAMS}"
    ann.values["accountExpires"] = "1"
    office.cycle()
    assert office.step("disable", "scoping") == "in scope, by Expired accounts: Users whose account has expired"


def test_the_log_names_the_rule_that_maps_a_link(office: Office) -> None:
    ann = office.company.person("Ann", office.sales, mailNickname="ann")
    bob = office.company.person("Bob", office.sales)
    office.follow()
    ann.values["manager"] = office.company.dn(bob)
    office.cycle()
    assert office.step("links", "scoping") == f"in scope, by {USERS}"
    ann.values["publicDelegates"] = office.company.dn(bob)
    office.cycle()
    assert office.step("links", "scoping") == "in scope, by Exchange: Users with a mailNickname"


def test_a_link_that_no_rule_of_the_object_maps_is_explained(office: Office) -> None:
    bob = office.company.person("Bob", office.sales)
    ann = office.company.person("Ann", office.sales, publicDelegates=office.company.dn(bob))
    office.follow()
    (link,) = office.control.explain(office.company.dn(ann)).links
    assert (link["attribute"], link["state"]) == ("publicDelegates", "left out")
    assert link["why"] == "no rule maps it in whose scope the object is"
    ann.values["mailNickname"] = "ann"
    office.cycle()
    (link,) = office.control.explain(office.company.dn(ann)).links
    assert link["state"] == "exported"


CAPITALS = """rules:
  - id: capitals
    name: Company
    priority: 50
    source: Active Directory
    target: Ropeway
    objects:
      - source: user
        target: user
        name: Names in capitals
        linkType: Join
        attributes:
          displayName: =ToUpper([displayName])
          city: =IIF([l] = "Oslo", NULL, [l])
"""


def test_lower_rules_are_told_with_what_they_offer(office: Office) -> None:
    ann = office.company.person("Ann", office.sales, displayName="Ann", l="Oslo")
    office.follow()
    text = office.control.export_schema("Contoso").text
    office.control.change_schema("Contoso", SchemaChange(text=text.replace("rules:\n", CAPITALS, 1)))
    office.cycle()
    story = office.control.explain(office.company.dn(ann))
    lines = {line["target"]: line for line in story.attributes}
    name, city = lines["displayName"], lines["city"]
    assert (name["directory"], name["rule"]) == ("ANN", "Company: Names in capitals")
    assert [(offer["mapped_by"], offer["value"]) for offer in name["offers"]] == [
        ("Company: Names in capitals", "ANN"),
        ("Active Directory to the directory: Users", "Ann"),
    ]
    assert (city["value"], city["rule"]) == ("Oslo", "Active Directory to the directory: Users")


def test_plan_and_log_show_the_manager_that_a_new_person_comes_with(office: Office) -> None:
    ann = office.company.person("Ann", office.sales)
    bob = office.company.person("Bob", office.sales, manager=ann)
    settings = JobSettings("Contoso", SourceSettings("ldif", {"path": str(office.company.path)}))
    office.company.write()
    office.control.create_job(settings, containers=[office.company.dn(office.sales)])
    planned = {change.object: change.added for change in office.control.plan_job("Contoso").changes}
    assert planned[office.company.dn(bob)] == {"manager": [office.company.dn(ann)]}
    assert planned[office.company.dn(ann)] == {}
    office.cycle()
    told = {event.object: event for event in office.control.events(EventFilter(action="create"))}
    assert told[office.company.dn(bob)].modified["+manager"] == [office.company.dn(ann)]
    assert "referenceResolution" in [step["type"] for step in told[office.company.dn(bob)].steps]
    assert "+manager" not in told[office.company.dn(ann)].modified


def test_a_plan_counts_the_members_that_it_does_not_list(office: Office) -> None:
    people = office.company.people(LINKS_SHOWN + 3, office.sales)
    office.company.group("Team", people, office.sales)
    settings = JobSettings("Contoso", SourceSettings("ldif", {"path": str(office.company.path)}))
    office.company.write()
    office.control.create_job(settings, containers=[office.company.dn(office.sales)])
    plan = office.control.plan_job("Contoso", limit=500)
    (members,) = [change for change in plan.changes if change.kind == "links"]
    assert (len(members.added["members"]), members.more_links) == (LINKS_SHOWN, 3)
    assert "      and 3 links more" in plan_blocks(plan, lambda *words: " ".join(words))


def test_an_explanation_reads_the_same_where_a_service_told_it(office: Office) -> None:
    bob = office.company.person("Bob", office.sales)
    office.follow()
    view = office.control.explain(office.company.dn(bob))
    told = msgspec.json.decode(msgspec.json.encode(view), type=ExplainView)

    def command(*words: str) -> str:
        return " ".join(words)

    here = [str(block) for block in explain_blocks(view, command, verbose=True)]
    assert [str(block) for block in explain_blocks(told, command, verbose=True)] == here
    assert any("because: " in line for line in here), "its UPN is in no verified domain"
