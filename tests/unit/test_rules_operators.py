"""Clauses with the operators of both products, and what several rules come to as a law."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropeway.model.anchors import Anchor
from ropeway.model.problems import RopewayError
from ropeway.rules import MappingFailed, Rules, compile_rules, load_schema
from ropeway.rules.bases import MEMBER_OF, base, named_by_dn, pinned
from ropeway.rules.operators import OPERATORS
from tests.unit.test_rules_together import BASIC, clause, computed, constant, direct, member_of, rule, schema

ADA = {"l": "London", "title": "Analyst", "adminCount": 7, "userAccountControl": "512", "otherMailbox": ["a", "b"]}
GUID = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"


def compiled(*rules: dict[str, Any]) -> Rules:
    return compile_rules(load_schema(schema(*rules), "ldif"))


def meets(*words: str, attributes: dict[str, Any] = ADA) -> bool:
    return compiled(rule(1, *BASIC, clauses=[clause(*words)])).rule_for("user").in_scope(attributes).passed


@pytest.mark.parametrize(
    ("words", "met"),
    [
        (("l", "EQUAL", "london"), True),
        (("l", "NOTEQUAL", "London"), False),
        (("adminCount", "LESSTHAN", "8"), True),
        (("adminCount", "LESSTHAN_OR_EQUAL", "7"), True),
        (("adminCount", "GREATERTHAN", "7"), False),
        (("adminCount", "GREATERTHAN_OR_EQUAL", "7"), True),
        (("adminCount", "Greater_Than_OR_EQUALS", "8"), False),
        (("l", "CONTAINS", "OND"), True),
        (("l", "NOTCONTAINS", "OND"), False),
        (("l", "INCLUDES", "ond"), True),
        (("l", "Includes", "OND"), False),
        (("l", "STARTSWITH", "lon"), True),
        (("l", "NOTSTARTSWITH", "lon"), False),
        (("l", "ENDSWITH", "DON"), True),
        (("l", "ENDS_WITH", "DON"), True),
        (("l", "NOTENDSWITH", "DON"), False),
        (("mail", "ISNULL"), True),
        (("mail", "IS_NOT_NULL"), False),
        (("otherMailbox", "ISIN", "b"), True),
        (("otherMailbox", "ISNOTIN", "b"), False),
        (("userAccountControl", "ISBITSET", "512"), True),
        (("userAccountControl", "ISNOTBITSET", "2"), True),
        (("userAccountControl", "&", "514"), True),
        (("userAccountControl", "!&L", "2"), True),
        (("l", "&", "London, Oslo"), True),
        (("l", "!&", "London, Oslo"), False),
        (("l", "REGEX MATCH", "^L.*n$"), True),
        (("l", "REGEX MATCH", "^l"), False),
        (("l", "NOT REGEX MATCH", "^l"), True),
        (("mail", "NOT REGEX MATCH", "^l"), False),
    ],
)
def test_the_operators_of_both_products(words: tuple[str, ...], met: bool) -> None:
    assert meets(*words) is met


@pytest.mark.parametrize("pattern", ["(", "(?=x)", r"(a)\1", "x" * 5000])
def test_a_regular_expression_that_cannot_be_used_is_refused(pattern: str) -> None:
    with pytest.raises(RopewayError) as refused:
        compiled(rule(1, *BASIC, clauses=[clause("l", "REGEX MATCH", pattern)]))
    assert refused.value.problem.details["path"].endswith("clauses[0].targetOperand.values")


def test_a_pattern_that_is_a_catastrophe_elsewhere_is_none_here() -> None:
    assert not meets("l", "REGEX MATCH", "^(a+)+$", attributes={"l": "a" * 10_000 + "!"})


def test_a_value_too_long_for_a_regular_expression_is_said_to_be_so() -> None:
    with pytest.raises(MappingFailed) as failure:
        meets("l", "REGEX MATCH", "!$", attributes={"l": "a" * 1_000_000 + "!"})
    assert "more than" in failure.value.problem.details["reason"]


@given(st.sampled_from(sorted(OPERATORS)), st.text(max_size=5), st.none() | st.text() | st.integers() | st.binary())
def test_every_operator_answers_for_every_value(name: str, operand: str, value: Any) -> None:
    values = [operand] if OPERATORS[name].most != 0 else []
    try:
        answer = meets("l", name, *values, attributes={"l": value})
    except RopewayError as refused:
        answer = refused.problem.code
    assert answer in (True, False, "schema-unreadable")


def test_membership_of_an_entry_that_was_pasted_is_not_guessed() -> None:
    user = compiled(rule(1, *BASIC, clauses=[member_of(GUID)])).rule_for("user")
    with pytest.raises(MappingFailed):
        user.in_scope({"cn": "Ada"})
    assert user.in_scope({"cn": "Ada", MEMBER_OF: frozenset({GUID})}).passed


@pytest.mark.parametrize("text", [GUID, GUID.upper(), f"{{{GUID}}}", f"<GUID={GUID}>", f"<GUID={GUID}>;CN=A,DC=x"])
def test_a_group_by_guid_in_every_spelling(text: str) -> None:
    assert base(text, "$").anchor == GUID


def test_saving_pins_groups_and_containers_and_leaves_the_rest() -> None:
    raw = schema(
        rule(
            1,
            *BASIC,
            clauses=[member_of("CN=A,DC=x", GUID), clause("l", "EQUALS", "CN=A,DC=x")],
            containerFilter={"includedContainers": ["OU=B,DC=x"]},
        )
    )
    assert named_by_dn(raw) == ["OU=B,DC=x", "CN=A,DC=x"]
    saved = pinned(raw, lambda dn: Anchor(GUID))
    assert named_by_dn(saved) == []
    assert saved["synchronizationRules"][0]["containerFilter"] == {"includedContainers": [f"<GUID={GUID}>;OU=B,DC=x"]}
    assert pinned(saved, lambda dn: None) == saved


def test_a_group_that_is_not_there_is_refused_when_saved() -> None:
    with pytest.raises(RopewayError) as refused:
        pinned(schema(rule(1, *BASIC, clauses=[member_of("CN=A,DC=x")])), lambda dn: None)
    assert refused.value.problem.code == "schema-base-unknown"


Answers = st.sampled_from(["[title]", "[department]", "NULL", "AuthoritativeNull", "IgnoreThisFlow", '"fixed"'])


def expected(expressions: list[str], attributes: dict[str, str]) -> Any:
    """What the tables of the schema page say, read literally."""
    outcome: Any = "ignored"
    for text in expressions:
        if text == "IgnoreThisFlow":
            continue
        outcome = attributes.get(text.strip("[]")) if text.startswith("[") else None
        if text == '"fixed"':
            outcome = "fixed"
        if outcome is not None or text == "AuthoritativeNull":
            break
    return outcome


@given(
    st.lists(Answers, min_size=1, max_size=4),
    st.dictionaries(st.sampled_from(["title", "department"]), st.text(min_size=1, max_size=3)),
    st.randoms(use_true_random=False),
)
def test_the_first_rule_that_has_an_answer_wins_whatever_the_order_in_the_file(
    expressions: list[str], attributes: dict[str, str], random: Any
) -> None:
    rules = [rule(n, computed("jobTitle", text)) for n, text in enumerate(expressions)]
    random.shuffle(rules)
    desired = compiled(*rules).rule_for("user").map(attributes)
    assert desired.get("jobTitle", "ignored") == expected(expressions, attributes)


Values = st.lists(st.sampled_from(["a@x", "A@x", "b@x", "c@x"]), max_size=3)


@given(st.dictionaries(st.sampled_from(["otherMailbox", "otherTelephone", "otherPager"]), Values))
def test_merged_values_are_all_of_them_once_in_the_order_of_precedence(attributes: dict[str, list[str]]) -> None:
    names = ("otherMailbox", "otherTelephone", "otherPager")
    rules = [rule(n, direct("otherMails", name, mergeType="Merge")) for n, name in enumerate(names)]
    merged = compiled(*rules).rule_for("user").map(attributes)["otherMails"] or []
    together = [value for name in names for value in attributes.get(name) or ()]
    assert set(merged) == set(together)
    assert list(dict.fromkeys(merged)) == list(dict.fromkeys(together))


def test_a_rule_alone_and_beside_one_that_never_applies_maps_the_same() -> None:
    alone = compiled(rule(1, *BASIC, direct("jobTitle", "title")))
    never = rule(2, constant("jobTitle", "x"), clauses=[clause("l", "EQUALS", "Atlantis")])
    beside = compiled(rule(1, *BASIC, direct("jobTitle", "title")), never)
    assert beside.rule_for("user").map(ADA) == alone.rule_for("user").map(ADA)


def test_explaining_names_the_rule_that_won_and_what_the_others_offered() -> None:
    rules = compiled(rule(1, direct("jobTitle", "department")), rule(2, *BASIC, direct("jobTitle", "title")))
    (line,) = (x for x in rules.rule_for("user").explain(ADA) if x["target"] == "jobTitle")
    assert (line["value"], line["mapped_by"]) == ("Analyst", "R2: user")
    assert [(offer["mapped_by"], offer["value"]) for offer in line["offers"]] == [
        ("R1: user", None),
        ("R2: user", "Analyst"),
    ]
