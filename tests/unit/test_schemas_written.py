"""Schemas in files: YAML as people write it, JSON as programs do, and what neither may surprise with."""

from __future__ import annotations

import copy
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ropeway.model.problems import RopewayError
from ropeway.rules import load_schema
from ropeway.rules.extensions import extension_name
from ropeway.rules.layers import canonical, default
from ropeway.rules.written import read_written
from ropeway.rules.yaml_form import to_yaml

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12) | st.sampled_from(
    [
        "NO",
        "on",
        "null",
        "~",
        "012",
        "1e3",
        "2026-01-31",
        "12:30:00",
        "=",
        "=x",
        " a ",
        "a: b",
        "- a",
        "#x",
        "{",
        "'",
        "\n",
        "a\n b\n",
    ]
)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)
SOURCES = st.one_of(
    st.builds(lambda n: {"type": "Attribute", "name": n}, TEXT),
    st.builds(lambda n: {"type": "Constant", "name": n}, TEXT),
    st.builds(lambda e: {"type": "Function", "expression": e}, TEXT),
    st.builds(
        lambda n, e, p: {"type": "Function", "name": n, "expression": e, "parameters": p},
        TEXT,
        TEXT,
        st.lists(ANY, min_size=1, max_size=2),
    ),
    st.just({"type": "Attribute"}),
)
FLOWS = st.fixed_dictionaries(
    {"targetAttributeName": TEXT, "source": SOURCES},
    optional={
        "matchingPriority": st.integers(1, 9),
        "flowType": st.just("ObjectAddOnly"),
        "defaultValue": TEXT,
        "exportMissingReferences": st.just(True),
    },
)
CLAUSES = st.one_of(
    st.fixed_dictionaries(
        {"sourceOperandName": TEXT, "operatorName": TEXT},
        optional={
            "name": TEXT,
            "targetOperand": st.builds(lambda v: {"values": v}, st.lists(TEXT, min_size=1, max_size=3)),
        },
    ),
    st.fixed_dictionaries({"expression": TEXT}),
)
GROUPS = st.lists(
    st.fixed_dictionaries({"clauses": st.lists(CLAUSES, min_size=1, max_size=3)}, optional={"name": TEXT}),
    min_size=1,
    max_size=2,
)
MAPPINGS = st.fixed_dictionaries(
    {"sourceObjectName": TEXT, "targetObjectName": TEXT},
    optional={
        "name": TEXT,
        "enabled": st.just(False),
        "sameAs": TEXT,
        "metadata": st.lists(ANY, min_size=1, max_size=2),
        "scope": st.fixed_dictionaries({"groups": GROUPS}, optional={"categoryFilterGroups": GROUPS}),
        "attributeMappings": st.lists(FLOWS, min_size=1, max_size=4),
    },
)
RULES = st.fixed_dictionaries(
    {"priority": st.integers(0, 999), "sourceDirectoryName": TEXT, "targetDirectoryName": TEXT},
    optional={"id": TEXT, "name": TEXT, "objectMappings": st.lists(MAPPINGS, min_size=1, max_size=2)},
)
SCHEMAS = st.fixed_dictionaries(
    {},
    optional={
        "id": TEXT,
        "version": TEXT,
        "synchronizationRules": st.lists(RULES, min_size=1, max_size=2),
        "directories": st.lists(
            st.fixed_dictionaries({"name": TEXT}, optional={"readOnly": st.just(True)}), min_size=1, max_size=2
        ),
    },
)


@settings(max_examples=80)
@given(SCHEMAS)
def test_every_schema_survives_being_written_as_yaml(schema: dict[str, Any]) -> None:
    shortest = canonical(schema)
    assert canonical(read_written(to_yaml(shortest)).document) == shortest


def test_the_default_schema_survives_being_written_as_yaml() -> None:
    usual = default("active-directory")
    assert read_written(to_yaml(usual)).document == usual
    assert load_schema(read_written(to_yaml(usual)).document, "ldif") == load_schema(usual, "ldif")


