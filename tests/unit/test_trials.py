"""What the trial of other rules says of objects, and that exactly this is planned once they are accepted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ropeway.control.in_process import InProcess, open_control
from ropeway.control.protocol import PlanView
from ropeway.control.schema_views import SchemaChange, TrialView
from ropeway.model.job import JobSettings, SourceSettings
from tests.unit.engine_company import Company

Document = dict[str, Any]
Change = Callable[[Document], object]
What = tuple[str, str]
"""What is done, and the attribute where it is about one."""

KINDS = {"delete": "deleted", "create": "created", "disable": "disabled"}


def users(schema: Document) -> Document:
    return schema["synchronizationRules"][0]["objectMappings"][0]


def title(**more: Any) -> Change:
    def change(schema: Document) -> None:
        flow = next(f for f in users(schema)["attributeMappings"] if f["targetAttributeName"] == "jobTitle")
        flow.update(more)

    return change


def by(expression: str) -> Document:
    return {"type": "Function", "expression": expression}


def no_title(schema: Document) -> None:
    flows = users(schema)["attributeMappings"]
    users(schema)["attributeMappings"] = [flow for flow in flows if flow["targetAttributeName"] != "jobTitle"]


def clerks_alone(schema: Document) -> None:
    clause = {"sourceOperandName": "title", "operatorName": "EQUALS", "targetOperand": {"values": ["Clerk"]}}
    users(schema)["scope"]["groups"] = [{"clauses": [clause]}]


def everybody(schema: Document) -> None:
    users(schema)["scope"].pop("groups")


def without_delete(schema: Document) -> None:
    users(schema)["flowTypes"] = "Add, Update"


def with_delete(schema: Document) -> None:
    users(schema)["flowTypes"] = "Add, Update, Delete"


def only_joining(schema: Document) -> None:
    users(schema)["linkType"] = "Join"


def leaving_clerks_be(schema: Document) -> None:
    without_delete(schema)
    clerks_alone(schema)


@pytest.fixture
def control(tmp_path: Path) -> Iterator[InProcess]:
    """Two clerks and a boss, in the directory."""
    company = Company(tmp_path / "contoso.ldif")
    for name, job_title in (("Ann", "Clerk"), ("Bob", "Boss"), ("Cid", "Clerk")):
        company.person(name, title=job_title, displayName=name)
    company.write()
    made = open_control(f"sqlite:///{tmp_path}/ropeway.db")
    made.create_job(JobSettings("Contoso", SourceSettings("ldif", {"path": str(company.path)})))
    made.run_job("Contoso")
    yield made
    made.close()


def accepted(control: InProcess, *changes: Change) -> tuple[Counter[What], Counter[What]]:
    """What the trial of these changes tells of users, and what is planned with them in force."""
    schema = json.loads(control.export_schema("Contoso", form="json").text)
    for change in changes:
        change(schema)
    change_ = SchemaChange(text=json.dumps(schema))
    tried = control.try_schema("Contoso", change_)
    control.change_schema("Contoso", change_)
    return told(tried), planned(control.plan_job("Contoso"))


def told(tried: TrialView) -> Counter[What]:
    return Counter({(e.what, e.attribute): e.count for e in tried.effects if e.type == "user" and e.what != "unlinked"})


def planned(plan: PlanView) -> Counter[What]:
    found: Counter[What] = Counter()
    for row in plan.changes:
        if row.type == "user" and row.kind in KINDS:
            found[KINDS[row.kind], ""] += 1
        elif row.type == "user":
            found.update(("emptied" if v is None else "value", name) for name, v in row.attributes.items())
    return found


@pytest.mark.parametrize(
    ("changes", "effects"),
    [
        ([title(source=by("UCase([title])"))], {("value", "jobTitle"): 3}),
        ([title(source=by("IgnoreThisFlow"))], {}),
        ([title(source=by("AuthoritativeNull"))], {("emptied", "jobTitle"): 3}),
        ([title(source=by('IIF([title] = "Boss", IgnoreThisFlow, NULL)'))], {("emptied", "jobTitle"): 2}),
        ([no_title], {("emptied", "jobTitle"): 3}),
        ([clerks_alone], {("deleted", ""): 1}),
        ([only_joining], {("deleted", ""): 3}),
        ([leaving_clerks_be], {("kept", ""): 1}),
    ],
)
def test_what_is_said_of_objects_is_what_is_planned(
    control: InProcess, changes: list[Change], effects: dict[What, int]
) -> None:
    said, comes = accepted(control, *changes)
    assert said == effects
    assert comes == {what: count for what, count in effects.items() if what[0] != "kept"}


def test_whom_a_new_mapping_disables_is_said_to_be_disabled(control: InProcess) -> None:
    def unmapped(schema: Document) -> None:
        flows = users(schema)["attributeMappings"]
        users(schema)["attributeMappings"] = [f for f in flows if f["targetAttributeName"] != "accountEnabled"]

    def disabling(schema: Document) -> None:
        flow = {"targetAttributeName": "accountEnabled", "source": {"type": "Constant", "name": "False"}}
        users(schema)["attributeMappings"].append(flow)

    accepted(control, unmapped)
    control.run_job("Contoso")
    said, comes = accepted(control, disabling)
    assert (said["disabled", ""], comes["disabled", ""]) == (3, 3)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (by('IIF([title] = "Boss", PadLeft("x", 5000, "y"), [title])'), "5000"),
        (by('IIF([title] = "Boss", Error("no bosses"), [title])'), "no bosses"),
    ],
)
def test_whom_the_directory_would_refuse_is_said_to_be_set_aside(
    control: InProcess, source: Document, reason: str
) -> None:
    schema = json.loads(control.export_schema("Contoso", form="json").text)
    title(source=source)(schema)
    change = SchemaChange(text=json.dumps(schema))
    (effect,) = control.try_schema("Contoso", change).effects
    assert (effect.what, effect.count) == ("set aside", 1)
    assert reason in effect.examples[0].reason
    control.change_schema("Contoso", change)
    assert control.run_job("Contoso").failed == 1


def test_who_left_and_was_kept_goes_when_the_rules_delete_again(control: InProcess) -> None:
    accepted(control, leaving_clerks_be)
    control.run_job("Contoso")
    assert accepted(control, with_delete) == ({("deleted", ""): 1}, {("deleted", ""): 1})


def test_who_left_and_was_kept_is_not_created_again(control: InProcess) -> None:
    accepted(control, leaving_clerks_be)
    control.run_job("Contoso")
    upper = title(source=by("UCase([title])"))
    said, comes = accepted(control, everybody, upper)
    assert said == comes == {("value", "jobTitle"): 3}
