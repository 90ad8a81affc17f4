"""An administrator's changes to a default schema: kept apart, applied again, and what an upgrade means for them."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ropeway.model.job import JobSettings, SchemaEdit, SourceSettings
from ropeway.rules import compile_rules, default_schema
from ropeway.rules.differences import NAMED_BY, applied, differences, document_of, edits, tree_of
from ropeway.rules.layers import (
    canonical,
    default,
    exported,
    imported,
    job_schema,
    of_job,
    upgrade,
    wanted,
    with_schema,
)

Document = dict[str, Any]
JOB = JobSettings("Contoso", SourceSettings("ldif", {"path": "company.ldif"}))
USERS = ("synchronizationRules", "active-directory-to-ropeway", "objectMappings", "user → user")
ID = "9c5b94b1-35ad-49bb-b118-8e8fc24abf80"


def users(document: Document) -> Document:
    mappings = document["synchronizationRules"][0]["objectMappings"]
    return next(m for m in mappings if m["sourceObjectName"] == "user")


def flow(target: str, source: str) -> Document:
    kind = (
        {"type": "Function", "expression": source[1:]} if source[:1] == "=" else {"type": "Attribute", "name": source}
    )
    return {"targetAttributeName": target, "source": kind}


def put(document: Document, target: str, source: str | None) -> Document:
    """The document with one attribute of users mapped otherwise, or not at all."""
    made = copy.deepcopy(document)
    flows = users(made)["attributeMappings"]
    at = next((n for n, f in enumerate(flows) if f["targetAttributeName"] == target), len(flows))
    flows[at : at + 1] = [] if source is None else [flow(target, source)]
    return made


def edited(*changes: tuple[str, str | None]) -> JobSettings:
    document = default("ldif")
    for target, source in changes:
        document = put(document, target, source)
    return with_schema(JOB, document)


def in_any_order(value: Any) -> Any:
    """Named lists sorted: their order says nothing."""
    if isinstance(value, dict):
        return {
            k: sorted(map(in_any_order, v), key=repr) if k in NAMED_BY else in_any_order(v) for k, v in value.items()
        }
    return value


# laws

NAMES = st.sampled_from("abc")
FLOWS = st.lists(st.builds(flow, NAMES, NAMES), max_size=3)
CLAUSE = st.builds(lambda n: {"sourceOperandName": n, "operatorName": "IS NULL"}, NAMES)
GROUPS = st.lists(st.builds(lambda c: {"clauses": [c]}, CLAUSE), min_size=1, max_size=2)
MAPPINGS = st.lists(
    st.fixed_dictionaries(
        {"sourceObjectName": NAMES, "targetObjectName": NAMES},
        optional={"name": NAMES, "enabled": st.just(False), "attributeMappings": FLOWS,
                  "scope": st.fixed_dictionaries({}, optional={"groups": GROUPS, "categoryFilterGroups": GROUPS})},
    ),
    max_size=3,
)  # fmt: skip
RULES = st.lists(
    st.fixed_dictionaries(
        {"priority": st.integers(1, 3), "sourceDirectoryName": NAMES, "targetDirectoryName": NAMES},
        optional={"id": NAMES, "objectMappings": MAPPINGS},
    ),
    max_size=2,
)
ATTRIBUTES = st.lists(st.builds(lambda n: {"name": n, "type": "Integer"}, NAMES), max_size=2)
OBJECTS = st.lists(st.builds(lambda n, a: {"name": n, "attributes": a}, NAMES, ATTRIBUTES), max_size=2)
DIRECTORIES = st.lists(st.builds(lambda n, o: {"name": n, "objects": o}, NAMES, OBJECTS), max_size=2)
SCHEMAS = st.builds(lambda r, d: canonical({"synchronizationRules": r, "directories": d}), RULES, DIRECTORIES)


@settings(max_examples=120)
@given(SCHEMAS, SCHEMAS)
def test_the_differences_of_two_schemas_turn_one_into_the_other(before: Document, after: Document) -> None:
    untouched = copy.deepcopy(before)
    made = applied(before, edits(differences(before, after)))
    assert in_any_order(canonical(made.document)) == in_any_order(after)
    assert made.lost == ()
    assert before == untouched


@settings(max_examples=60)
@given(SCHEMAS)
def test_a_schema_taken_apart_by_name_is_put_together_again(schema: Document) -> None:
    assert document_of(tree_of(schema)) == schema
    assert differences(schema, schema) == []


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["mail", "jobTitle", "city", "faxNumber"]),
        st.sampled_from(["mail", "title", "=ToUpper([l])", None]),
    ),
    max_size=4,
)


@settings(max_examples=60)
@given(CHANGES, st.randoms())
def test_what_a_job_keeps_gives_the_schema_that_was_imported(changes: list[Any], chance: random.Random) -> None:
    document = default("ldif")
    for target, source in changes:
        document = put(document, target, source)
    chance.shuffle(users(document)["attributeMappings"])
    kept = with_schema(JOB, document)
    assert in_any_order(of_job(kept).document) == in_any_order(document)
    assert with_schema(kept, of_job(kept).document) == kept


# what is kept


def test_a_job_without_changes_has_the_default_schema_and_keeps_nothing() -> None:
    assert with_schema(JOB, default("ldif")) == JOB
    assert job_schema(JOB) is default_schema("ldif")


def test_one_changed_mapping_is_one_edit_and_nothing_else_is_kept() -> None:
    kept = edited(("jobTitle", "=ToUpper([title])"))
    assert kept.schema is None
    assert kept.edits == (SchemaEdit((*USERS, "attributeMappings", "jobTitle"), flow("jobTitle", "=ToUpper([title])")),)


def test_a_mapping_that_is_taken_out_and_one_that_is_added_are_kept_as_such() -> None:
    kept = edited(("faxNumber", None), ("extensionAttribute1", "division"))
    assert {edit.place[-1]: edit.value is None for edit in kept.edits} == {
        "faxNumber": True,
        "extensionAttribute1": False,
    }


def test_a_choice_of_ones_own_leaves_the_default_exclusions_alone() -> None:
    document = default("ldif")
    groups = [{"name": "Britons", "clauses": [{"sourceOperandName": "c", "operatorName": "EQUALS"}]}]
    users(document)["scope"]["groups"] = groups
    assert with_schema(JOB, document).edits == (SchemaEdit((*USERS, "scope", "groups"), groups),)


def test_a_schema_of_another_kind_is_kept_whole() -> None:
    other = {**default("ldif"), "id": "openldap"}
    kept = with_schema(edited(("mail", None)), other)
    assert kept.schema == other
    assert kept.edits == ()
    assert with_schema(kept, default("ldif")) == JOB


def test_a_change_of_a_mapping_seldom_asks_the_source_for_more_or_less() -> None:
    usual = wanted(JOB, compile_rules(job_schema(JOB)))
    for kept in (edited(("faxNumber", None)), edited(("jobTitle", "=ToUpper([department])"))):
        assert wanted(kept, compile_rules(job_schema(kept))) == usual


def test_the_version_of_an_export_says_of_which_job_and_revision_it_is() -> None:
    usual = default("ldif")
    file = exported(usual, ID, 3)
    assert file["version"] == f"{usual['version']}+{ID}.3"
    plain, said = imported(file)
    assert plain == usual
    assert said is not None
    assert (said.job, said.revision) == (ID, 3)
    assert imported(usual) == (usual, None)


# upgrades


def conflicts(kept: JobSettings, change: Callable[[Document], None]) -> dict[str, str]:
    after = copy.deepcopy(default("ldif"))
    change(after)
    return {c.place[-1]: c.why for c in upgrade(default("ldif"), after, kept.edits).conflicts}


def test_an_upgrade_keeps_the_edits_and_shows_what_it_changes() -> None:
    kept = edited(("jobTitle", "=ToUpper([title])"))
    found = upgrade(default("ldif"), put(default("ldif"), "city", "=ToUpper([l])"), kept.edits)
    assert [one.place[-1] for one in found.changes] == ["city"]
    assert found.conflicts == ()


@pytest.mark.parametrize(
    ("mine", "theirs", "why"),
    [
        (("jobTitle", "=ToUpper([title])"), ("jobTitle", "=ToLower([title])"), "default-changed"),
        (("jobTitle", "=ToUpper([title])"), ("jobTitle", None), "default-gone"),
        (("jobTitle", None), ("jobTitle", "=ToLower([title])"), "default-changed"),
        (("jobTitle", "=ToUpper([title])"), ("jobTitle", "=ToUpper([title])"), "same-now"),
        (("jobTitle", None), ("jobTitle", None), "same-now"),
    ],
)
def test_an_edit_where_the_upgrade_changes_something_too_is_named(mine: Any, theirs: Any, why: str) -> None:
    kept = edited(mine)
    after = put(default("ldif"), *theirs)
    found = upgrade(default("ldif"), after, kept.edits)
    assert [c.why for c in found.conflicts] == [why]
    assert found.changes == () or why == "same-now"  # what was changed here is as it was


def test_an_edit_whose_object_mapping_is_gone_rests_and_comes_back_with_it() -> None:
    kept = edited(("jobTitle", "=ToUpper([title])"))
    after = copy.deepcopy(default("ldif"))
    after["synchronizationRules"][0]["objectMappings"].remove(users(after))
    found = upgrade(default("ldif"), after, kept.edits)
    assert [c.why for c in found.conflicts] == ["place-gone"]
    assert applied(after, kept.edits).lost == kept.edits
    assert applied(default("ldif"), kept.edits).lost == ()


def test_an_attribute_that_was_added_here_and_comes_with_the_upgrade_too_stays_as_it_is_here() -> None:
    before = put(default("ldif"), "city", None)
    mine = edits(differences(before, put(before, "city", "st")))
    found = upgrade(before, default("ldif"), mine)
    assert [c.why for c in found.conflicts] == ["default-new"]
    assert found.changes == ()