def flows(text: str) -> list[dict[str, Any]]:
    head = "rules:\n- priority: 1\n  source: Active Directory\n  target: Ropeway\n"
    head += "  objects:\n  - source: user\n    target: user\n"
    return read_written(head + text).document["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]


def test_people_write_a_flow_as_its_target_and_where_it_comes_from() -> None:
    mail, name, place, first = flows(
        "    attributes:\n"
        "      mail: targetAddress\n"
        "      displayName: =Coalesce([displayName], [cn])\n"
        "      usageLocation: {constant: NO, flowType: ObjectAddOnly}\n"
        "      userPrincipalName: {from: userPrincipalName, matchingPriority: 1}\n"
    )
    assert mail == {"targetAttributeName": "mail", "source": {"type": "Attribute", "name": "targetAddress"}}
    assert name["source"] == {"type": "Function", "expression": "Coalesce([displayName], [cn])"}
    assert place == {
        "targetAttributeName": "usageLocation",
        "source": {"type": "Constant", "name": "NO"},
        "flowType": "ObjectAddOnly",
    }
    assert first["matchingPriority"] == 1


def test_a_directory_extension_is_written_without_its_id() -> None:
    (pager,) = flows("    attributes:\n      extension_pager: pager\n")
    assert pager["targetAttributeName"] == extension_name("pager")
    assert "extension_pager: pager\n" in to_yaml(default("ldif"))


@pytest.mark.parametrize(
    "typed", ["NO", "on", "y", "012", "1_000", "0x1F", "1e3", "2026-01-31", "12:30:00", ".5", "512", "true"]
)
def test_what_other_yaml_readers_turn_into_something_else_stays_text(typed: str) -> None:
    assert flows(f"    attributes:\n      city: {{constant: {typed}}}\n")[0]["source"]["name"] == typed


def refusal(text: str) -> tuple[str, str]:
    with pytest.raises(RopewayError) as caught:
        load_schema(_checked(text), "ldif")
    details = caught.value.problem.details
    return details["path"], details["reason"]


def _checked(text: str) -> dict[str, Any]:
    written = read_written(text)
    with written.lines():
        load_schema(written.document, "ldif")
    return written.document


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("id: a\nid: b\n", "line 2", "a second time, first in line 1"),
        ("a: &x 1\nb: *x\n", "line 1", "anchors and aliases"),
        ("id: !!python/object:os.system x\n", "line 1", "tags"),
        ("id: a\n\trules: b\n", "line 2", "not YAML"),
        ("--- {id: a}\n--- {id: b}\n", "line 2", "a second document"),
        ("", "line 1", "empty"),
        ("- a\n", "line 1", "a schema is a mapping"),
        ("? [a]\n: b\n", "line 1", "a key that is no text"),
        ('id: "\\ud800"\n', "line 1", "not YAML"),
        ("id: " + "[" * 10_000 + "\n", "line 1", "levels"),
        ("{" + '"a":' + "[" * 100_000, "$", "levels"),
        ('{"id": "a",\n "id": "b"}', "$", "stands twice"),
        ('{"id": "a",\n "version": }', "line 2", "not JSON"),
        ("rules:\n- priority: one\n  source: Active Directory\n  target: Ropeway\n", "line 2", "Expected `int`"),
        ("rules:\n- priority: 1\n  sauce: x\n  source: Active Directory\n  target: Ropeway\n", "line 2", "sauce"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_line_and_reason(text: str, line: str, reason: str) -> None:
    path, why = refusal(text)
    assert path.partition(" (")[0] == line
    assert reason in why


def test_a_schema_that_makes_no_sense_is_refused_with_the_line_of_its_file() -> None:
    usual = to_yaml(default("ldif"))
    line = next(n for n, text in enumerate(usual.splitlines(), 1) if text.strip() == "surname: sn")
    path, reason = refusal(usual.replace("          surname: sn", "          surname: SN", 1))
    assert path.startswith(f"line {line} ($.synchronizationRules[0].objectMappings[0]")
    assert "did you mean sn?" in reason


def test_a_billion_laughs_are_refused_at_once() -> None:
    bomb = "a: &a [x]\n" + "".join(f"{n}: &{n} [*{p},*{p},*{p}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True))
    began = time.perf_counter()
    assert refusal(bomb)[0] == "line 1"
    assert refusal("id: x\n" * 1_000_000)[1].startswith("more than")
    assert time.perf_counter() - began < 1


def test_both_spellings_of_a_key_at_once_are_refused() -> None:
    path, reason = refusal("rules: []\nsynchronizationRules: []\n")
    assert "rules and synchronizationRules are the same" in reason
    assert path.startswith("line 1")


def test_the_keys_of_json_may_be_written_in_yaml_too() -> None:
    usual = copy.deepcopy(default("ldif"))
    import yaml

    assert canonical(read_written(yaml.safe_dump(usual)).document) == usual
