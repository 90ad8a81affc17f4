"""Whatever nonsense a schema holds, it is refused with path and reason when it is given; the one in force stays."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ropeway.control.in_process import InProcess, open_control
from ropeway.control.schema_views import SchemaChange
from ropeway.model.job import JobSettings, SourceSettings
from ropeway.model.problems import RopewayError
from tests.unit.engine_company import Company

Document = dict[str, Any]
Damage = Callable[[Document], None]


def users(schema: Document) -> Document:
    return schema["synchronizationRules"][0]["objectMappings"][0]


def title(expression: str) -> Damage:
    def damage(schema: Document) -> None:
        flow = next(f for f in users(schema)["attributeMappings"] if f["targetAttributeName"] == "jobTitle")
        flow["source"] = {"type": "Function", "expression": expression}

    return damage


def clauses(*words: tuple[str, ...]) -> Damage:
    listed = [
        {"sourceOperandName": name, "operatorName": operator, "targetOperand": {"values": list(values)}}
        for name, operator, *values in words
    ]
    return lambda schema: users(schema).update(scope={"groups": [{"clauses": listed}]})


def twice(schema: Document) -> None:
    schema["synchronizationRules"].append(copy.deepcopy(schema["synchronizationRules"][0]))


def circle(schema: Document) -> None:
    first, second = schema["synchronizationRules"][0]["objectMappings"][:2]
    for one, other in ((first, second), (second, first)):
        one.pop("attributeMappings", None)
        one.pop("scope", None)
        one["sameAs"] = other["sourceObjectName"]


def without_anchor(schema: Document) -> None:
    flows = users(schema)["attributeMappings"]
    users(schema)["attributeMappings"] = [f for f in flows if f["targetAttributeName"] != "onPremisesImmutableId"]


def of_ones_own_without_anchor(schema: Document) -> None:
    schema["id"] = "of-our-own"
    without_anchor(schema)


def anchored_for_some_alone(schema: Document) -> None:
    """The anchor is mapped by a rule about members of a group, and people are created by another."""
    of_ones_own_without_anchor(schema)
    anchor = {"targetAttributeName": "onPremisesImmutableId", "source": {"type": "Attribute", "name": "sourceAnchor"}}
    some = {"sourceObjectName": "user", "targetObjectName": "user", "linkType": "Join", "attributeMappings": [anchor]}
    rule = {**schema["synchronizationRules"][0], "id": "some", "priority": 1, "objectMappings": [some]}
    rule["groupFilter"] = {"includedGroups": ["00000000-0000-0000-0000-000000000009"]}
    schema["synchronizationRules"].append(rule)


def title_of(attribute: str) -> Damage:
    def damage(schema: Document) -> None:
        flow = next(f for f in users(schema)["attributeMappings"] if f["targetAttributeName"] == "jobTitle")
        flow["source"] = {"type": "Attribute", "name": attribute}

    return damage


def one_matching_priority(schema: Document) -> None:
    for flow in users(schema)["attributeMappings"]:
        if flow["targetAttributeName"] in ("mail", "userPrincipalName"):
            flow["matchingPriority"] = 1


EXPRESSION = "objectMappings[0].attributeMappings[21].source.expression"
SCOPE = "objectMappings[0].scope.groups"


@pytest.mark.parametrize(
    ("damage", "code", "path", "reason"),
    [
        (title('Left("' + "x" * 1_000_000 + '", 1)'), "schema-expression", EXPRESSION, "at most 16384 characters"),
        (title("+".join("1" * 500_000)), "schema-expression", EXPRESSION, "at most 16384 characters"),
        (title("Trim(" * 10_000 + "[title]" + ")" * 10_000), "schema-expression", EXPRESSION, "at most"),
        (title("-" * 10_000 + "1"), "schema-expression", EXPRESSION, "at most 4000 names"),
        (title("[title] & & [mail]"), "schema-expression", EXPRESSION, "character 11: expected a value"),
        (title("= [title]"), "schema-expression", EXPRESSION, "character 1: expected a value"),
        (title("[title] ="), "schema-expression", EXPRESSION, "character 10: expected a value"),
        (title('BitAnd("x", True)'), "schema-expression", EXPRESSION, "value1: expected a number"),
        (title('Replace([title], , "(a)\\\\1+", , "x", , )'), "schema-expression", EXPRESSION, "of the pattern"),
        (title("CStr([now])"), "schema-expression", EXPRESSION, "[now] may answer differently each time"),
        (title_of("now"), "schema-expression", EXPRESSION.replace("expression", "name"), "another value each time"),
        (title("[nosuch]"), "schema-unknown-attribute", EXPRESSION, "no attribute “nosuch”"),
        (title('"\ud800"'), "schema-unreadable", "$", "half a character"),
        (twice, "schema-ambiguous", ".priority", "priority 100 is also that of rule 0"),
        (circle, "schema-cycle", "sameAs", "user → inetOrgPerson → user"),
        (without_anchor, "schema-unsupported", "attributeMappings", "the anchor is missing"),
        (of_ones_own_without_anchor, "schema-unsupported", "attributeMappings", "the anchor is missing"),
        (anchored_for_some_alone, "schema-unsupported", "attributeMappings", "the anchor is missing"),
        (one_matching_priority, "schema-ambiguous", "attributeMappings", "matching priority 1"),
        (clauses(("title", "IS NULL"), ("title", "EQUALS", "x")), "schema-selects-nothing", SCOPE, "exclude each"),
        (clauses(("nosuch", "EQUALS", "x")), "schema-unknown-attribute", "sourceOperandName", "“nosuch”"),
        (clauses(("title", "REGEX MATCH", "(a+)+$(")), "schema-unreadable", "targetOperand.values", "character"),
        (clauses(), "schema-unreadable", "clauses", "at least one clause"),
    ],
)
def test_nonsense_is_refused_at_once_and_the_schema_in_force_stays(
    control: InProcess, damage: Damage, code: str, path: str, reason: str
) -> None:
    before = control.export_schema("Contoso", form="json").text
    schema = json.loads(before)
    damage(schema)
    began = time.process_time()
    with pytest.raises(RopewayError) as refused:
        control.change_schema("Contoso", SchemaChange(text=json.dumps(schema)))
    assert time.process_time() - began < 5
    details = refused.value.problem.details
    assert (refused.value.problem.code, path in details["path"], reason in details["reason"]) == (code, True, True)
    assert control.export_schema("Contoso", form="json").text == before


def test_a_pattern_that_is_a_catastrophe_elsewhere_is_taken_and_costs_nothing(control: InProcess) -> None:
    schema = json.loads(control.export_schema("Contoso", form="json").text)
    title('Replace([title], , "(a+)+$", , "x", , )')(schema)
    control.change_schema("Contoso", SchemaChange(text=json.dumps(schema)))
    began = time.process_time()
    control.run_job("Contoso")
    assert time.process_time() - began < 5


@pytest.fixture
def control(tmp_path: Path) -> Iterator[InProcess]:
    company = Company(tmp_path / "contoso.ldif")
    company.person("Ann", company.unit("Sales"), title="a" * 100 + "!")
    company.write()
    made = open_control(f"sqlite:///{tmp_path}/ropeway.db")
    made.create_job(JobSettings("Contoso", SourceSettings("ldif", {"path": str(company.path)})))
    made.run_job("Contoso")
    yield made
    made.close()
