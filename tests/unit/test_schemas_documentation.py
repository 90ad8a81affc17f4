"""What docs/schemas.md shows works as it is written there."""

from __future__ import annotations

import re
from pathlib import Path

from ropeway.cli.reference import reference
from ropeway.control.schema_testing import prepared, view_of
from ropeway.rules import default_schema, load_schema
from ropeway.rules.layers import canonical
from ropeway.rules.written import read_written
from ropeway.rules.yaml_form import CLAUSE, MAPPING, RULE, SCHEMA

PAGE = (Path(__file__).parents[2] / "docs" / "schemas.md").read_text()
ATTRIBUTES, CASES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_cases_of_the_documentation_come_out_as_written() -> None:
    found = view_of("", list(prepared(default_schema("active-directory"), None, None).of_cases(CASES)))
    assert [(one.name, one.mismatches) for one in found.objects if one.mismatches] == []
    assert found.passed == 5


def test_the_mappings_of_the_documentation_are_a_schema() -> None:
    head = (
        "rules:\n- {priority: 1, source: Active Directory, target: Ropeway, objects: [{source: user, target: user}]}\n"
    )
    document = read_written(head).document
    flows = read_written("rules:\n- objects:\n  - " + ATTRIBUTES.replace("\n", "\n    ")).document
    mapping = flows["synchronizationRules"][0]["objectMappings"][0]
    document["synchronizationRules"][0]["objectMappings"][0] |= mapping
    assert len(canonical(document)["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]) == 5
    load_schema(document, "active-directory")


def test_every_short_key_is_in_the_table() -> None:
    for table in (SCHEMA, RULE, MAPPING, CLAUSE):
        for name, full in table.items():
            assert f"`{name}" in PAGE or f", `{name}" in PAGE
            assert full in PAGE


def test_every_command_shown_exists() -> None:
    known = set(re.findall(r"^#+ ropeway (schema \w+)$", reference(), re.MULTILINE))
    shown = {f"schema {verb}" for verb in re.findall(r"ropeway schema (\w+)", PAGE)}
    assert shown <= known
    assert known - shown == set()
