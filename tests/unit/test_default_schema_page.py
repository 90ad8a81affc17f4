"""docs/mapping.md says what the default schema does."""

from __future__ import annotations

import json
from pathlib import Path

from ropeway.rules import compile_rules, default_schema, load_schema
from ropeway.rules.defaults import written_out
from ropeway.rules.extensions import APPLICATION, PREFIX
from ropeway.rules.reference import with_tables

PAGE = (Path(__file__).parents[2] / "docs" / "mapping.md").read_text(encoding="utf-8")


def test_the_documentation_has_every_flow_of_the_default_schema() -> None:
    assert with_tables(PAGE) == PAGE, "run scripts/write-mapping"


def test_the_documentation_names_every_rule_with_its_number() -> None:
    rules = default_schema("active-directory").synchronization_rules
    assert [r.name for r in rules if f"| {r.priority} | {r.name} |" not in PAGE] == []


def test_the_documentation_names_the_extensions_as_they_are() -> None:
    assert PREFIX in PAGE
    assert APPLICATION.replace("-", "") in PREFIX


def test_the_documentations_own_extension_can_be_mapped_to() -> None:
    listed = json.loads("{" + PAGE.partition("```json\n")[2].partition("```")[0] + "}")
    schema = written_out("active_directory") | listed
    name = listed["directories"][0]["objects"][0]["attributes"][0]["name"]
    users = schema["synchronizationRules"][0]["objectMappings"][0]
    users["attributeMappings"].append({"targetAttributeName": name, "source": {"type": "Attribute", "name": "title"}})
    rule = compile_rules(load_schema(schema, "active-directory")).rule_for("user")
    assert rule is not None
    clerk = {"sAMAccountName": "ann", "userAccountControl": 512, "title": "Clerk", "distinguishedName": "CN=Ann"}
    assert rule.map(clerk)[name] == "Clerk"
